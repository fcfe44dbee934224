"""The metrics of a host, counted as they happen and told in Prometheus' text format."""

from __future__ import annotations

import bisect
import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PREFIX = "live_composer_"
_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
_SIZES = (1, 2, 4, 8, 16, 32, 64)


class Histogram:
    """How many values were at most as large as each bound, how many there were, and their sum."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = list(bounds)
        self._counts = [0] * (len(self._bounds) + 1)
        self._sum = 0.0

    def add(self, value: float) -> None:
        """Count a value."""
        self._counts[bisect.bisect_left(self._bounds, value)] += 1
        self._sum += value

    def lines(self, name: str) -> Iterator[str]:
        """Yield its lines."""
        bounds = [*(f"{bound:g}" for bound in self._bounds), "+Inf"]
        for bound, count in zip(bounds, itertools.accumulate(self._counts), strict=True):
            yield f'{name}_bucket{{le="{bound}"}} {count}'
        yield f"{name}_sum {self._sum:g}"
        yield f"{name}_count {sum(self._counts)}"


class Metrics:
    """What a host counts. Every one has a line of help, and a name that ends as Prometheus wants it."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(_COUNTS, 0)
        self.musicians = self.queue = 0
        self.seconds, self.batch, self.spare = Histogram(_SECONDS), Histogram(_SIZES), Histogram(_SECONDS)

    def count(self, what: str) -> None:
        """Count one of `_COUNTS`."""
        self.counts[what] += 1

    def text(self) -> str:
        """Return everything in Prometheus' text format."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        for name, help_ in _COUNTS.items():
            yield from _head(f"{name}_total", "counter", help_)
            yield f"{_PREFIX}{name}_total {self.counts[name]}"
        for name, value, help_ in (
            ("musicians", self.musicians, "Musicians that are connected."),
            ("queue", self.queue, "Requests that wait or are planned."),
        ):
            yield from _head(name, "gauge", help_)
            yield f"{_PREFIX}{name} {value}"
        for name, histogram, help_ in (
            ("answer_seconds", self.seconds, "From a request to its answer."),
            ("batch_size", self.batch, "Plans that were made together."),
            (
                "spare_seconds",
                self.spare,
                "How long before it was due an answer was ready, where a time was asked for.",
            ),
        ):
            yield from _head(name, "histogram", help_)
            yield from histogram.lines(_PREFIX + name)


def _head(name: str, kind: str, help_: str) -> Iterator[str]:
    yield f"# HELP {_PREFIX}{name} {help_}"
    yield f"# TYPE {_PREFIX}{name} {kind}"


_COUNTS = {
    "requests": "Planning requests that came.",
    "plans": "Plans that were sent.",
    "failed": "Requests that could not be planned.",
    "cancelled": "Requests that a newer one of the same musician, or its leaving, made needless.",
    "too_late": "Requests that could not be answered while it was of use.",
    "refused": "Requests or connections that asked for more than is granted.",
}
