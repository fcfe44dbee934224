"""The planner as the daemon sees it: a process that is started, asked, timed, and replaced when it fails."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import msgspec

from live_composer import paths
from live_composer.errors import BadInput, LiveComposerError, LostProcess
from live_composer.live.timing import Timing
from live_composer.wire import channel
from live_composer.wire.local import READY
from live_composer.wire.messages import Hello, Plan, PlanFailed, PlanRequest

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from live_composer.config import Device
    from live_composer.wire.channel import Channel

START_SECONDS = 60.0
"""How long a planner may take to be ready; importing torch and loading a model onto a GPU takes several."""
PATIENCE_SECONDS = 2.0
_BACKOFF = (0.0, 0.25, 0.5, 1.0, 2.0, 5.0)
"""Seconds before each new attempt; the last one for all further ones."""

_END_SECONDS = 2.0

_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""One melody gains nothing from threads, and they would take the cores of the port process."""

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
        self._options = ["--model", model, "--book", book, "--device", device, "--child"]
        self._options += [option for folder in plugins for option in ("--plugins", str(folder))]
        # A planner that is stuck in a rule says so here, and is known by it to the next.
        self._words = paths.runtime() / f"planner-{os.getpid()}-{next(_words)}.words"
        self._options += ["--words", str(self._words)]
        self._process: Process | None = None
        self._path: Path | None = None
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
        return self._process.pid if self._process else 0

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
            if self._process and self._process.returncode is None:
                self._process.kill()

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
        self._path = path = paths.socket(f"planner-{os.getpid()}-{next(_numbers)}.sock")
        options = ["--socket", str(path), *self._options]
        self._process = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", "live_composer.plan", *options],
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=_ONE_THREAD | os.environ,
            # Ctrl-C in the terminal is for the daemon alone, which ends the planner in its turn.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        try:
            await _ready(self._process)
            planner = await channel.connect(path, Hello("musician"))
        except BaseException:
            await self._end()
            raise
        self.engine = planner.peer.engine
        return planner

    async def _end(self) -> None:
        """End the planner process, if there is one, and wait until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin
        process.stdin.close()
        try:
            async with asyncio.timeout(_END_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        if self._path:
            self._path.unlink(missing_ok=True)  # A killed one leaves it behind.


async def _ready(process: Process) -> None:
    assert process.stdout
    try:
        async with asyncio.timeout(START_SECONDS):
            said = await process.stdout.readline()
    except TimeoutError as error:
        raise LostProcess(f"The planner was not ready within {START_SECONDS:g} s.") from error
    if said != READY:
        raise LostProcess(f"The planner ended with code {await process.wait()} before it was ready.")
