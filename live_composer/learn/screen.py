"""The screen of a learner: a process of its own that has the terminal, and that learning does not need.

When it ends, however it ended, the terminal is as before and lines go on where it was.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from live_composer.errors import LiveComposerError
from live_composer.learn.desk import Desk, News
from live_composer.learn.lent_terminal import LentTerminal
from live_composer.wire.learning import Concluding, Measured, Sampled

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from live_composer.learn import display, progress
    from live_composer.wire.learning import Learning, Moved

_END_SECONDS = 3.0


@contextlib.contextmanager
def show(about: Learning, instead: display.Display) -> Generator[display.Display]:
    """Show how learning goes on a screen; where that cannot be, by `instead`."""
    news = News(about)
    try:
        desk = Desk(news)
    except LiveComposerError as error:
        sys.stderr.write(f"live-composer: {error} There is no screen, but lines.\n")
        yield instead
        return
    screen = _Screen(desk, news, instead)
    try:
        yield screen
    finally:
        screen.close()


class _Screen:
    """A display that is a process; once that has ended, the display that stands in for it."""

    def __init__(self, desk: Desk, news: News, instead: display.Display) -> None:
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

    def resumed(self, rows: Sequence[progress.Measured], draw: display.DrawSamples) -> None:
        """See `Display`."""
        self._news.rows += [Measured(row.done, row.curves) for row in rows]
        self._news.sampled = Sampled(rows[-1].done, draw())

    def moved(self, moved: Moved) -> None:
        """See `Display`."""
        self._news.moved = moved
        self._instead.moved(moved)

    def measured(self, row: progress.Measured, draw: display.DrawSamples, *, best: bool) -> None:
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
