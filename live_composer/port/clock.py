"""Clocks: which beat it is, and when a beat is due.

A clock keeps no time of its own. Whoever plays hands it `now`, in seconds of any time that never runs backwards: the
system's monotonic time for a thread (so that nobody who sets the machine's clock moves the music), counted frames for
JACK (so that its freewheel mode moves the music too).
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from live_composer.music.units import SECONDS_PER_MINUTE, seconds_per_beat

if TYPE_CHECKING:
    from live_composer.port.protocol import ClockName, ClockStatus


class Turn(NamedTuple):
    """The clock was put at a place, and goes on from there or stands still. Only a clock of others turns by itself."""

    beat: float
    rolling: bool


class Clock:
    """The internal clock, and what all clocks have in common.

    Attributes:
        name: as `Open.clock`.
        tempo: beats per minute, now or at the end of a ramp.
        playing: whether beats go by for us.
        patience: seconds after which an onset is too late: better a hole than a burst of stale notes after a stall.
        poll_seconds: how often `turns` must be asked, because nobody tells when something changes.
        status: as `ClockState.status`; `phase_ms` and `peers` likewise.
    """

    name: ClockName = "internal"
    patience = 0.25
    poll_seconds = math.inf
    peers = 0

    def __init__(self, tempo: float) -> None:
        self.playing = False
        self.status: ClockStatus = "locked"
        self._turns: deque[Turn] = deque()
        self._set(0.0, 0.0, tempo)

    @property
    def rolling(self) -> bool:
        """Whether beats go by, for us or for others."""
        return self.playing

    @property
    def phase_ms(self) -> float:
        """How far beats were from where they were expected, root mean square."""
        return 0.0

    def start(self, beat: float, now: float) -> float | None:
        """Be at `beat` and go, or go along with others; return where it goes from, None if it waits for others."""
        self._set(beat, now, self.tempo)
        self.playing = True
        return beat

    def stop(self, now: float) -> None:
        """Stay at the beat it is now."""
        self._set(self.beat(now), now, self.tempo_at(now))
        self.playing = False

    def set_tempo(self, tempo: float, now: float, beats: float = 0.0) -> None:
        """Change the tempo, without a jump: at once, or evenly in time within the next `beats`."""
        before = self.tempo_at(now)
        within = beats if self.playing else 0.0
        self._set(self.beat(now), now, before if within else tempo)
        self.tempo = tempo
        self._ramp_seconds = within * seconds_per_beat((before + tempo) / 2)

    def rejoin(self, beat: float, seconds: float, now: float) -> None:
        """Go on where others were at `beat` and `seconds`; a clock that can look where they are has no need of it."""

    def hear(self, data: bytes, now: float) -> None:
        """Take in a MIDI system message, such as a clock's; this clock listens to nobody."""

    def turns(self, now: float) -> list[Turn]:  # noqa: ARG002 - clocks of others look what has happened
        """Return what the clock has done by itself since the last time."""
        return [self._turns.popleft() for _ in range(len(self._turns))]

    def tempo_at(self, now: float) -> float:
        """Return the tempo, within a ramp too."""
        passed = min(now - self._anchor_seconds, self._ramp_seconds)
        return self._tempo_then + self._slope * passed

    def beat(self, now: float) -> float:
        """Return which beat it is."""
        if not self.playing:
            return self._anchor_beat
        passed = now - self._anchor_seconds
        within = min(passed, self._ramp_seconds)
        gone = self._tempo_then * within + self._slope * within**2 / 2 + self.tempo * (passed - within)
        return self._anchor_beat + gone / SECONDS_PER_MINUTE

    def due(self, beat: float) -> float:
        """Return when `beat` is due as far as is known now, in the seconds of `now`; infinity for never."""
        if not self.playing:
            return math.inf
        beats = beat - self._anchor_beat
        within = self._ramp_seconds * (self._tempo_then + self.tempo) / 2 / SECONDS_PER_MINUTE
        if beats >= within:
            return self._anchor_seconds + self._ramp_seconds + (beats - within) * seconds_per_beat(self.tempo)
        if beats <= 0:
            return self._anchor_seconds + beats * seconds_per_beat(self._tempo_then)
        # Where within the ramp: slope / 2 * t**2 + tempo * t = minutes, in the form that knows no division by zero.
        minutes, tempo = beats * SECONDS_PER_MINUTE, self._tempo_then
        return self._anchor_seconds + 2 * minutes / (tempo + math.sqrt(tempo**2 + 2 * self._slope * minutes))

    @property
    def _slope(self) -> float:
        return (self.tempo - self._tempo_then) / self._ramp_seconds if self._ramp_seconds else 0.0

    def _set(self, beat: float, now: float, tempo: float) -> None:
        """Be at `beat` with this tempo, and without a ramp."""
        self._anchor_beat: float = beat
        self._anchor_seconds: float = now
        self._tempo_then = self.tempo = tempo
        self._ramp_seconds = 0.0


