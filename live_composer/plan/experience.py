"""Experience: how long plans take, from those that were made, so that none is begun that would come too late."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from live_composer.wire.messages import PlanRequest

_REMEMBERED = 256
_NEWEST = 0.25
"""How much the newest plan counts in the running mean."""
_COUNTS_SECONDS = 2.0

_Kind = tuple[str, str, str, int]


class Experience:
    """A running mean of seconds a step, for each kind of request."""

    def __init__(self) -> None:
        self._known: OrderedDict[_Kind, tuple[float, float]] = OrderedDict()

    def expect(self, request: PlanRequest) -> float:
        """Return how many seconds a plan will take; 0 where none of its kind was made lately.

        What is long ago does not count: or one slow plan would shut out all of its kind.
        """
        seconds, when = self._known.get(_kind(request), (0.0, -math.inf))
        return seconds * request.horizon if time.monotonic() - when < _COUNTS_SECONDS else 0.0

    def note(self, request: PlanRequest, seconds: float) -> None:
        """Take note of how long a plan took."""
        kind, each = _kind(request), seconds / request.horizon
        before, _ = self._known.get(kind, (each, 0.0))
        self._known[kind] = before + _NEWEST * (each - before), time.monotonic()
        self._known.move_to_end(kind)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


def _kind(request: PlanRequest) -> _Kind:
    return request.model, request.prior, request.book, request.candidates
