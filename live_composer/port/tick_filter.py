"""When the ticks of a MIDI clock really are: a phase-locked filter over when they come.

RtMidi on JACK tells a tick at the start of an audio period, so a clock of 123 BPM looks like 116 to 158 from tick to
tick. The filter is the straight line of least squares through the last ticks, kept by two gains. How many it leans
on follows from how they scatter: a clock that comes to the frame is followed within a few ticks, one that jitters is
averaged over some beats. When ticks keep coming on one side of the line, the tempo changed, and it leans on fewer for a
while. Where ticks came to the frame, two that are off and as far apart as each other show the new tempo: the line
begins anew with them.
"""

from __future__ import annotations

import math

_FEWEST, _SHORTEST, _LONGEST = 3, 8, 72
"""Ticks that the line leans on: after a change of tempo, when they come to the frame, and when they jitter."""
_TICKS_A_MILLISECOND = 32
"""How many more for each millisecond of scatter."""
_SURPRISE, _PERSISTENT = 4.0, 2.2
"""How many times the scatter one tick, or the mean of the last few, must be off for the tempo to have changed."""
_FLOOR_SECONDS = 0.0001
_ALIKE_SECONDS = 0.00005
"""Gaps that differ by less are the same: ticks that come to the frame are rounded by 21 microseconds."""
_SCATTER_GAIN, _BIAS_GAIN = 1 / 24, 1 / 4
_FASTEST, _SLOWEST = 60 / (600 * 24), 60 / (10 * 24)
"""Seconds a tick at 600 and at 10 beats per minute."""


class TickFilter:
    """The line through the ticks.

    Attributes:
        phase: when the last tick really was, in seconds.
        period: seconds from tick to tick.
        scatter: how far ticks come from where they are expected, root mean square, in seconds.
    """

    def __init__(self, period: float) -> None:
        self.phase = 0.0
        self.period = period
        self.scatter = 0.0
        self._bias = 0.0
        self._ticks = 0
        self._came = self._gap = 0.0
        self._exact, self._astray = 0, False

    @property
    def settled(self) -> bool:
        """Whether there is a line to speak of."""
        return self._ticks >= _SHORTEST

    @property
    def exact(self) -> bool:
        """Whether ticks have come to the frame."""
        return self.settled and self.scatter < _FLOOR_SECONDS

    def tick(self, seconds: float, ticks: int = 1) -> None:
        """Take in a tick that came `ticks` after the last one; more than one after a gap."""
        gap_before, self._gap, self._came = self._gap, (seconds - self._came) / ticks, seconds
        if not self._ticks:
            self.phase, self._ticks = seconds, 1
            return
        expected = self.phase + ticks * self.period
        error = seconds - expected
        if self._has_jumped(error, gap_before):
            self.phase, self.period, self._ticks, self._bias = seconds, self._gap, 2, 0.0
            return
        self._lean(error)
        weight = self._ticks * (self._ticks + 1)
        self.phase = expected + error * 2 * (2 * self._ticks - 1) / weight
        self.period = min(max(self.period + error * 6 / weight / ticks, _FASTEST), _SLOWEST)

    def rephase(self, seconds: float) -> None:
        """Take a tick for exactly on time, as the first one after a start is; the period stays, for a few ticks."""
        self.phase = self._came = seconds
        self.scatter = self._bias = 0.0
        self._ticks = min(max(self._ticks, 1), _FEWEST)

    def _has_jumped(self, error: float, gap_before: float) -> bool:
        """Say whether the tempo is surely another one since the tick before last."""
        if abs(error) <= _FLOOR_SECONDS:
            self._exact = 0 if self._astray else min(self._exact + 1, _SHORTEST)
            self._astray = False
            return False
        if not self._astray:
            self._astray = True
            return False
        alike = abs(self._gap - gap_before) < _ALIKE_SECONDS and _FASTEST <= self._gap <= _SLOWEST
        exact, self._exact, self._astray = self._exact, 0, False
        return alike and exact == _SHORTEST

    def _lean(self, error: float) -> None:
        """Choose how many ticks the line leans on, from how far off this one is."""
        scatter = max(self.scatter, _FLOOR_SECONDS)
        self._bias += (error - self._bias) * _BIAS_GAIN
        longest = min(_LONGEST, _SHORTEST + round(1000 * self.scatter * _TICKS_A_MILLISECOND))
        self._ticks = min(self._ticks + 1, longest)
        if self._ticks >= _SHORTEST and abs(self._bias) > _PERSISTENT * scatter:
            self._ticks = max(_FEWEST, self._ticks // 2)
            self._bias = 0.0
            return
        if self._ticks > _FEWEST:
            limited = min(abs(error - self._bias), _SURPRISE * scatter)
            self.scatter = math.sqrt(self.scatter**2 + (limited**2 - self.scatter**2) * _SCATTER_GAIN)
