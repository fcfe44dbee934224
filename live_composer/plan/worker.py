"""The worker: one thread that plans, and where that pays all requests that wait in one go; one that loads."""

from __future__ import annotations

import asyncio
import math
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from live_composer.errors import BadInput
from live_composer.plan.experience import Experience
from live_composer.plan.stretch import Superseded
from live_composer.wire.messages import PlanFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from live_composer.plan.planner import Planner
    from live_composer.wire.messages import Plan, PlanRequest

GATHER_SECONDS = 0.002
"""How long a request waits for company, where plans are made together."""

_SURE = 2.0
"""How many times its usual time a plan must have left to be begun: one given up half-made is time lost twice."""


class TooLate(Superseded):
    """A plan would come later than it is of use."""


@dataclass
class _Job:
    """A request that waits.

    Attributes:
        request: it.
        unwanted: whether nobody wants its plan any more.
        due: when it is of no use any more.
        answer: what becomes of it.
    """

    request: PlanRequest
    unwanted: Callable[[], bool]
    due: float
    answer: asyncio.Future[Plan | PlanFailed]

    def superseded(self, begin: float, longest: float) -> bool:
        """Say whether the plan, begun at `begin`, is unwanted.

        Raises:
            TooLate: it would be late.
            BadInput: it takes too long.
        """
        now = time.monotonic()
        if now > self.due:
            raise TooLate
        if now - begin > longest:
            raise BadInput(f"A plan may take {longest:g} s here, and this one took longer; ask for less.")
        return self.unwanted()

    def end(self, answer: Plan | PlanFailed | Exception) -> None:
        """Hand over what became of it, if anybody still waits."""
        if self.answer.done():
            return
        if isinstance(answer, Exception):
            self.answer.set_exception(answer)
        else:
            self.answer.set_result(answer)


class Worker:
    """Answers requests of any number of musicians, the first due first: on a CPU one by one, on a GPU many at once.

    Attributes:
        waiting: requests that wait for their turn, or are planned.
    """

    def __init__(
        self, planner: Planner, longest: float = math.inf, on_batch: Callable[[int], None] = lambda _: None
    ) -> None:
        """Take a planner, how many seconds it may work on one plan, and what is told how many were made together."""
        self.waiting = 0
        self._longest, self._on_batch = longest, on_batch
        self._planner = planner
        self._experience = Experience()
        self._jobs: list[_Job] = []
        self._working: asyncio.Task[None] | None = None
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
        loop = asyncio.get_running_loop()
        due = math.inf if request.within is None else time.monotonic() + request.within
        self.waiting += 1
        try:
            if failed := await loop.run_in_executor(self._loading, self._planner.prepare, request):
                return failed
            job = _Job(request, unwanted, due, loop.create_future())
            self._jobs.append(job)
            if self._working is None or self._working.done():
                self._working = asyncio.create_task(self._work())
            return await job.answer
        except TooLate:
            return PlanFailed(request.revision, "The plan would have come too late.", late=True)
        finally:
            self.waiting -= 1

    def close(self) -> None:
        """End both threads, once what they do is done."""
        self._planning.shutdown(wait=False)
        self._loading.shutdown(wait=False)

    async def _work(self) -> None:
        """Plan until nothing waits any more."""
        loop = asyncio.get_running_loop()
        while self._jobs:
            if self._planner.most > 1:
                await asyncio.sleep(GATHER_SECONDS)
            self._give_up_late()
            # What is due first comes first: who moves a slider before who asks ahead.
            self._jobs.sort(key=lambda job: job.due)
            jobs, self._jobs = self._jobs[: self._planner.most], self._jobs[self._planner.most :]
            if jobs:
                ends = await loop.run_in_executor(self._planning, self._plan, jobs)
                for job, end in zip(jobs, ends, strict=True):
                    job.end(end)

    def _give_up_late(self) -> None:
        """Let go of what could not be answered in time any more."""
        now, waiting = time.monotonic(), self._jobs
        self._jobs = []
        for job in waiting:
            if now + _SURE * self._experience.expect(job.request) > job.due:
                job.end(TooLate())
            else:
                self._jobs.append(job)

    def _plan(self, jobs: Sequence[_Job]) -> list[Plan | PlanFailed | Superseded] | list[Exception]:
        """Plan several requests; return what became of each."""
        begin = time.monotonic()
        self._on_batch(len(jobs))
        try:
            ends = self._planner.plan_together(
                [(job.request, lambda job=job: job.superseded(begin, self._longest)) for job in jobs]
            )
        except Exception as error:  # noqa: BLE001 - whoever waits must be told
            return [error for _ in jobs]
        for job in jobs:
            self._experience.note(job.request, time.monotonic() - begin)
        return ends
