"""Where the music is now: the beat of the newest frame, carried on until the next one comes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from live_composer.music.units import STEPS_PER_BEAT, seconds_per_beat

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.wire.screen import Frame

_MOVING = {"playing", "counting in"}
_BACK = 0.5
"""Beats by which a late frame may lag behind what is shown, without the music seeming to go back."""
_LONGEST = 2.0
"""Seconds for which the beat is carried on without a frame."""


class Beat:
    """The beat now, so that the roll moves evenly however unevenly frames come."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        """Count by `seconds`, a clock that never goes back."""
        self._seconds = seconds
        self._beat, self._tempo, self._at, self._moving = 0.0, 120.0, seconds(), False

    def hear(self, frame: Frame) -> None:
        """Take the beat of a frame that has just come."""
        shown = self.now()
        moved_on = self._moving
        self._at, self._moving = self._seconds(), frame.transport in _MOVING
        self._tempo = frame.clock.tempo
        late = 0 < shown - frame.beat < _BACK and moved_on and self._moving
        self._beat = shown if late else frame.beat

    def halt(self) -> None:
        """Stand still: no frames come any more."""
        self._beat, self._moving = self.now(), False

    def now(self) -> float:
        """Return the beat that sounds now."""
        if not self._moving:
            return self._beat
        passed = min(_LONGEST, self._seconds() - self._at)
        return self._beat + passed / seconds_per_beat(self._tempo)

    def until_next(self, parts: int = STEPS_PER_BEAT) -> float | None:
        """Return the seconds to the next `1/parts` of a beat; None where nothing moves."""
        if not self._moving:
            return None
        place = self.now() * parts
        return (math.floor(place) + 1 - place) * seconds_per_beat(self._tempo) / parts
