"""Following JACK's transport: it rolls, stops, and is moved to another place; a timebase says how fast."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from live_composer.errors import NoPort
from live_composer.music.units import seconds_per_beat
from live_composer.port.clock import Follower

if TYPE_CHECKING:
    import jack

    from live_composer.port.clock import Turn
    from live_composer.port.protocol import ClockName

_ROLLING = 1
_TIMEBASE = 0x10
_QUARTER = 4
_SLACK_TICKS = 2
"""A timebase counts whole ticks; within so many it has not jumped but rounded."""
_JUMP_SECONDS, _JUMP_BEATS = 0.05, 0.1
MICROSECONDS = 1_000_000


class Place(NamedTuple):
    """Where the transport is at some moment, in frames and in quarter notes; `slack` is what these may be off by."""

    rolling: bool
    frame: int
    beat: float
    tempo: float
    slack: float


class JackTransport(Follower):
    """The transport of a JACK server.

    Between starts, moves and changes of tempo its place is counted in frames, which are exact, not in the timebase's
    ticks. Without a timebase beats are counted from frame 0 at the tempo we were told.
    """

    name: ClockName = "jack"
    poll_seconds = 0.005

    def __init__(self, tempo: float) -> None:
        """Wait for `attach`."""
        super().__init__(tempo)
        self._client: jack.Client | None = None
        self._rate = 48_000
        self._in_call_back = False
        self._frame: int = 0
        self._mark: Place = Place(rolling=False, frame=0, beat=0.0, tempo=tempo, slack=0.0)
        """The last place that was asked for, from which frames are counted."""

    @property
    def attached(self) -> bool:
        """Whether there is a server to look at."""
        return self._client is not None

    def attach(self, client: jack.Client, *, in_call_back: bool) -> None:
        """Look at the transport of this client's server.

        Args:
            client: connected, not necessarily active.
            in_call_back: `turns` is called in its call-back, with the time of the first frame of the period.
        """
        self._client, self._rate, self._in_call_back = client, client.samplerate, in_call_back
        self.status = "locked"

    def set_tempo(self, tempo: float, now: float, beats: float = 0.0) -> None:  # noqa: ARG002 - see Follower
        """Take the tempo for a transport without a timebase; one that has it does not ask us."""
        self.tempo = tempo

    def turns(self, now: float) -> list[Turn]:
        """Look where the transport is."""
        if self._client is None:
            raise NoPort("The JACK transport is followed by a client of its server, and there is none.")
        place, seconds = self._look(self._client, now)
        self._follow(place, seconds)
        return super().turns(now)

    def _look(self, client: jack.Client, now: float) -> tuple[Place, float]:
        """Return where the transport is, and when it is there."""
        state, position = client.transport_query_struct()
        tempo, slack = self.tempo, 0.0
        beat = position.frame / self._rate / seconds_per_beat(tempo)
        if position.valid & _TIMEBASE and position.beats_per_minute > 0 and position.ticks_per_beat > 0:
            unit = _QUARTER / position.beat_type if position.beat_type > 0 else 1.0
            bars = (position.bar - 1) * position.beats_per_bar
            beat = unit * (bars + position.beat - 1 + position.tick / position.ticks_per_beat)
            tempo = unit * position.beats_per_minute
            slack = unit * _SLACK_TICKS / position.ticks_per_beat
        seconds = now if self._in_call_back else now - _seconds_since(position.usecs / MICROSECONDS)
        return Place(state == _ROLLING, position.frame, beat, tempo, slack), seconds

    def _follow(self, place: Place, seconds: float) -> None:
        beat = place.beat
        if place.rolling and self._going:
            counted = self._mark.beat + (place.frame - self._mark.frame) / self._rate / seconds_per_beat(self.tempo)
            if self._jumped(place, counted, seconds):
                self._turn(beat, rolling=True)
                self._mark = place
            elif place.tempo != self.tempo or abs(beat - counted) > place.slack:
                self._mark = place
            else:
                beat = counted
        elif place.rolling or self._going or place.frame != self._frame:
            self._turn(beat, rolling=place.rolling)
            self._mark = place
        self.tempo = place.tempo
        self._frame, self._anchor_beat, self._anchor_seconds = place.frame, beat, seconds

    def _jumped(self, place: Place, counted: float, seconds: float) -> bool:
        """Tell whether somebody moved the transport; a server that overran, or a new tempo, moves it by less."""
        frames = (seconds - self._anchor_seconds) * self._rate
        return (
            abs(place.frame - self._frame - frames) > _JUMP_SECONDS * self._rate
            or abs(place.beat - counted) > _JUMP_BEATS
        )


def _seconds_since(then: float) -> float:
    """Return how long ago a moment of JACK's clock was, which is one of the system's that never run backwards."""
    clocks = {time.CLOCK_MONOTONIC_RAW, time.CLOCK_MONOTONIC} if sys.platform == "linux" else set[int]()
    readings = [time.clock_gettime(clock) for clock in clocks] or [time.monotonic()]
    return min((reading - then for reading in readings if reading >= then), default=0.0)
