"""Clocks: which beat it is, and when a beat is due.

A clock keeps no time of its own. Whoever plays hands it `now`, in seconds of any time that never runs backwards: the
system's monotonic time for a thread, counted frames for JACK (so that its freewheel mode moves the music too).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from live_composer.music.units import seconds_per_beat

if TYPE_CHECKING:
    from live_composer.port.protocol import ClockName


class Clock:
    """The internal clock: a straight line of beats over seconds, through the last moment at which anything changed.

    Attributes:
        tempo: beats per minute.
        playing: whether beats go by.
        patience: seconds after which an onset is too late: better a hole than a burst of stale notes after a stall.
    """

    patience = 0.25

    def __init__(self, tempo: float) -> None:
        self.tempo = tempo
        self.playing = False
        self._anchor_beat: float = 0.0
        self._anchor_seconds: float = 0.0

    def start(self, beat: float, now: float) -> None:
        """Be at `beat`, and go."""
        self._anchor_beat, self._anchor_seconds = beat, now
        self.playing = True

    def stop(self, now: float) -> None:
        """Stay at the beat it is now."""
        self._anchor_beat, self._anchor_seconds = self.beat(now), now
        self.playing = False

    def set_tempo(self, tempo: float, now: float) -> None:
        """Change the tempo, without a jump."""
        self._anchor_beat, self._anchor_seconds = self.beat(now), now
        self.tempo = tempo

    def hear(self, data: bytes, now: float) -> None:
        """Take in a MIDI system message, such as a clock's; this clock listens to nobody."""

    def beat(self, now: float) -> float:
        """Return which beat it is."""
        if not self.playing:
            return self._anchor_beat
        return self._anchor_beat + (now - self._anchor_seconds) / seconds_per_beat(self.tempo)

    def due(self, beat: float) -> float:
        """Return when `beat` is due at the present tempo, in the seconds of `now`; infinity for never."""
        if not self.playing:
            return math.inf
        return self._anchor_seconds + (beat - self._anchor_beat) * seconds_per_beat(self.tempo)


class ManualClock(Clock):
    """A clock moved by hand: the beats that it has reached are due at the moment it last moved, all others never."""

    patience = math.inf

    def advance(self, beats: float, now: float) -> None:
        """Go on by `beats`; a stopped clock stays."""
        self._anchor_seconds = now
        if self.playing:
            self._anchor_beat += beats

    def beat(self, now: float) -> float:  # noqa: ARG002 - moved by hand
        """Return which beat it is."""
        return self._anchor_beat

    def due(self, beat: float) -> float:
        """Return when `beat` was reached; infinity for not yet."""
        return self._anchor_seconds if self.playing and beat <= self._anchor_beat else math.inf


def make_clock(name: ClockName, tempo: float) -> Clock:
    """Return a stopped clock at beat 0.

    Raises:
        ValueError: there is no such clock yet.
    """
    match name:
        case "internal":
            return Clock(tempo)
        case "manual":
            return ManualClock(tempo)
        case _:
            raise ValueError(f"the port process has no clock `{name}`")
