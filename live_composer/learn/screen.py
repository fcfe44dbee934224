"""The screen of a learner: a process of its own that has the terminal, and that learning does not need.

It is told how learning goes over a local socket, a few times a second, by a thread that only reads what is kept here.
When it ends, however it ended, the terminal is as before and lines go on where it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from live_composer import paths
from live_composer.errors import BadInput, LiveComposerError, LostProcess
from live_composer.learn.lent_terminal import LentTerminal
from live_composer.wire import channel
from live_composer.wire.learning import Concluding, Measured, Sampled, StopLearning
from live_composer.wire.messages import Hello

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from live_composer.learn import display
    from live_composer.wire.channel import Channel
    from live_composer.wire.learning import Learning, LearningMessage, Moved

_PAUSE_SECONDS = 0.25
_END_SECONDS = 3.0


@contextlib.contextmanager
def show(about: Learning, instead: display.Display) -> Generator[display.Display]:
    """Show how learning goes on a screen; where that cannot be, by `instead`."""
    news = _News(about)
    try:
        desk = _Desk(news)
    except LiveComposerError as error:
        sys.stderr.write(f"live-composer: {error} There is no screen, but lines.\n")
        yield instead
        return
    screen = _Screen(desk, news, instead)
    try:
        yield screen
    finally:
        screen.close()


class _News:
    """What a screen is told, as it is now."""

    def __init__(self, about: Learning) -> None:
        self.about = about
        self.moved: Moved | None = None
        self.sampled: Sampled | None = None
        self.rows: list[Measured] = []
        self.over: Concluding | None = None


class _Teller:
    """Knows what one screen has been told."""

    def __init__(self, news: _News) -> None:
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


class _Desk:
    """Talks with screens, on a thread of its own."""

    def __init__(self, news: _News) -> None:
        self._news = news
        self.where = paths.socket(f"learning-{os.getpid()}.sock")
        self._listens: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="screen", daemon=True)
        self._thread.start()
        self._loop = self._listens.result()

    def close(self) -> None:
        """Let every screen go."""
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


class _Screen:
    """A display that is a process; once that has ended, the display that stands in for it."""

    def __init__(self, desk: _Desk, news: _News, instead: display.Display) -> None:
        self._desk, self._news, self._instead = desk, news, instead
        self._terminal = LentTerminal()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "live_composer.tui", str(desk.where)],
            stdout=self._terminal.out,
            stderr=self._terminal.error,
        )
        self._leaving = False
        self._watcher = threading.Thread(target=self._watch, name="screen-watch", daemon=True)
        self._watcher.start()

    def close(self) -> None:
        """End the screen, and take the terminal back."""
        self._leaving = True
        self._desk.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._watcher.join()

    def resumed(self, rows: Sequence[display.Measured]) -> None:
        """See `Display`."""
        self._news.rows += [Measured(row.done, row.curves) for row in rows]

    def moved(self, moved: Moved) -> None:
        """See `Display`."""
        self._news.moved = moved
        self._instead.moved(moved)

    def measured(self, row: display.Measured, draw: display.DrawSamples, *, best: bool) -> None:
        """See `Display`."""
        if self._terminal.back:
            self._instead.measured(row, draw, best=best)
            return
        self._news.rows.append(Measured(row.done, row.curves))
        self._news.sampled = Sampled(row.done, draw())

    def concluding(self) -> None:
        """See `Display`."""
        self._news.over = Concluding()
        if self._terminal.back:
            self._instead.concluding()

    def _watch(self) -> None:
        code = self._process.wait()
        self._terminal.take_back(clear=code != 0)
        if not self._leaving:
            how = "is closed" if code == 0 else f"has ended (code {code})"
            sys.stderr.write(f"live-composer: the screen {how}; learning goes on. Ctrl-C stops it.\n")
            sys.stderr.flush()
