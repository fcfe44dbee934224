"""A leader of a MIDI clock that knows which beat it really is, and a clock that follows it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from live_composer.port.midi_clock import MidiClock

if TYPE_CHECKING:
    from collections.abc import Callable

TICK, START, CONTINUE, STOP = (bytes((status,)) for status in (0xF8, 0xFA, 0xFB, 0xFC))
PERIOD = 256 / 48_000


def position(sixteenth: int) -> bytes:
    return bytes((0xF2, sixteenth & 127, sixteenth >> 7))


class Leader:
    """Plays ticks to a clock, and knows which beat it really is."""

    def __init__(self, clock: MidiClock, come: Callable[[float], float] = lambda now: now) -> None:
        self.clock, self.come = clock, come
        self.now, self.tick, self.tempo = 10.0, -1, 120.0
        """When the last tick was, and which; when none was yet, when the first one will be."""
        self.off: list[float] = []

    def say(self, data: bytes) -> None:
        self.clock.hear(data, self.come(self.now + 0.001))

    def start(self, data: bytes = START, at: int = 0) -> None:
        self.say(data)
        self.tick = at - 1

    def ticks(self, count: int, *, heard: bool = True) -> None:
        for _ in range(count):
            self.now += 60 / self.tempo / 24
            self.tick += 1
            if heard:
                self.clock.hear(TICK, self.come(self.now))
            if self.clock.playing and heard:
                self.off.append(self.clock.due(self.tick / 24) - self.now)


def playing(tempo: float = 120.0, freewheel_seconds: float = 5.0) -> MidiClock:
    clock = MidiClock(tempo, freewheel_seconds)
    clock.start(0, 0)
    return clock


def in_periods(now: float) -> float:
    """As RtMidi on JACK tells it."""
    return math.ceil(now / PERIOD) * PERIOD
