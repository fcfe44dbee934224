"""Screens: whoever connects may steer, and sees the newest frame; a slow one never holds up the music."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from live_composer.errors import BadInput, LiveComposerError, LostProcess
from live_composer.wire.screen import FRAMES_PER_SECOND, Command, Done, Failed, Frame, Set

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.wire.channel import Channel


class Screens:
    """Shows frames to any number of screens, and passes what they ask for on."""

    def __init__(self, frame: Callable[[], Frame], ask: Callable[[Set | Command], str]) -> None:
        """Draw what `frame` returns; `ask` returns what there is to say, or raises an error of ours."""
        self._frame, self._ask = frame, ask
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Have every screen drawn anew."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def converse(self, peer: Channel) -> None:
        """Talk with one peer until it goes away; show it frames if it is a screen."""
        drawing = asyncio.create_task(self._draw(peer)) if peer.peer.role == "screen" else None
        try:
            async for message in peer:
                await self._answer(peer, message)
        finally:
            if drawing:
                drawing.cancel()

    async def _answer(self, peer: Channel, message: object) -> None:
        ticket = 0
        try:
            if not isinstance(message, Set | Command):
                raise BadInput(f"A daemon takes commands, and no {type(message).__name__}.")
            ticket = message.ticket
            told = self._ask(message)
            if isinstance(message, Command) and message.name == "status":
                await peer.send(self._frame())
            if ticket:
                await peer.send(Done(ticket, told))
        except LiveComposerError as error:
            await peer.send(Failed(str(error), ticket))
        self.changed()

    async def _draw(self, screen: Channel) -> None:
        while True:
            changed = self._changed
            try:
                await screen.send(self._frame())
            except LostProcess:
                return
            # However much changes in the meantime, only the newest state is drawn next.
            await asyncio.gather(changed.wait(), asyncio.sleep(1 / FRAMES_PER_SECOND))
