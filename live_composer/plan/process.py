"""The planner process: plans for whoever connects to its socket, the newest request of each first."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from live_composer.errors import BadInput
from live_composer.plan.look_ahead import Superseded
from live_composer.policy import checkpoint
from live_composer.wire import channel
from live_composer.wire.local import READY
from live_composer.wire.messages import Hello, PlanRequest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from live_composer.plan.planner import Planner
    from live_composer.wire.channel import Channel

_NICENESS = 5


class PlannerProcess:
    """Serves one planner to any number of musicians."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        # One at a time: plans for a second musician would only make both late on the same cores.
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="planner")
        # What a plan needs is loaded aside, while others are planned.
        self._loader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="loader")

    async def serve(self, path: Path, *, child: bool) -> None:
        """Plan until a signal comes or, for a child, until its parent is gone.

        Args:
            path: of the socket.
            child: whether stdin is a pipe that closes when the parent goes away, however it went.
        """
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(signal.SIGTERM, stop.set)
        if child:
            when_stdin_ends(lambda: loop.call_soon_threadsafe(stop.set))
        hello = Hello("planner", models=checkpoint.available(), engine=self._planner.engine)
        async with channel.serve(path, hello, self._converse):
            sys.stdout.buffer.write(READY)
            sys.stdout.buffer.flush()
            await stop.wait()

    async def _converse(self, musician: Channel) -> None:
        newest = _Newest()
        answering = asyncio.create_task(self._answer(musician, newest))
        try:
            async for message in musician:
                if not isinstance(message, PlanRequest):
                    raise BadInput(f"A planner answers planning requests, and no {type(message).__name__}.")
                newest.put(message)
        finally:
            answering.cancel()

    async def _answer(self, musician: Channel, newest: _Newest) -> None:
        loop = asyncio.get_running_loop()
        while True:
            request = await newest.get()
            failed = await loop.run_in_executor(self._loader, self._planner.prepare, request)
            with contextlib.suppress(Superseded):
                answer = failed or await loop.run_in_executor(
                    self._worker, self._planner.answer, request, lambda: newest.waiting
                )
                if not newest.waiting:
                    await musician.send(answer)


class _Newest:
    """A place for one request; a newer one takes the place of an older."""

    def __init__(self) -> None:
        self._request: PlanRequest | None = None
        self._came = asyncio.Event()

    @property
    def waiting(self) -> bool:
        return self._request is not None

    def put(self, request: PlanRequest) -> None:
        self._request = request
        self._came.set()

    async def get(self) -> PlanRequest:
        await self._came.wait()
        self._came.clear()
        request, self._request = self._request, None
        assert request is not None
        return request


def lower_priority() -> None:
    """Give way to whoever must be on time, where the system lets us."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)


def when_stdin_ends(then: Callable[[], object]) -> None:
    """Call `then`, on a thread, when the other end of stdin is closed."""

    def watch() -> None:
        # Not by sys.stdin: Python cannot end while a thread waits in it.
        while os.read(0, 4096):
            pass
        with contextlib.suppress(RuntimeError):  # The loop ended on its own account.
            then()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
