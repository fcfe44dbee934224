"""The gate of a host: what one request may ask for, and how many a musician may send."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from live_composer.errors import BadInput
from live_composer.policy import checkpoint
from live_composer.wire.messages import LONGEST_HORIZON

if TYPE_CHECKING:
    from live_composer.wire.messages import PlanRequest

_BURST_SECONDS = 2.0


@dataclass(frozen=True)
class Limits:
    """What a host grants.

    Attributes:
        horizon: steps of one plan.
        candidates: continuations that one plan is chosen from.
        requests: of one musician, a second.
        seconds: that one plan may be computed for.
    """

    horizon: int = LONGEST_HORIZON
    candidates: int = 256
    requests: float = 50.0
    seconds: float = 2.0

    def told(self) -> dict[str, float]:
        """Return them as a hello tells them."""
        return {
            "horizon": self.horizon,
            "candidates": self.candidates,
            "requests": self.requests,
            "seconds": self.seconds,
        }

    def check(self, request: PlanRequest) -> None:
        """Let a request through.

        Raises:
            BadInput: it asks for more than is granted, or for what no host gives.
        """
        if request.horizon > self.horizon:
            raise BadInput(f"This host plans {self.horizon} steps at most, and was asked for {request.horizon}.")
        if request.candidates > self.candidates:
            raise BadInput(f"This host tries {self.candidates} candidates at most, not {request.candidates}.")
        for name in filter(None, (request.model, request.prior, request.book)):
            if not checkpoint.is_name(name) or name.endswith(".toml"):
                raise BadInput("A host knows models and rule books by name alone, and by no path.")


class Rate:
    """Counts the requests of one musician: as many a second as are granted, and twice as many at once."""

    def __init__(self, a_second: float) -> None:
        self._rate, self._burst = a_second, _BURST_SECONDS * a_second
        self._left, self._counted = self._burst, time.monotonic()

    def count(self) -> None:
        """Count one.

        Raises:
            BadInput: it is too many.
        """
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._counted) * self._rate)
        self._counted = now
        if self._left < 1:
            raise BadInput(f"This host takes {self._rate:g} requests a second from a musician.")
        self._left -= 1
