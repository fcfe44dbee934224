"""Screens: whoever connects sees the newest frame and may command; a slow one never holds up the music."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from live_composer.errors import BadInput, LiveComposerError, LostProcess
from live_composer.wire.messages import Command, Failed, Frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.wire.channel import Channel


class Screens:
    """Shows frames to any number of screens, and passes their commands on."""

    def __init__(self, frame: Callable[[], Frame], command: Callable[[Command], None]) -> None:
        """Draw what `frame` returns; `command` raises an error of ours for what it cannot do."""
        self._frame, self._command = frame, command
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Have every screen drawn anew."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def converse(self, screen: Channel) -> None:
        """Talk with one screen until it goes away."""
        drawing = asyncio.create_task(self._draw(screen))
        try:
            async for message in screen:
                await self._obey(screen, message)
        finally:
            drawing.cancel()

    async def _obey(self, screen: Channel, message: object) -> None:
        try:
            if not isinstance(message, Command):
                raise BadInput(f"A daemon takes commands, and no {type(message).__name__}.")
            self._command(message)
        except LiveComposerError as error:
            await screen.send(Failed(str(error)))
        self.changed()

    async def _draw(self, screen: Channel) -> None:
        while True:
            changed = self._changed
            try:
                await screen.send(self._frame())
            except LostProcess:
                return
            # However much changed while this frame was under way, only the newest state is drawn next.
            await changed.wait()
