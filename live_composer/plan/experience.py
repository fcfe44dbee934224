"""Experience: how long plans take, from those that were made, so that none is begun that would come too late."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from live_composer.wire.messages import PlanRequest

_REMEMBERED = 256
_NEWEST = 0.25
"""How much the newest plan counts in the running mean."""

_Kind = tuple[str, str, str, int]


class Experience:
    """A running mean of seconds a step, for each kind of request."""

    def __init__(self) -> None:
        self._seconds: OrderedDict[_Kind, float] = OrderedDict()

    def expect(self, request: PlanRequest) -> float:
        """Return how many seconds a plan will take; 0 where none of its kind was made."""
        return self._seconds.get(_kind(request), 0.0) * request.horizon

    def note(self, request: PlanRequest, seconds: float) -> None:
        """Take note of how long a plan took."""
        kind, each = _kind(request), seconds / request.horizon
        before = self._seconds.get(kind, each)
        self._seconds[kind] = before + _NEWEST * (each - before)
        self._seconds.move_to_end(kind)
        if len(self._seconds) > _REMEMBERED:
            self._seconds.popitem(last=False)


def _kind(request: PlanRequest) -> _Kind:
    return request.model, request.prior, request.book, request.candidates
