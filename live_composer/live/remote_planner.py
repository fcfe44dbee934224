"""A planner elsewhere, and one here, with the same weights, that plays on whenever the other does not answer in time.

Both give the same notes to the same request, so that nobody hears which of them plays. The one here is asked too as
soon as waiting longer would leave it no time; what comes first is played. After that the host is asked aside, and
plays again from a bar line on, once it has answered in time.
"""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

import msgspec

from live_composer.errors import LiveComposerError
from live_composer.live.host_link import HostLink
from live_composer.live.timing import MARGIN_SECONDS
from live_composer.music.metre import Metre

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.live.host_link import HostAddress
    from live_composer.live.planner_link import PlannerLink
    from live_composer.live.timing import Timing
    from live_composer.wire.messages import Plan, PlanRequest

STALL_SECONDS = 2.0
"""How long an answer may take before the connection is taken to hang, and made anew; where music does not wait."""
_SPARE_SECONDS = 0.02
"""How long before it is due an answer that is at hand is taken, and the host's no longer waited for."""


class RemotePlanner:
    """Plans on a host while it is well, and here while it is not.

    Attributes:
        away: why the planner here plays; empty while the host does.
        plans_there: how many plans of the host were played.
    """

    def __init__(
        self,
        host: HostAddress,
        here: PlannerLink,
        like: PlanRequest,
        on_change: Callable[[], None] = lambda: None,
        *,
        stall: float = STALL_SECONDS,
    ) -> None:
        """Take the host and the planner here.

        Args:
            host: where the host is.
            here: the planner here, not yet started.
            like: a request like those to come, by which the host gets ready.
            on_change: called when another one plays than before.
            stall: how many seconds an answer may take before the connection is taken to hang; infinite where the
                music waits for plans, and none is ever late.
        """
        self._stall = stall
        self._like = like
        self.away = ""
        self.plans_there = 0
        self._host, self._here, self._on_change = HostLink(host, self._host_changed), here, on_change
        self._aside: asyncio.Task[Plan] | None = None
        self._well = True

    @property
    def timing(self) -> Timing:
        """How long answers of the one that plays took."""
        return self._here.timing if self.away else self._host.timing

    @property
    def where(self) -> str:
        """Who plays: `here`, or the host's address."""
        return "here" if self.away else self._host.address.url

    @property
    def engine(self) -> str:
        """What the one that plays computes with."""
        return self._here.engine if self.away else self._host.engine

    @property
    def trouble(self) -> str:
        """Why nobody plans; empty when all is well."""
        return self._here.trouble if self.away else ""

    @property
    def plans(self) -> int:
        """How many plans came, from either."""
        return self.plans_there + self._here.plans

    @property
    def pid(self) -> int:
        """The process id of the planner here."""
        return self._here.pid

    @property
    def replaced(self) -> int:
        """How often the planner here was lost and another one started."""
        return self._here.replaced

    async def start(self) -> None:
        """Start the planner here, and connect to the host.

        Raises:
            LostProcess: the planner here does not start.
        """
        await asyncio.gather(self._here.start(), self._host.start(self._stall))
        try:
            async with asyncio.timeout(self._stall):
                await self._host.ask(self._like)
                self._host.time_anew()  # It may have loaded a model first.
                await self._host.ask(self._like)
        except (LiveComposerError, TimeoutError) as error:
            self._leave(str(error) or self._late())

    async def close(self) -> None:
        """End both."""
        self._forget_aside()
        await self._host.close()
        await self._here.close()

    async def ask(self, request: PlanRequest) -> Plan:
        """Ask for a plan. To ask for something newer, cancel this and ask anew.

        Raises:
            BadInput: it cannot be planned; the reason.
        """
        if request.why:  # Told of a plan that was, and not to get in the way of one that is to be.
            return await self._here.ask(request)
        if self.away and self._well and self._host.connected.is_set() and _at_bar_line(request):
            self._come_back()
        if self.away:
            self._ask_aside(request)
            return await self._here.ask(request)
        return await self._ask_both(request)

    async def _ask_both(self, request: PlanRequest) -> Plan:
        """Ask the host, and the planner here as well once it becomes late."""
        loop = asyncio.get_running_loop()
        due = loop.time() + (request.within or 0.0)
        there = asyncio.create_task(self._host.ask(self._as_sent(request)))
        here: asyncio.Task[Plan] | None = None
        try:
            await asyncio.wait({there}, timeout=self._patience(request))
            if not there.done():
                here = asyncio.create_task(self._here.ask(request))
                await asyncio.wait({there, here}, return_when=asyncio.FIRST_COMPLETED)
                await asyncio.wait({there}, timeout=max(0.0, due - loop.time() - _SPARE_SECONDS))
            if there.done() and not there.exception():
                self.plans_there += 1
                return there.result()
            if not self.away:  # The link itself may have told that it was lost.
                self._leave(_reason(there) if there.done() else self._late())
            if not there.done():
                self._watch(there)
            return await (here or asyncio.create_task(self._here.ask(request)))
        finally:
            for task in (there, here):
                if task and task is not self._aside:
                    _drop(task)

    def _patience(self, request: PlanRequest) -> float:
        """Return how many seconds to wait for the host alone: while there is time, or as long as it takes."""
        if request.within is None:
            return self._stall
        spare = request.within - _takes(self._here.timing) - MARGIN_SECONDS
        return min(self._stall, max(spare, min(request.within, _takes(self._host.timing))))

    def _as_sent(self, request: PlanRequest) -> PlanRequest:
        """Return a request as the host shall see it: less the time that the ways take."""
        if request.within is None:
            return request
        return msgspec.structs.replace(request, within=max(0.0, request.within - self._host.timing.round_trip_50))

    def _ask_aside(self, request: PlanRequest) -> None:
        """Ask the host too, to see whether it is well again."""
        if self._host.connected.is_set() and (self._aside is None or self._aside.done()):
            self._watch(
                asyncio.create_task(self._host.ask(msgspec.structs.replace(request, within=None))), request.within
            )

    def _watch(self, there: asyncio.Task[Plan], within: float | None = 0.0) -> None:
        """See whether an answer comes, and in time; if none comes at all, the connection hangs."""
        self._forget_aside()
        self._aside, self._well = there, False
        loop = asyncio.get_running_loop()
        due = math.inf if within is None else loop.time() + within
        stalled = loop.call_later(self._stall, self._host.give_up)

        def answered(task: asyncio.Task[Plan]) -> None:
            stalled.cancel()
            self._well = not task.cancelled() and not task.exception() and loop.time() <= due

        there.add_done_callback(answered)

    def _forget_aside(self) -> None:
        if self._aside:
            _drop(self._aside)
            self._aside = None

    def _host_changed(self) -> None:
        if self._host.trouble and not self.away:
            self._leave(self._host.trouble)

    def _leave(self, reason: str) -> None:
        self.away, self._well = reason, False
        self._host.time_anew()
        self._on_change()

    def _late(self) -> str:
        return f"{self._host.address.url} does not answer in time."

    def _come_back(self) -> None:
        self.away = ""
        self._on_change()


def _at_bar_line(request: PlanRequest) -> bool:
    return request.first_step % Metre.parse(request.metre).steps_per_bar == 0


def _takes(timing: Timing) -> float:
    return timing.round_trip_99 + timing.planning_99


def _reason(task: asyncio.Task[Plan]) -> str:
    error = task.exception()
    return str(error) if isinstance(error, LiveComposerError) else repr(error)


def _drop(task: asyncio.Task[Plan]) -> None:
    """Cancel a task; nobody asks any more how it ended."""
    task.cancel()
    task.add_done_callback(lambda task: task.cancelled() or task.exception())
