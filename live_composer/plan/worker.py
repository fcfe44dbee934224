"""The worker: one thread that plans, one request after the other, and one that loads what the next ones need."""

from __future__ import annotations

import asyncio
import math
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from live_composer.errors import BadInput
from live_composer.plan.experience import Experience
from live_composer.plan.look_ahead import Superseded
from live_composer.wire.messages import PlanFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.plan.planner import Planner
    from live_composer.wire.messages import Plan, PlanRequest


class TooLate(Superseded):
    """A plan would come later than it is of use."""


class Worker:
    """Answers requests of any number of musicians, each in its turn: two plans at once would only make both late.

    Attributes:
        waiting: requests that wait for their turn, or are planned.
    """

    def __init__(self, planner: Planner, longest: float = math.inf) -> None:
        """Take a planner, and how many seconds it may work on one plan."""
        self.waiting = 0
        self._longest = longest
        self._planner = planner
        self._experience = Experience()
        self._planning = ThreadPoolExecutor(max_workers=1, thread_name_prefix="planner")
        self._loading = ThreadPoolExecutor(max_workers=1, thread_name_prefix="loader")

    async def answer(self, request: PlanRequest, unwanted: Callable[[], bool]) -> Plan | PlanFailed:
        """Return the plan, or why there is none.

        Args:
            request: which may say within how many seconds from now its answer is of use.
            unwanted: asked between the steps, on another thread, whether nobody wants the plan any more.

        Raises:
            Superseded: nobody did.
        """
        loop, due = asyncio.get_running_loop(), None
        if request.within is not None:
            due = time.monotonic() + request.within
        self.waiting += 1
        try:
            failed = await loop.run_in_executor(self._loading, self._planner.prepare, request)
            return failed or await loop.run_in_executor(self._planning, self._plan, request, unwanted, due)
        except TooLate:
            return PlanFailed(request.revision, "The plan would have come too late.", late=True)
        finally:
            self.waiting -= 1

    def _plan(self, request: PlanRequest, unwanted: Callable[[], bool], due: float | None) -> Plan | PlanFailed:
        begin = time.monotonic()
        if due is not None and begin + self._experience.expect(request) > due:
            # One that is refused teaches nothing: without this, one slow plan would shut out all of its kind.
            self._experience.note(request, 0.0)
            raise TooLate

        def superseded() -> bool:
            now = time.monotonic()
            if due is not None and now > due:
                raise TooLate
            if now - begin > self._longest:
                raise BadInput(f"A plan may take {self._longest:g} s here, and this one took longer; ask for less.")
            return unwanted()

        answer = self._planner.plan(request, superseded)
        self._experience.note(request, time.monotonic() - begin)
        return answer

    def close(self) -> None:
        """End both threads, once what they do is done."""
        self._planning.shutdown(wait=False)
        self._loading.shutdown(wait=False)
