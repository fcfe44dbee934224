"""Answering one musician: the newest request counts, and an older one is given up between two of its steps."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Protocol

from live_composer.errors import BadInput, LostProcess
from live_composer.plan.stretch import Superseded
from live_composer.wire.messages import PlanFailed, PlanRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.wire.channel import Channel
    from live_composer.wire.messages import AnyMessage, Plan

SEND_SECONDS = 5.0
"""How long a musician may take to read an answer."""


class Plans(Protocol):
    """Who makes plans."""

    async def answer(self, request: PlanRequest, unwanted: Callable[[], bool]) -> Plan | PlanFailed:
        """Return the plan, or why there is none.

        Raises:
            Superseded: nobody wanted it any more.
        """
        ...


class Answering:
    """Talks with one musician.

    Attributes:
        idle: whether nothing is planned for it.
    """

    def __init__(self, musician: Channel, plans: Plans, count: Callable[[], None] = lambda: None) -> None:
        """Take a musician, who plans for it, and what counts its requests, and refuses (BadInput) too many."""
        self._musician, self._plans, self._count = musician, plans, count
        self._newest = Newest()
        self._gone = self._leaving = False
        self.idle = asyncio.Event()
        self.idle.set()

    async def run(self) -> None:
        """Answer requests until the musician goes away.

        Raises:
            BadInput: it says what is no request.
        """
        answering = asyncio.create_task(self._answer())
        answering.add_done_callback(self._ended)
        try:
            async for message in self._musician:
                self._take(message)
        finally:
            self._gone = True
            answering.cancel()

    def leave(self) -> None:
        """Take no further requests."""
        self._leaving = True

    def _take(self, message: AnyMessage) -> None:
        if not isinstance(message, PlanRequest):
            raise BadInput(f"A planner answers planning requests, and no {type(message).__name__}.")
        self._count()
        if not self._leaving:
            self._newest.put(message)

    async def _answer(self) -> None:
        while True:
            request = await self._newest.get()
            self.idle.clear()
            with contextlib.suppress(Superseded):
                answer = await self._plans.answer(request, lambda: self._gone or self._newest.waiting)
                if not self._newest.waiting and not await self._sent(answer):
                    return
            if not self._newest.waiting:
                self.idle.set()

    def _ended(self, answering: asyncio.Task[None]) -> None:
        """Hang up where a mistake of ours ended answering: another planner may do better."""
        if not answering.cancelled() and answering.exception():
            self._musician.abort()

    async def _sent(self, answer: Plan | PlanFailed) -> bool:
        """Send an answer; hang up on a musician that does not read, so that nothing piles up for it."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._musician.send(answer)
        except TimeoutError:
            self._musician.abort()
            return False
        except LostProcess:
            return False
        except BadInput as error:
            return await self._sent(PlanFailed(answer.revision, str(error)))
        return True


class Newest:
    """A place for one request; a newer one takes the place of an older."""

    def __init__(self) -> None:
        self._request: PlanRequest | None = None
        self._came = asyncio.Event()

    @property
    def waiting(self) -> bool:
        """Whether a request waits to be taken."""
        return self._request is not None

    def put(self, request: PlanRequest) -> None:
        """Put a request here."""
        self._request = request
        self._came.set()

    async def get(self) -> PlanRequest:
        """Wait for a request, and take it."""
        await self._came.wait()
        self._came.clear()
        request, self._request = self._request, None
        assert request is not None
        return request
