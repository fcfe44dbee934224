"""The edge of the screen: a mistake that leaves a handler is told and written down, and the screen stands.

The music is another process and none the worse for it; a terminal full of a traceback would help nobody who plays.
"""

from __future__ import annotations

import contextlib
import time
import traceback
from typing import TYPE_CHECKING

from textual.app import App
from textual.message_pump import MessagePump

from live_composer import paths
from live_composer.errors import LiveComposerError

if TYPE_CHECKING:
    from pathlib import Path

    from textual.message import Message

_TOAST_SECONDS = 8.0
_MOST = 20
"""Mistakes that are kept to be read."""


class Guarded(MessagePump):
    """A part of the screen whose handlers may fail: what leaves them goes to the app, and the next message is heard."""

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            app = self.app  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            if not isinstance(app, Standing) or not app.standing:
                raise
            app.caught(error)


class Standing(Guarded, App[str]):
    """An app that stands though its handlers fail, from the moment on when `standing` is said.

    Attributes:
        standing: whether a mistake is survived; one at the start ends the app, for there is nothing to see yet.
        mistakes: what happened, to be read and copied; the newest last.
    """

    def __init__(self) -> None:
        super().__init__()
        self.standing = False
        self.mistakes: list[str] = []

    def caught(self, error: Exception) -> None:
        """Tell of a mistake of ours in a line, write it down, and go on; the same one again is not told again."""
        self._exception = self._exception or error  # A test that drives the app fails by it.
        text = "".join(traceback.format_exception(error)).rstrip()
        if text in self.mistakes:
            return
        self.mistakes = [*self.mistakes[-_MOST + 1 :], text]
        where = write_down(text)
        kept = f" It is written in {where}." if where else ""
        words = f"A mistake of the screen's own: {type(error).__name__}: {error}. x shows it whole.{kept}"
        self.notify(words, severity="error", timeout=_TOAST_SECONDS, markup=False)

    def _handle_exception(self, error: Exception) -> None:
        # What Textual itself would end the app for: a timer, a drawing, a callback.
        if self.standing:
            self.caught(error)
        else:
            super()._handle_exception(error)


def write_down(text: str) -> Path | None:
    """Append a mistake to the log of screens; return where that is, or None where nothing can be written."""
    with contextlib.suppress(OSError, LiveComposerError):
        path = paths.runtime() / "screen.log"
        with path.open("a") as log:
            log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}\n{text}\n\n")
        return path
    return None
