"""Why these notes: what else might have come at each step, and which continuations were not chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from live_composer.wire.messages import PlanRequest, Weighed, Why

if TYPE_CHECKING:
    from live_composer.plan.look_ahead import Choice, LookAhead
    from live_composer.plan.proposal import Odds
    from live_composer.plan.terms import Terms

OTHERS = 3
"""How many other events are told of each step."""


def explain(look_ahead: LookAhead, request: PlanRequest, terms: Terms, choice: Choice) -> Why:
    """Say why a choice was made."""
    met = look_ahead.odds(request.events, request.first_step, choice.events, terms)
    steps = [_weighed(odds, event) for odds, event in zip(met, choice.events, strict=True)]
    return Why(steps, choice.rivals, choice.chances)


def _weighed(odds: Odds, chosen: int) -> list[Weighed]:
    """Return the event that was chosen, and the likeliest others of the mix that was drawn from."""
    likeliest = np.argsort(-odds.mixed[0], kind="stable").tolist()
    others = [event for event in likeliest if event != chosen and np.isfinite(odds.mixed[0, event])][:OTHERS]
    prior, tuned = np.exp(odds.prior[0]).tolist(), np.exp(odds.tuned[0]).tolist()
    return [Weighed(event, prior[event], tuned[event]) for event in (chosen, *others)]
