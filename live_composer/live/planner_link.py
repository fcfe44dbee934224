"""The planner as the daemon sees it: a process that is started, asked, timed, and replaced when it fails."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import time
from typing import TYPE_CHECKING

import msgspec

from live_composer import paths
from live_composer.errors import BadInput, LiveComposerError, LostProcess
from live_composer.live.timing import Timing
from live_composer.wire.child import Child
from live_composer.wire.messages import Plan, PlanFailed, PlanRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from live_composer.config import Device
    from live_composer.wire.channel import Channel

PATIENCE_SECONDS = 2.0
_BACKOFF = (0.0, 0.25, 0.5, 1.0, 2.0, 5.0)
"""Seconds before each new attempt; the last one for all further ones."""

_numbers, _words = itertools.count(), itertools.count()


class PlannerLink:
    """A planner process of our own, always one that is well.

    Attributes:
        timing: how long answers took.
        replaced: how often a planner was lost and another one started.
        trouble: why there is no planner now; empty when all is well.
        engine: what the planner computes with.
        model: what it loaded first.
        where: where it is.
        away: why it plans in another's place: it does not.
        plans_there: how many plans came from elsewhere: none.
    """

    where = "here"
    away = ""
    plans_there = 0

    def __init__(  # noqa: PLR0913 - a process and who is told of it
        self,
        model: str,
        book: str = "",
        *,
        plugins: Sequence[Path] = (),
        device: Device = "auto",
        patience: float = PATIENCE_SECONDS,
        on_trouble: Callable[[], None] = lambda: None,
    ) -> None:
        """Make a link that is not yet started.

        Args:
            model: what the planner shall load first.
            book: the rule book that it shall load first.
            plugins: folders of the musician's own rule files and books.
            device: where it shall compute.
            patience: how many seconds an answer may take before the planner is taken to hang, and replaced.
            on_trouble: called when `trouble` has changed.
        """
        self.timing = Timing()
        self.replaced = 0
        self.trouble = self.engine = ""
        self.model = model
        self._patience, self._on_trouble = patience, on_trouble
        self._options = ["--model", model, "--book", book, "--device", device]
        self._options += [option for folder in plugins for option in ("--plugins", str(folder))]
        # A planner that is stuck in a rule says so here, and is known by it to the next.
        self._words = paths.runtime() / f"planner-{os.getpid()}-{next(_words)}.words"
        self._options += ["--words", str(self._words)]
        self._child: Child | None = None
        self._planner: asyncio.Future[Channel] = asyncio.get_running_loop().create_future()
        # A question that was taken back may still be leaving when the next one comes.
        self._one_at_a_time = asyncio.Lock()
        self._attempts = 0
        self._keeping: asyncio.Task[None] | None = None

    @property
    def plans(self) -> int:
        """How many plans came."""
        return self.timing.plans

    @property
    def pid(self) -> int:
        """The process id of the planner, 0 while there is none."""
        return self._child.pid if self._child else 0

    async def start(self) -> None:
        """Start the planner; from here on it is kept alive.

        Raises:
            LostProcess: it does not start.
        """
        self._words.unlink(missing_ok=True)  # Of a daemon that was killed, long ago, with our process id.
        self._planner.set_result(await self._start())
        self._keeping = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """End the planner."""
        if self._keeping:
            self._keeping.cancel()
            await asyncio.wait({self._keeping})
        await self._end()
        self._words.unlink(missing_ok=True)

    async def ask(self, request: PlanRequest) -> Plan:
        """Ask for a plan, of as many planners as it takes. To ask for something newer, cancel this and ask anew.

        Raises:
            BadInput: the planner is well but cannot plan this; its reason.
        """
        while True:
            planner = await asyncio.shield(self._planner)
            try:
                async with self._one_at_a_time, asyncio.timeout(self._patience):
                    return await self._ask(planner, request)
            except (TimeoutError, LostProcess):
                self._give_up(planner)

    async def _ask(self, planner: Channel, request: PlanRequest) -> Plan:
        begin = time.perf_counter()
        # A plan that comes late is cut to what is still to come, and better than none.
        await planner.send(msgspec.structs.replace(request, within=None))
        while True:
            match await planner.receive():
                case Plan(request.revision) as plan:
                    self.timing.add(time.perf_counter() - begin, plan.milliseconds / 1000)
                    self._attempts = 0
                    return plan
                case PlanFailed(request.revision, reason):
                    raise BadInput(reason)
                case _:
                    pass  # The answer to a request that was taken back.

    def _give_up(self, planner: Channel) -> None:
        """Kill a planner that is dead or hangs; `_keep` sees its connection close, and starts another."""
        if self._planner.done() and self._planner.result() is planner:
            self._planner = asyncio.get_running_loop().create_future()
            self._set_trouble("The planner was lost; another one is being started.")
            if self._child:
                self._child.kill()

    def _set_trouble(self, reason: str) -> None:
        self.trouble = reason
        self._on_trouble()

    async def _keep(self) -> None:
        """Replace the planner whenever it goes away."""
        while True:
            planner = self._planner.result()
            await planner.closed()
            self._give_up(planner)
            await self._end()
            while not self._planner.done():
                await asyncio.sleep(_BACKOFF[min(self._attempts, len(_BACKOFF) - 1)])
                self._attempts += 1
                self.replaced += 1
                with contextlib.suppress(LiveComposerError, OSError):
                    self._planner.set_result(await self._start())
                    self._set_trouble("")

    async def _start(self) -> Channel:
        """Start a planner, and another one as long as one is stuck in a rule that those before it did not know of."""
        while True:
            spoken = self._spoken()
            try:
                return await self._start_one()
            except LostProcess:
                if self._spoken() == spoken:
                    raise

    def _spoken(self) -> int:
        """Return how much planners have said so far of what they were stuck in."""
        return self._words.stat().st_size if self._words.exists() else 0

    async def _start_one(self) -> Channel:
        path = paths.socket(f"planner-{os.getpid()}-{next(_numbers)}.sock")
        self._child = await Child.start(path, self._options)
        try:
            planner = await self._child.connect()
        except BaseException:
            await self._end()
            raise
        self.engine = planner.peer.engine
        return planner

    async def _end(self) -> None:
        """End the planner process, if there is one, and wait until it is gone."""
        child, self._child = self._child, None
        if child:
            await child.end()
