"""Written music: planned as it is live, two bars at a time, but with an end in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live_composer.live.plan_source import PLAN_BARS
from live_composer.wire.messages import CONTEXT, Plan, PlanRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from live_composer.live.wishes import Wishes


def written(wishes: Wishes, before: Sequence[int], bars: int, answer: Callable[[PlanRequest], Plan]) -> list[int]:
    """Return the events of so many bars; rules know where they end.

    Args:
        wishes: what is asked of them.
        before: what they go on from, whole bars in the key's home.
        bars: how many.
        answer: plans.
    """
    per_bar = wishes.metre.steps_per_bar
    events, end = list(before), len(before) + bars * per_bar
    while len(events) < end:
        horizon = min(PLAN_BARS * per_bar, end - len(events))
        fields = wishes.request(len(events), events[-CONTEXT:], len(events), horizon)
        events += answer(PlanRequest(**fields, length=end)).events
    return events[len(before) :]
