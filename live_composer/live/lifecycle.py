"""How several processes are started together, and a daemon told to end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator


async def together(*starts: Coroutine[None, None, None]) -> None:
    """Start several things at once; when one fails, give up the others and raise its error."""
    tasks = [asyncio.create_task(start) for start in starts]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


@contextlib.contextmanager
def signals(stop: Callable[[], None]) -> Generator[None]:
    """Stop on Ctrl-C, SIGTERM and a closed terminal; when Ctrl-C comes again, at once."""
    loop = asyncio.get_running_loop()
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in (getattr(signal, name) for name in names)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def handle(_number: int, _frame: object) -> None:
        restore()
        loop.call_soon_threadsafe(stop)

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        restore()
