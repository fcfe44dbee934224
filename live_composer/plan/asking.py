"""Asking planners in other processes: for as long as an answer is wanted, and again when one died."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import msgspec

from live_composer.plan.stretch import Superseded
from live_composer.wire.messages import PlanFailed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from live_composer.wire.messages import Plan, PlanRequest

_TRIES = 4
_POLL_SECONDS = 0.01


async def again(
    request: PlanRequest,
    unwanted: Callable[[], bool],
    ask: Callable[[PlanRequest], Awaitable[Plan | PlanFailed]],
    died: type[Exception],
) -> Plan | PlanFailed:
    """Ask until there is an answer, of a few planners at most.

    Args:
        request: what is asked; each time less time is left for it.
        unwanted: whether nobody wants the answer any more.
        ask: asks a planner; is cancelled when the answer is not wanted any more.
        died: what it raises when the planner died.

    Raises:
        Superseded: nobody wanted the answer any more.
    """
    begin = time.monotonic()
    for _ in range(_TRIES):
        with contextlib.suppress(died):
            return await _unless(unwanted, ask(_left(request, begin)))
        await asyncio.sleep(_POLL_SECONDS)  # Whoever replaces the dead must hear of it before another one is asked.
    return PlanFailed(request.revision, f"{_TRIES} planners died, one after the other, of what they were asked.")


def _left(request: PlanRequest, begin: float) -> PlanRequest:
    """Return a request that was first asked at `begin`, with the time that is left for it."""
    if request.within is None:
        return request
    return msgspec.structs.replace(request, within=max(0.0, request.within - (time.monotonic() - begin)))


async def _unless(unwanted: Callable[[], bool], asked: Awaitable[Plan | PlanFailed]) -> Plan | PlanFailed:
    """Wait for an answer for as long as it is wanted.

    Raises:
        Superseded: it is not any more.
    """
    waiting = asyncio.ensure_future(asked)
    try:
        while not waiting.done():
            await asyncio.wait({waiting}, timeout=_POLL_SECONDS)
            if not waiting.done() and unwanted():
                raise Superseded
        return waiting.result()
    finally:
        if not waiting.done():
            waiting.cancel()
            waiting.add_done_callback(lambda task: task.cancelled() or task.exception())
