"""Reasons: why a note was chosen, asked of the planner once more, and told in the pitches that sounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from live_composer.errors import BadInput
from live_composer.music.vocabulary import FIRST_PITCH, HOLD
from live_composer.wire.screen import HELD, REST, Lost, Reasons

if TYPE_CHECKING:
    from live_composer.live.performance import Performance
    from live_composer.live.planning import Planner

_SILENT = 1e-9


async def reasons(performance: Performance, planner: Planner, step: Any, heard: int, ticket: int) -> Reasons:
    """Tell why the event of a step was chosen.

    Args:
        performance: the music.
        planner: is asked the same as it was then, and why.
        step: which; None for the last note that was heard.
        heard: the first step that was not heard yet.
        ticket: of who asks.

    Raises:
        BadInput: no note was heard yet, or the step is long past or not known yet.
    """
    source = performance.source
    if step is None:
        struck = [note for note in performance.performer.score.since(0) if note.step < max(1, heard)]
        if not struck:
            raise BadInput("No note was played yet.")
        step = struck[-1].step
    event = next(iter(source.events(step, step + 1)), None) if isinstance(step, int) else None
    if event is None:
        raise BadInput(f"Nothing is known of step {step}.")
    pitch = _pitch(performance, event)
    used = next(iter(source.used(step, step + 1)), None)
    if used is None:
        return Reasons(ticket, step, pitch, origin=performance.origin)
    place = step - used.first
    plan = await planner.ask(msgspec.structs.replace(used.request, why=True))
    said = {rule: values[place] for rule, values in plan.rewards.items() if abs(values[place]) > _SILENT}
    if plan.why is None or plan.events[place] != used.plan.events[place]:
        return Reasons(ticket, step, pitch, rules=said)
    chosen, *others = plan.why.steps[place]
    lost = [Lost(_pitch(performance, other.event), other.prior, other.tuned) for other in others]
    return Reasons(ticket, step, pitch, chosen.prior, chosen.tuned, said, lost)


def _pitch(performance: Performance, event: int) -> int:
    if event >= FIRST_PITCH:
        return performance.performer.pitch(event)
    return HELD if event == HOLD else REST
