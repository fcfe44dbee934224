"""Planning: the planner is asked ahead, and anew when the wishes change. Nothing but the very start waits for it."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Protocol

import msgspec

from live_composer.errors import BadInput, LiveComposerError, LostProcess
from live_composer.live.plan_source import PlanSource
from live_composer.live.timing import MARGIN_SECONDS
from live_composer.music.units import STEPS_PER_BEAT, beats, first_step, seconds_per_beat

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from live_composer.live.pace import Pace
    from live_composer.live.port_link import PortLink
    from live_composer.live.timing import Timing
    from live_composer.live.wishes import Wishes
    from live_composer.wire.messages import Plan, PlanRequest

_ANOTHER_PLAN_SECONDS = 1.0
"""How long a plan by other wishes is waited for before the one that is known is played."""
_FIRST_PLAN_SECONDS = 15.0
_PATIENT = 1.5
"""How many times as long as a plan takes the next change waits: a slider that is dragged must not starve planning."""


class Planner(Protocol):
    """Who plans."""

    @property
    def timing(self) -> Timing:
        """How long answers took."""
        ...

    async def ask(self, request: PlanRequest) -> Plan:
        """Return a plan, however long it takes.

        Raises:
            BadInput: it cannot be planned; the reason.
        """
        ...


class Planning:
    """What comes next, kept filled by a planner.

    Attributes:
        source: what comes next.
        trouble: why the last plan could not be had; empty when all is well.
        asking: the question that is under way.
        off: rules that the planner cannot use, with the reason.
        notices: other troubles that the planner told of, such as a file that it cannot use.
    """

    def __init__(
        self,
        wishes: Wishes,
        planner: Planner,
        port: PortLink,
        pace: Pace,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.source = PlanSource(wishes)
        self.trouble = ""
        self.asking: asyncio.Task[None] | None = None
        self.off: dict[str, str] = {}
        self.notices: list[str] = []
        self._planner, self._port, self._pace, self._on_change = planner, port, pace, on_change
        self._answered = asyncio.Event()
        self._closed = False
        self._changes: list[tuple[Wishes, bool]] = []
        self._changing: asyncio.Task[None] | None = None

    @property
    def first_open(self) -> int:
        """The first step that a new plan could still reach in time; where nothing plays, the next one."""
        if not self._port.playing:
            return self.source.settled
        now = first_step(self._port.beat())
        return max(self.source.settled, now + self.horizon)

    @property
    def horizon(self) -> int:
        """How many steps from the next on can no longer be changed."""
        lead = math.ceil(self._port.lead_seconds / self._step_seconds)
        return self._planner.timing.commit_horizon(self._step_seconds) + lead

    def ask_ahead(self) -> None:
        """Ask for the next plan, if one is wanted and none is asked for."""
        if self.asking is None and not self._closed and (request := self.source.wanted()):
            self.asking = asyncio.create_task(self._ask(request))
            self.asking.add_done_callback(self._asked)

    async def first_plan(self) -> None:
        """Wait until there is a plan to begin with, by the wishes of now.

        Raises:
            BadInput: it cannot be made; the planner's reason.
            LostProcess: none came.
        """
        self.trouble = ""
        self._change_waiting()
        self.ask_ahead()
        known = self.source.ready
        try:
            async with asyncio.timeout(_ANOTHER_PLAN_SECONDS if known else _FIRST_PLAN_SECONDS):
                while not self.source.as_wished:
                    if self.trouble and not known:
                        raise BadInput(self.trouble)
                    self._answered.clear()
                    await self._answered.wait()
        except TimeoutError as error:
            if not known:
                raise LostProcess(
                    f"No plan came within {_FIRST_PLAN_SECONDS:g} s; the machine may be too busy."
                ) from error

    def change(self, wishes: Wishes, *, at_bar: bool = False) -> None:
        """Have other wishes heard: from the first step that a new plan can reach, or from the next bar line there.

        Of changes that come faster than plans do, the newest is taken when its turn comes.
        """
        if self._changing:
            self._changes = [*(change for change in self._changes if change[1] != at_bar), (wishes, at_bar)]
            return
        self._change(wishes, at_bar=at_bar)
        self._changing = asyncio.create_task(self._change_later())

    def insert(self, events: Sequence[int]) -> None:
        """Play these events from the next bar line that is still open."""
        first = self.first_open
        self.take_back()
        self.source.insert(events, first)
        self.ask_ahead()

    def rest(self) -> None:
        """Rest from the next step on."""
        self.take_back()
        self.source.rest()

    def go_on(self, events: Sequence[int], entry: int, last: int | None = None) -> None:
        """Go on from a step as if these events came before it; see `PlanSource.go_on`."""
        self.take_back()
        self.source.go_on(events, entry, last)
        self.ask_ahead()

    def take_back(self) -> None:
        """Take back the question that is under way."""
        if self.asking:
            self.asking.cancel()
            self.asking = None
            self.source.ask_anew()

    def close(self) -> None:
        """Ask for no more plans."""
        self._closed = True
        self.take_back()
        if self._changing:
            self._changing.cancel()

    @property
    def _step_seconds(self) -> float:
        return seconds_per_beat(self._port.tempo) / STEPS_PER_BEAT

    def _change(self, wishes: Wishes, *, at_bar: bool) -> None:
        first = self.first_open
        self.take_back()
        if at_bar:
            self.source.change_at_bar(wishes, first)
        else:
            self.source.change(wishes, first)
        self.ask_ahead()
        self._on_change()

    def _left(self) -> float | None:
        """Return how many seconds are left until the first step that is asked for is handed to the port."""
        if not self.source.ready:  # Whoever waits for the first plan waits for it.
            return None
        left = self._pace.left(beats(self.source.asked_from - 1))
        return None if left is None else max(0.0, left - MARGIN_SECONDS - self._port.lead_seconds)

    async def _change_later(self) -> None:
        timing = self._planner.timing
        while True:
            seconds = _PATIENT * (timing.round_trip_99 + timing.planning_99)
            await self._pace.later(seconds / seconds_per_beat(self._port.tempo))
            if not self._change_waiting():
                break
        self._changing = None

    def _change_waiting(self) -> bool:
        """Make the changes whose turn has not come; return whether there were any."""
        changes, self._changes = self._changes, []
        for wishes, at_bar in changes:
            self._change(wishes, at_bar=at_bar)
        return bool(changes)

    async def _ask(self, request: PlanRequest) -> None:
        try:
            plan = await self._planner.ask(msgspec.structs.replace(request, within=self._left()))
            if not self.source.accept(plan):
                raise BadInput("The planner answered something else than what it was asked.")
            self.trouble, self.off, self.notices = "", plan.off, plan.notices
            self._answered.set()
        except LiveComposerError as error:
            self.trouble = str(error)
            self.source.ask_anew()
            self._answered.set()
            await self._pace.later(beats(self.source.wishes.metre.steps_per_bar))

    def _asked(self, task: asyncio.Task[None]) -> None:
        if self.asking is task:
            self.asking = None
            self.ask_ahead()
