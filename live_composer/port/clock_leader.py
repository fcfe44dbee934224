"""Leading: the MIDI clock that others follow, 24 ticks a beat, Start, Continue with Song Position, and Stop."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from live_composer.port.midi_bytes import CONTINUE, SONG_POSITION, START, STOP, TICK, TICKS_PER_BEAT, TICKS_PER_POSITION

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAD_SECONDS = 0.005
"""How long before the first tick Start is said: a follower needs a moment to get ready."""
LAST_POSITION = (1 << 14) - 1
TICK_DATA = bytes((TICK,))
_NEARLY = 1e-9


class ClockLeader:
    """What is said to followers, and when in beats.

    Attributes:
        next_beat: where the next tick is due; infinity while nothing goes.
    """

    def __init__(self) -> None:
        self.next_beat = math.inf
        self._tick = 0
        self._counts_in = False

    def start(self, beat: float) -> Iterator[bytes]:
        """Yield what says that the music goes on from `beat`; followers can do so from a sixteenth only.

        Below 0 nothing is said yet: they hear the tempo while it is counted in, and Start before the tick of beat 0.
        """
        self._counts_in = beat < 0
        if self._counts_in:
            self._tick = math.ceil(beat * TICKS_PER_BEAT - _NEARLY)
            self._wait()
            return
        position = math.ceil(beat * TICKS_PER_BEAT / TICKS_PER_POSITION - _NEARLY)
        self._tick = position * TICKS_PER_POSITION
        self._wait()
        if position == 0:
            yield bytes((START,))
            return
        position = min(position, LAST_POSITION)
        yield bytes((SONG_POSITION, position & 0x7F, position >> 7))
        yield bytes((CONTINUE,))

    def say(self) -> bytes:
        """Return what is due, a tick or the Start that ends a count-in, and wait for the next."""
        if self._counts_in and self._tick == 0:
            self._counts_in = False
            said = bytes((START,))
        else:
            self._tick += 1
            said = TICK_DATA
        self._wait()
        return said

    def _wait(self) -> None:
        """Wait for the next tick, or for Start, half a tick before the first."""
        early = 0.5 if self._counts_in and self._tick == 0 else 0.0
        self.next_beat = (self._tick - early) / TICKS_PER_BEAT

    def stop(self) -> Iterator[bytes]:
        """Yield what says that the music has stopped."""
        if self.next_beat < math.inf:
            self.next_beat = math.inf
            yield bytes((STOP,))
