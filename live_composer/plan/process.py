"""The planner process: plans for whoever connects to its socket, the newest request of each first."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import signal
import threading
from typing import TYPE_CHECKING

from live_composer.plan.answering import Answering
from live_composer.plan.worker import Worker
from live_composer.policy import checkpoint
from live_composer.wire import channel
from live_composer.wire.local import READY
from live_composer.wire.messages import Hello

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from live_composer.plan.planner import Planner

_NICENESS = 5


class PlannerProcess:
    """Serves one planner to any number of musicians."""

    def __init__(self, planner: Planner, longest: float = math.inf) -> None:
        """Take a planner, and how many seconds it may work on one plan."""
        self._planner, self._worker = planner, Worker(planner, longest)

    async def serve(self, path: Path, stdout: int, *, child: bool) -> None:
        """Plan until a signal comes or, for a child, until its parent is gone.

        Args:
            path: of the socket.
            stdout: the file descriptor on which it is said that we listen; it is closed then.
            child: whether stdin is a pipe that closes when the parent goes away, however it went.
        """
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(signal.SIGTERM, stop.set)
        if child:
            when_stdin_ends(lambda: loop.call_soon_threadsafe(stop.set))
        hello = Hello("planner", models=checkpoint.available(), engine=self._planner.engine)
        async with channel.serve(path, hello, lambda musician: Answering(musician, self._worker).run()):
            os.write(stdout, READY)
            os.close(stdout)
            await stop.wait()


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
