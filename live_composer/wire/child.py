"""A planner process as whoever started it sees it: started, connected to, and ended with whoever started it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from live_composer import paths
from live_composer.errors import LostProcess
from live_composer.wire import channel
from live_composer.wire.local import READY
from live_composer.wire.messages import Hello

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Sequence
    from pathlib import Path

    from live_composer.wire.channel import Channel

START_SECONDS = 60.0
"""How long a planner may take to be ready; importing torch and loading a model onto a GPU takes several."""

_END_SECONDS = 2.0

_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""One melody gains nothing from threads, and they would take the cores of the port process."""


class Child:
    """A planner process that runs; make it by `start`."""

    def __init__(self, process: Process, path: Path) -> None:
        """Take a process, and the socket that it listens on."""
        self._process, self._path = process, path

    @classmethod
    async def start(cls, path: Path, options: Sequence[str]) -> Child:
        """Start a planner that listens on a socket, and wait until it does.

        Args:
            path: of the socket.
            options: of `live_composer.plan`, beside.

        Raises:
            LostProcess: it does not come to listen.
        """
        process = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", "live_composer.plan", "--socket", str(path), "--child", *options],
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=_ONE_THREAD | os.environ,
            # Ctrl-C in the terminal is for whoever started it alone, and ends the planner in its turn.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        child = cls(process, path)
        try:
            await child._ready()
        except BaseException:
            await child.end()
            raise
        return child

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def connect(self) -> Channel:
        """Return a connection of one musician's.

        Raises:
            LostProcess: the process is gone.
        """
        return await channel.connect(self._path, Hello("musician"))

    def kill(self) -> None:
        """End it at once, whatever it does."""
        if self._process.returncode is None:
            self._process.kill()

    async def end(self) -> None:
        """End it, and wait until it is gone, even where whoever waits is cancelled."""
        process = self._process
        assert process.stdin
        process.stdin.close()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_END_SECONDS):
                    await process.wait()
        finally:
            self.kill()
            await process.wait()
            paths.leave(self._path)  # A killed one leaves it behind.

    async def _ready(self) -> None:
        assert self._process.stdout
        try:
            async with asyncio.timeout(START_SECONDS):
                said = await self._process.stdout.readline()
        except TimeoutError as error:
            raise LostProcess(f"The planner was not ready within {START_SECONDS:g} s.") from error
        if said != READY:
            raise LostProcess(f"The planner ended with code {await self._process.wait()} before it was ready.")
