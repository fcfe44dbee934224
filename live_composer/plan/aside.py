"""A host's planner aside: in a process of its own, so that a rule that never returns takes nothing else with it.

Such a rule holds the interpreter, or at best the thread that plans. The guard of that process ends it (see
`plan.guard`); here another one is started, that leaves the rule's file alone, and is asked again what the first was.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
from typing import TYPE_CHECKING

from live_composer import paths
from live_composer.errors import LiveComposerError, LostProcess
from live_composer.plan.asking import again
from live_composer.wire.child import Child
from live_composer.wire.messages import Plan, PlanFailed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence
    from pathlib import Path

    from live_composer.config import Device
    from live_composer.wire.channel import Channel
    from live_composer.wire.messages import PlanRequest

_RETRY_SECONDS = 1.0


class Aside:
    """Plans in another process, always one that is well; see `host.Crew`.

    Attributes:
        waiting: requests that wait or are planned.
        replaced: how often the process was lost and another one started.
    """

    def __init__(self, device: Device, folders: Sequence[Path], models: Sequence[Path], seconds: float) -> None:
        """Say what the planner is made of, as `Planner` has it, and how many seconds it may work on one plan."""
        self.waiting = self.replaced = 0
        self._words = paths.runtime() / f"host-{os.getpid()}.words"
        self._options = ["--device", device, "--words", str(self._words), "--seconds", str(seconds)]
        self._options += [word for folder in folders for word in ("--plugins", str(folder))]
        self._options += [word for folder in models for word in ("--models", str(folder))]
        self._numbers = itertools.count()
        self._child: Child | None = None
        self._well = asyncio.Event()
        self._free: list[Channel] = []

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncGenerator[None]:
        """Start the process, replace it whenever it is lost, and end it.

        Raises:
            LostProcess: it does not start.
        """
        self._words.unlink(missing_ok=True)  # Of a host that was killed, long ago, with our process id.
        await self._start()
        keeping = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            keeping.cancel()
            await asyncio.wait({keeping})
            await self._end()
            self._words.unlink(missing_ok=True)

    async def answer(self, request: PlanRequest, unwanted: Callable[[], bool]) -> Plan | PlanFailed:
        """Return the plan, or why there is none; see `answering.Plans`."""
        self.waiting += 1
        try:
            return await again(request, unwanted, self._ask, LostProcess)
        finally:
            self.waiting -= 1

    async def _ask(self, request: PlanRequest) -> Plan | PlanFailed:
        await self._well.wait()
        planner = self._free.pop() if self._free else await self._connect()
        try:
            await planner.send(request)
            answer = await planner.receive()
        except BaseException:
            planner.abort()  # Which tells the planner that nobody waits.
            raise
        assert isinstance(answer, Plan | PlanFailed)
        self._free.append(planner)
        return answer

    async def _connect(self) -> Channel:
        if self._child is None:
            raise LostProcess("The planner is lost.")
        return await self._child.connect()

    async def _keep(self) -> None:
        while True:
            with contextlib.suppress(LiveComposerError, OSError):  # It died, or was stuck, before it was watched.
                watch = await self._connect()
                await watch.closed()
            self._well.clear()
            self._free.clear()
            await self._end()
            while not self._well.is_set():
                self.replaced += 1
                try:
                    await self._start()
                except (LiveComposerError, OSError):
                    await asyncio.sleep(_RETRY_SECONDS)

    async def _start(self) -> None:
        self._child = await Child.start(paths.socket(f"host-{os.getpid()}-{next(self._numbers)}.sock"), self._options)
        self._well.set()

    async def _end(self) -> None:
        child, self._child = self._child, None
        if child:
            await child.end()
