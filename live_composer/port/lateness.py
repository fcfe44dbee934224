"""How late messages went out: the median, the 99th percentile and the worst."""

from __future__ import annotations

from collections import deque

WINDOW = 1024
"""Percentiles are of this many last messages."""


class Lateness:
    """Counts messages and remembers how late the last of them were, in milliseconds."""

    def __init__(self) -> None:
        self.count = 0
        self.worst = 0.0
        self._last: deque[float] = deque(maxlen=WINDOW)

    def add(self, late_ms: float) -> None:
        """Count a message."""
        self.count += 1
        self.worst = max(self.worst, late_ms)
        self._last.append(late_ms)

    def percentiles(self) -> tuple[float, float]:
        """Return the median and the 99th percentile of the last messages; zeros when there are none."""
        ordered = sorted(self._last) or [0.0]
        return tuple(ordered[round(share * (len(ordered) - 1))] for share in (0.5, 0.99))  # pyright: ignore[reportReturnType]
