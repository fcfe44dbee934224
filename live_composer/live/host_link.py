"""The link to a host: a connection that is made again whenever it is lost, and timed by every answer."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from live_composer.errors import BadInput, LiveComposerError, LostProcess
from live_composer.live.timing import Timing
from live_composer.policy import checkpoint
from live_composer.wire import channel
from live_composer.wire.messages import Hello, Plan, PlanFailed
from live_composer.wire.words import harmless

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from live_composer.wire.channel import Channel
    from live_composer.wire.messages import PlanRequest

_BACKOFF = (0.1, 0.25, 0.5, 1.0, 2.0)
"""Seconds before each new attempt; the last one for all further ones."""


class HostAddress(NamedTuple):
    """Where a host is, what to show it, and whom to believe that it is the one.

    Attributes:
        url: `wss://HOST:PORT`.
        token: that lets us in; None where none is asked for.
        tls: whom to believe; None: whom the system does.
    """

    url: str
    token: str | None = None
    tls: ssl.SSLContext | None = None


class HostLink:
    """Asks a host for plans, while there is a connection to it.

    Attributes:
        address: of the host.
        timing: how long answers took, since the last `time_anew`.
        trouble: why there is no connection; empty when all is well.
        engine: what the host computes with.
        connected: set while there is a connection.
    """

    def __init__(self, address: HostAddress, on_change: Callable[[], None] = lambda: None) -> None:
        self.address = address
        self.timing = Timing()
        self.trouble = f"There is no connection to {address.url} yet."
        self.engine = ""
        self.connected = asyncio.Event()
        self._on_change = on_change
        self._channel: Channel | None = None
        self._asked: dict[int, asyncio.Future[Plan | PlanFailed]] = {}
        self._keeping: asyncio.Task[None] | None = None

    async def start(self, seconds: float) -> None:
        """Connect, and from here on keep connected; return when that was tried, or after so many seconds."""
        tried = asyncio.Event()
        self._keeping = asyncio.create_task(self._keep(tried))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await tried.wait()

    async def close(self) -> None:
        """End the connection."""
        if self._keeping:
            self._keeping.cancel()
            await asyncio.wait({self._keeping})

    async def ask(self, request: PlanRequest) -> Plan:
        """Ask for a plan; a request that is asked later takes the place of this one.

        Raises:
            LostProcess: there is no connection, or it was lost.
            BadInput: the host cannot plan this, or not in time; its reason.
        """
        connection = self._channel
        if connection is None:
            raise LostProcess(self.trouble)
        request, begin = self._translated(request, connection.peer), time.perf_counter()
        answer = self._asked[request.revision] = asyncio.get_running_loop().create_future()
        try:
            await connection.send(request)
            said = await answer
            if isinstance(said, PlanFailed):
                raise BadInput(harmless(said.reason))
            self.timing.add(time.perf_counter() - begin, said.milliseconds / 1000)
            return msgspec.structs.replace(
                said,
                off={harmless(rule): harmless(reason) for rule, reason in said.off.items()},
                notices=[harmless(notice) for notice in said.notices],
            )
        finally:
            if self._asked.get(request.revision) is answer:
                del self._asked[request.revision]

    def give_up(self) -> None:
        """Drop a connection that hangs; another one is made."""
        if self._channel:
            self._channel.abort()

    def time_anew(self) -> None:
        """Forget how long answers took: the link is not what it was."""
        self.timing = Timing()

    def _translated(self, request: PlanRequest, host: Hello) -> PlanRequest:
        """Name the models as the host does, that has the same weights."""
        names = {digest: name for name, digest in host.weights.items()}

        def theirs(model: str) -> str:
            name = names.get(checkpoint.card(model).sha256)
            if name is None:
                raise BadInput(f"{self.address.url} has no model with the weights of `{model}`.")
            return name

        prior = theirs(request.prior) if request.prior else ""
        return msgspec.structs.replace(request, model=theirs(request.model), prior=prior)

    async def _keep(self, tried: asyncio.Event) -> None:
        """Connect again whenever there is no connection."""
        attempts = 0
        while True:
            try:
                self._channel = await channel.connect(
                    self.address.url, Hello("musician"), token=self.address.token, tls=self.address.tls
                )
            except LiveComposerError as error:
                self._set_trouble(str(error))
            else:
                attempts, self.engine = 0, harmless(self._channel.peer.engine)
                self.connected.set()
                self._set_trouble("")
                tried.set()
                try:
                    await self._listen(self._channel)
                finally:
                    self._lose()
            tried.set()
            await asyncio.sleep(_BACKOFF[min(attempts, len(_BACKOFF) - 1)])
            attempts += 1

    async def _listen(self, connection: Channel) -> None:
        """Hand answers to who asked, until the connection ends."""
        try:
            async for message in connection:
                if isinstance(message, Plan | PlanFailed):
                    asked = self._asked.get(message.revision)
                    if asked and not asked.done():
                        asked.set_result(message)
                else:
                    raise BadInput(getattr(message, "reason", f"{self.address.url} is no host."))
            self._set_trouble(f"The connection to {self.address.url} was lost.")
        except LiveComposerError as error:
            self._set_trouble(str(error))
        finally:
            with contextlib.suppress(asyncio.CancelledError):
                await connection.close()

    def _lose(self) -> None:
        self._channel = None
        self.connected.clear()
        lost = LostProcess(self.trouble or f"The connection to {self.address.url} was lost.")
        for asked in self._asked.values():
            if not asked.done():
                asked.set_exception(lost)

    def _set_trouble(self, reason: str) -> None:
        reason = harmless(reason)
        if reason != self.trouble:
            self.trouble = reason
            self._on_change()
