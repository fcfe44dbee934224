"""Screens: whoever connects may steer, and sees the newest frame; a slow one never holds up the music."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from live_composer.errors import BadInput, LiveComposerError, LostProcess
from live_composer.wire.screen import FRAMES_PER_SECOND, Command, Done, Failed, Frame, Set

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from live_composer.wire.channel import Channel
    from live_composer.wire.messages import AnyMessage


class Screens:
    """Shows frames to any number of screens, and passes what they ask for on."""

    def __init__(
        self,
        frame: Callable[[], Frame],
        ask: Callable[[Set | Command], str],
        shows: Mapping[str, Callable[[Command], Awaitable[AnyMessage]]],
    ) -> None:
        """Make a place for screens.

        Args:
            frame: draws the state now.
            ask: does what is asked for and returns what there is to say, or raises an error of ours.
            shows: commands that are answered by a message of their own, after some time.
        """
        self._frame, self._ask, self._shows = frame, ask, shows
        self._showing: set[asyncio.Task[None]] = set()
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
            if isinstance(message, Command) and message.name in self._shows:
                # Aside, so that what is asked next does not wait for it.
                showing = asyncio.create_task(self._show(peer, message))
                self._showing.add(showing)
                showing.add_done_callback(self._showing.discard)
                return
            told = self._ask(message)
            if isinstance(message, Command) and message.name == "status":
                await peer.send(self._frame())
            if ticket:
                await peer.send(Done(ticket, told))
        except LiveComposerError as error:
            await peer.send(Failed(str(error), ticket))
        self.changed()

    async def _show(self, peer: Channel, command: Command) -> None:
        with contextlib.suppress(LostProcess):  # Whoever asked is gone.
            try:
                await peer.send(await self._shows[command.name](command))
                if command.ticket:
                    await peer.send(Done(command.ticket))
            except LostProcess:
                raise
            except LiveComposerError as error:
                await peer.send(Failed(str(error), command.ticket))

    async def _draw(self, screen: Channel) -> None:
        while True:
            changed = self._changed
            try:
                await screen.send(self._frame())
            except LostProcess:
                return
            # However much changes in the meantime, only the newest state is drawn next.
            await asyncio.gather(changed.wait(), asyncio.sleep(1 / FRAMES_PER_SECOND))
