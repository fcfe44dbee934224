"""The link to a daemon: newest frames one way, what is asked for the other, and again and again a try to reach it."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from live_composer.errors import BadInput, LiveComposerError, LostProcess
from live_composer.wire import channel
from live_composer.wire.catalogue import Catalogue
from live_composer.wire.messages import Hello
from live_composer.wire.screen import Command, Done, Failed, Frame, Reasons, Set

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.wire.channel import Channel

ANSWER_SECONDS, CATALOGUE_SECONDS = 5.0, 30.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 4.0

Answer = Done | Reasons | Catalogue | Frame
AnswerType = TypeVar("AnswerType", Done, Reasons, Catalogue)


class Listener(Protocol):
    """Hears what comes over a link."""

    def frame_came(self, frame: Frame) -> None:
        """Take the newest state."""
        ...

    def told(self, reason: str) -> None:
        """Take a trouble that nobody's question led to."""
        ...

    def daemon_gone(self, reason: str) -> None:
        """Note that there is no daemon at the moment; the link goes on trying."""
        ...

    def daemon_differs(self, reason: str) -> None:
        """Note that the daemon cannot be talked to at all."""
        ...


class Link:
    """Talks with the daemon at one address for as long as `run` runs."""

    def __init__(self, where: Path, listener: Listener) -> None:
        """Name the daemon by its socket."""
        self._where, self._listener = where, listener
        self._channel: Channel | None = None
        self._tickets = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Answer]] = {}

    async def run(self) -> None:
        """Connect, listen, and when the daemon goes away try again, for ever."""
        pause = _FIRST_PAUSE
        while True:
            try:
                self._channel = await channel.connect(self._where, Hello("screen"))
                pause = _FIRST_PAUSE
                async for message in self._channel:
                    self._hear(message)
                self._lose("The daemon is gone.")
            except LostProcess as error:
                self._lose(str(error))
            except BadInput as error:
                # Another version, or no daemon of ours at all: trying again mends nothing.
                self._lose(str(error))
                self._listener.daemon_differs(str(error))
                return
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, 2 * pause)

    async def set(self, name: str, value: Any, *, text: bool = False) -> str:
        """Change a parameter; return what the daemon says of it.

        Raises:
            BadInput: it is refused, with the reason.
            LostProcess: there is no daemon, or no answer.
        """
        ticket = next(self._tickets)
        return (await self._ask(Set(name, value, text=text, ticket=ticket), ticket, Done)).told

    async def command(self, name: str, value: Any = None) -> str:
        """Have the daemon do something; return what it says of it. Raises as `set`."""
        ticket = next(self._tickets)
        return (await self._ask(Command(name, value, ticket), ticket, Done)).told

    async def catalogue(self) -> Catalogue:
        """Ask what there is to choose from; MIDI systems take their time to tell. Raises as `set`."""
        ticket = next(self._tickets)
        return await self._ask(Command("catalogue", None, ticket), ticket, Catalogue, CATALOGUE_SECONDS)

    async def why(self, step: int | None) -> Reasons:
        """Ask why the note at a step was chosen; without one, the latest. Raises as `set`."""
        ticket = next(self._tickets)
        return await self._ask(Command("why", step, ticket), ticket, Reasons)

    async def close(self) -> None:
        """Go away; the daemon plays on."""
        if self._channel:
            await self._channel.close()

    async def _ask(
        self, message: Set | Command, ticket: int, kind: type[AnswerType], seconds: float = ANSWER_SECONDS
    ) -> AnswerType:
        if self._channel is None:
            raise LostProcess("There is no daemon to ask at the moment.")
        answer = self._waiting[ticket] = asyncio.get_running_loop().create_future()
        try:
            await self._channel.send(message)
            said = await asyncio.wait_for(answer, seconds)
        except TimeoutError:
            raise LostProcess(f"The daemon did not answer within {seconds:g} s.") from None
        finally:
            self._waiting.pop(ticket, None)
        if not isinstance(said, kind):
            raise BadInput(f"The daemon answered with {type(said).__name__}, not with {kind.__name__}.")
        return said

    def _hear(self, message: object) -> None:
        match message:
            case Frame():
                self._listener.frame_came(message)
            case Failed(reason=reason, ticket=ticket):
                if waiting := self._waiting.get(ticket):
                    _settle(waiting, BadInput(reason))
                else:
                    self._listener.told(reason)
            case Done() | Reasons() | Catalogue():
                # A catalogue answers a command that is then done, too: the first answer is the one that was asked for.
                if waiting := self._waiting.get(message.ticket):
                    _settle(waiting, message)
            case _:
                self._listener.told(f"The daemon said {type(message).__name__}, which is nothing for a screen.")

    def _lose(self, reason: str) -> None:
        self._channel = None
        for waiting in self._waiting.values():
            _settle(waiting, LostProcess(reason))
        self._listener.daemon_gone(reason)


def _settle(waiting: asyncio.Future[Answer], outcome: Answer | LiveComposerError) -> None:
    if waiting.done():
        return
    if isinstance(outcome, LiveComposerError):
        waiting.set_exception(outcome)
    else:
        waiting.set_result(outcome)
