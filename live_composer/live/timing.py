"""How long planning takes, measured, and how much of the future that leaves open."""

from __future__ import annotations

import math
import time
from collections import deque

_KEPT = 100
MARGIN_SECONDS = 0.05
"""How much earlier than a step before its time a step is handed to the port: what a busy machine may be late by."""
_BEFORE_ANY = 0.05
"""Seconds that a plan is assumed to take before one was measured."""


class Timing:
    """The last round trips to the planner, and the planning in them, in seconds.

    Attributes:
        plans: how many plans came.
    """

    def __init__(self) -> None:
        self.plans = 0
        self._last = -math.inf
        self._round_trips: deque[float] = deque(maxlen=_KEPT)
        self._plannings: deque[float] = deque(maxlen=_KEPT)

    def add(self, total: float, planning: float) -> None:
        """Note that an answer came `total` seconds after its request, of which `planning` went into planning.

        What a planner says of itself is taken for what it can have been: no more than all of it.
        """
        planning = max(0.0, min(total, planning))  # In this order what is no number is taken for all of it.
        self.plans += 1
        self._last = time.monotonic()
        self._round_trips.append(max(0.0, total - planning))
        self._plannings.append(planning)

    @property
    def age(self) -> float:
        """Seconds since the last plan came; -1 before the first."""
        return time.monotonic() - self._last if self.plans else -1.0

    @property
    def round_trip_99(self) -> float:
        """The 99th percentile of the way there and back."""
        return percentile(self._round_trips, 0.99)

    @property
    def round_trip_50(self) -> float:
        """The median of the way there and back."""
        return percentile(self._round_trips, 0.5)

    @property
    def planning_99(self) -> float:
        """The 99th percentile of planning."""
        return percentile(self._plannings, 0.99) if self._plannings else _BEFORE_ANY

    def commit_horizon(self, step_seconds: float) -> int:
        """Return how many steps from the next on can no longer be changed: a new plan would come too late for them."""
        return commit_horizon(self.round_trip_99, self.planning_99, step_seconds)


def commit_horizon(round_trip: float, planning: float, step_seconds: float, margin: float = MARGIN_SECONDS) -> int:
    """Return ceil((round trip + planning + margin) / step) + 1.

    A step is handed to the port `margin` seconds and one step before it sounds; a plan asked for now must be there by
    then.
    """
    return math.ceil((round_trip + planning + margin) / step_seconds) + 1


def percentile(values: deque[float], share: float) -> float:
    """Return the value that `share` of all values do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0
