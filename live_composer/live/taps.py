"""Taps: a tempo from the last times somebody tapped."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from live_composer.music.units import SECONDS_PER_MINUTE, TEMPO_RANGE

if TYPE_CHECKING:
    from collections.abc import Callable

_TAPS = 8
_PAUSE = SECONDS_PER_MINUTE / TEMPO_RANGE[0]
"""Seconds without a tap after which a new tempo is begun."""


class Taps:
    """Remembers the last taps."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Tell taps' times by `clock`, in seconds."""
        self._clock = clock
        self._times: deque[float] = deque(maxlen=_TAPS)

    def tap(self) -> float | None:
        """Take note of a tap; return beats per minute, from the second one on."""
        now = self._clock()
        if self._times and now - self._times[-1] > _PAUSE:
            self._times.clear()
        self._times.append(now)
        if len(self._times) < 2:  # noqa: PLR2004 - an interval has two ends
            return None
        seconds = max(1e-3, (self._times[-1] - self._times[0]) / (len(self._times) - 1))
        return round(min(TEMPO_RANGE[1], max(TEMPO_RANGE[0], SECONDS_PER_MINUTE / seconds)), 1)
