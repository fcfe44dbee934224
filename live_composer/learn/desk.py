"""A learner's desk: screens that connect are told how learning goes, and may ask for its end.

A thread of its own reads what is kept here, a few times a second; learning only keeps it, and waits for nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from live_composer import paths
from live_composer.errors import BadInput, LiveComposerError, LostProcess
from live_composer.wire import channel
from live_composer.wire.learning import StopLearning
from live_composer.wire.messages import Hello

if TYPE_CHECKING:
    from collections.abc import Iterator

    from live_composer.wire.channel import Channel
    from live_composer.wire.learning import Concluding, Learning, LearningMessage, Measured, Moved, Sampled

_PAUSE_SECONDS = 0.25


class News:
    """What screens are told, as it is now.

    Attributes:
        about: what is learnt.
        moved, sampled, over: the newest of each; None before the first.
        rows: every measurement.
    """

    def __init__(self, about: Learning) -> None:
        self.about = about
        self.moved: Moved | None = None
        self.sampled: Sampled | None = None
        self.rows: list[Measured] = []
        self.over: Concluding | None = None


class _Teller:
    """Knows what one screen has been told."""

    def __init__(self, news: News) -> None:
        self._news, self._rows = news, 0
        self._told: dict[type[LearningMessage], LearningMessage] = {}

    def new(self) -> Iterator[LearningMessage]:
        """Return what it has not been told yet."""
        news = self._news
        yield from self._once(news.about)
        rows = news.rows[self._rows :]
        self._rows += len(rows)
        yield from rows
        yield from self._once(news.sampled)
        yield from self._once(news.moved)
        yield from self._once(news.over)

    def _once(self, message: LearningMessage | None) -> Iterator[LearningMessage]:
        if message is not None and self._told.get(type(message)) is not message:
            self._told[type(message)] = message
            yield message


class Desk:
    """Talks with screens, on a thread of its own.

    Attributes:
        where: its socket.
    """

    def __init__(self, news: News) -> None:
        """Begin to listen.

        Raises:
            CannotWrite: no socket can be made.
        """
        self._news = news
        self.where = paths.socket(f"learning-{os.getpid()}.sock")
        self._listens: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="screen", daemon=True)
        self._thread.start()
        self._loop = self._listens.result()

    def close(self) -> None:
        """Let every screen go."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        try:
            async with channel.serve(self.where, Hello("learner"), self._converse):
                self._listens.set_result(asyncio.get_running_loop())
                await self._stop.wait()
        except LiveComposerError as error:
            self._listens.set_exception(error)

    async def _converse(self, screen: Channel) -> None:
        showing = asyncio.create_task(self._show(screen))
        try:
            async for message in screen:
                if not isinstance(message, StopLearning):
                    raise BadInput(f"A learner can be stopped, and takes no {type(message).__name__}.")
                # Whoever learns takes it as Ctrl-C, on the main thread.
                signal.raise_signal(signal.SIGINT)
        finally:
            showing.cancel()

    async def _show(self, screen: Channel) -> None:
        """Send what is new, a few times a second: of what comes in between, measurements alone are kept."""
        teller = _Teller(self._news)
        with contextlib.suppress(LostProcess):  # The screen was closed.
            while True:
                for message in teller.new():
                    await screen.send(message)
                await asyncio.sleep(_PAUSE_SECONDS)