class ManualClock(Clock):
    """A clock moved by hand: the beats that it has reached are due at the moment it last moved, all others never."""

    name: ClockName = "manual"
    patience = math.inf

    def set_tempo(self, tempo: float, now: float, beats: float = 0.0) -> None:  # noqa: ARG002 - there is no time here
        """Take note of the tempo."""
        self.tempo = self._tempo_then = tempo

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


class Follower(Clock):
    """A clock that somebody else moves, as a straight line of beats over seconds; what differs is how it is drawn.

    Attributes:
        tempo: of the others, as it is now.
        joined: whether we play along.
    """

    def __init__(self, tempo: float) -> None:
        super().__init__(tempo)
        self.status = "searching"
        self.joined = False
        self._going = False

    @property
    def rolling(self) -> bool:
        """Whether beats go by for the others."""
        return self._going

    def start(self, beat: float, now: float) -> float | None:  # noqa: ARG002 - others say where
        """Play along, now or when the others go."""
        self.joined = True
        self.playing = self._going
        return self.beat(now) if self._going else None

    def stop(self, now: float) -> None:  # noqa: ARG002 - the others go on
        """No longer play along."""
        self.joined = self.playing = False

    def set_tempo(self, tempo: float, now: float, beats: float = 0.0) -> None:
        """Do nothing: the others say how fast."""

    def beat(self, now: float) -> float:
        """Return which beat it is for the others."""
        if not self._going:
            return self._anchor_beat
        return self._anchor_beat + (now - self._anchor_seconds) / seconds_per_beat(self.tempo)

    def due(self, beat: float) -> float:
        """Return when `beat` is due as far as is known now."""
        if not self.playing:
            return math.inf
        return self._anchor_seconds + (beat - self._anchor_beat) * seconds_per_beat(self.tempo)

    def tempo_at(self, now: float) -> float:  # noqa: ARG002 - as it was last heard
        """Return the tempo."""
        return self.tempo

    def _turn(self, beat: float, *, rolling: bool) -> None:
        """Be put at a place by the others."""
        self._anchor_beat, self._going = beat, rolling
        self.playing = rolling and self.joined
        self._turns.append(Turn(beat, rolling))


def make_clock(name: ClockName, tempo: float, freewheel_seconds: float, quantum: float) -> Clock:
    """Return a clock that stands at beat 0; the parameters are those of `Open`.

    Raises:
        NoPort: what it needs is not installed.
    """
    match name:
        case "internal":
            return Clock(tempo)
        case "manual":
            return ManualClock(tempo)
        case "midi":
            from live_composer.port.midi_clock import MidiClock

            return MidiClock(tempo, freewheel_seconds)
        case "jack":
            from live_composer.port.jack_transport import JackTransport

            return JackTransport(tempo)
        case "link":
            from live_composer.port.link_clock import LinkClock

            return LinkClock(tempo, quantum)
