"""Channels: messages both ways over a websocket, after a hello in which both sides say what they speak."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import http
import logging
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import connect as open_websocket
from websockets.asyncio.server import serve as serve_websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus, InvalidURI, WebSocketException

from live_composer.errors import BadInput, LiveComposerError, LostProcess
from live_composer.wire import local, messages
from live_composer.wire.door import LARGEST_REQUEST, Address
from live_composer.wire.messages import LARGEST_MESSAGE, PROTOCOL, AnyMessage, Hello
from live_composer.wire.screen import Failed

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

    from websockets.asyncio.connection import Connection
    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request, Response

    from live_composer.wire.door import Door

HELLO_SECONDS = 5.0
_CLOSE_SECONDS = 1.0
_PING_SECONDS = 10.0
"""Between pings to a peer that is far away; a local one needs none."""

_NO_MESSAGE = msgspec.MsgspecError, RecursionError

# What the library would log is told here as an error of ours.
_SILENT = logging.getLogger("live_composer.wire")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


class Channel:
    """An open connection; `peer` is what the other side said of itself.

    `async for message in channel` ends when the other side goes away.
    """

    def __init__(self, connection: Connection, peer: Hello) -> None:
        self._connection = connection
        self.peer = peer

    async def send(self, message: AnyMessage) -> None:
        """Send a message.

        Raises:
            LostProcess: the other side is gone.
            BadInput: the message is too large.
        """
        await _send(self._connection, message, self.peer.role)

    async def receive(self) -> AnyMessage:
        """Wait for a message.

        Raises:
            LostProcess: the other side is gone.
            BadInput: it said what is no message.
        """
        frame = await _receive(self._connection, self.peer.role)
        try:
            return messages.decode(frame)
        except _NO_MESSAGE as error:
            raise BadInput(f"The {self.peer.role} said what is no message here: {error}.") from error

    async def __aiter__(self) -> AsyncIterator[AnyMessage]:
        while True:
            try:
                message = await self.receive()
            except LostProcess:
                return
            yield message

    async def closed(self) -> None:
        """Wait until the connection is closed, by whichever side."""
        await self._connection.wait_closed()

    async def close(self) -> None:
        """Close the connection."""
        await self._connection.close()

    @property
    def address(self) -> str:
        """Where the other side is, in words."""
        address = self._connection.remote_address
        return f"{address[0]}:{address[1]}" if isinstance(address, tuple) else "here"

    def abort(self) -> None:
        """Drop the connection, without a word to a side that hangs."""
        self._connection.transport.abort()


def _why(error: Exception) -> str:
    """Return why there is no connection, and what to do where it is clear."""
    if isinstance(error, InvalidStatus) and error.response.status_code == http.HTTPStatus.UNAUTHORIZED:
        return "it does not know the token (401); --planner-token names its file"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not believed ({error.verify_message}); --planner-certificate names the one it shows"
    return str(error) or type(error).__name__


def _is_loopback(where: str) -> bool:
    """Say whether an address is this machine's own: no proxy leads there."""
    try:
        return Address(urlsplit(where).hostname or "", 0).is_loopback
    except ValueError:
        return False


async def connect(
    where: Path | str,
    hello: Hello,
    *,
    unix: bool = local.UNIX,
    token: str | None = None,
    tls: ssl.SSLContext | None = None,
) -> Channel:
    """Connect to who listens at a local path, or at a `ws:` or `wss:` address.

    Args:
        where: the path or address.
        hello: what to say of oneself.
        unix: whether local paths are unix sockets.
        token: to show at an address.
        tls: whom to believe at a `wss:` address; None: whom the system does.

    Raises:
        LostProcess: nobody listens there, or it does not answer.
        BadInput: it speaks another protocol, or does not want us.
    """
    here = isinstance(where, Path)
    near = here or _is_loopback(where)
    options: dict[str, Any] = {}
    if here:
        options["sock"], token = local.dial(where, unix=unix)
    elif tls and urlsplit(str(where)).scheme == "wss":
        options["ssl"] = tls
    if token:
        options["additional_headers"] = {"Authorization": f"Bearer {token}"}
    try:
        opening = open_websocket(
            "ws://localhost/" if here else where,
            proxy=None if near else True,
            compression=None if here else "deflate",
            ping_interval=None if here else _PING_SECONDS,
            ping_timeout=_PING_SECONDS,
            open_timeout=HELLO_SECONDS,
            close_timeout=_CLOSE_SECONDS,
            max_size=LARGEST_MESSAGE,
            logger=_SILENT,
            **options,
        )
    except (InvalidURI, ValueError) as error:
        raise BadInput(f"`{where}` is no address of a websocket; write wss://HOST:PORT.") from error
    try:
        connection = await opening
    except (OSError, EOFError, WebSocketException, ValueError, ImportError) as error:
        # The last two: a name that no machine can have; a proxy of a kind that needs a package.
        raise LostProcess(f"There is no answer from {where}: {_why(error)}.") from error
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            await _send(connection, hello, str(where))
            return Channel(connection, _read_hello(await _receive(connection, str(where)), str(where)))
    except TimeoutError as error:
        await connection.close()
        raise LostProcess(f"{where} takes connections but says nothing; it hangs.") from error
    except BaseException:
        await connection.close()
        raise


@contextlib.asynccontextmanager
async def serve(
    path: Path, hello: Hello, handler: Callable[[Channel], Awaitable[None]], *, unix: bool = local.UNIX
) -> AsyncGenerator[None]:
    """Listen at a local path for as long as the context lasts; `handler` talks with each that connects.

    An error of ours that leaves the handler is told to the other side as `Failed`.

    Raises:
        AlreadyRunning, CannotWrite: as `local.listen`.
    """
    listener = local.listen(path, unix=unix)

    def check_token(connection: ServerConnection, request: Request) -> Response | None:
        shown = request.headers.get("Authorization", "")
        if listener.token and not hmac.compare_digest(shown.encode(), f"Bearer {listener.token}".encode()):
            return connection.respond(http.HTTPStatus.UNAUTHORIZED, "The token is wrong.\n")
        return None

    options: dict[str, Any] = {"process_request": check_token, "ping_interval": None, "max_size": LARGEST_MESSAGE}
    with contextlib.closing(listener):
        async with _serving(listener.socket, lambda: hello, handler, options):
            yield


@contextlib.asynccontextmanager
async def serve_door(
    door: Door, hello: Callable[[], Hello], handler: Callable[[Channel], Awaitable[None]]
) -> AsyncGenerator[int]:
    """Listen at a door for as long as the context lasts, as `serve` does; yield the port.

    Raises:
        AlreadyRunning, CannotWrite: as `Door.bind`.
    """
    options: dict[str, Any] = {
        "ssl": door.tls,
        "ssl_handshake_timeout": HELLO_SECONDS if door.tls else None,
        "create_connection": door.connection,
        "process_request": door.receive,
        "ping_interval": _PING_SECONDS,
        "ping_timeout": _PING_SECONDS,
        "max_size": LARGEST_REQUEST,
    }
    with contextlib.closing(door.bind()) as listener:
        async with _serving(listener, hello, handler, options):
            yield listener.getsockname()[1]


@contextlib.asynccontextmanager
async def _serving(
    listener: socket.socket,
    hello: Callable[[], Hello],
    handler: Callable[[Channel], Awaitable[None]],
    options: dict[str, Any],
) -> AsyncGenerator[None]:
    """Serve until the context ends; peers that do not read what they are sent hold that up for a moment only."""

    def abort(connections: set[ServerConnection]) -> None:
        for connection in connections:
            connection.transport.abort()

    async with serve_websockets(
        _conversation(hello, handler),
        sock=listener,
        compression=None,
        open_timeout=HELLO_SECONDS,
        close_timeout=_CLOSE_SECONDS,
        logger=_SILENT,
        **options,
    ) as server:
        try:
            yield
        finally:
            asyncio.get_running_loop().call_later(_CLOSE_SECONDS, abort, set(server.connections))


def _conversation(
    hello: Callable[[], Hello], handler: Callable[[Channel], Awaitable[None]]
) -> Callable[[ServerConnection], Awaitable[None]]:
    """Return what says hello, hands over to `handler`, and tells errors."""

    async def converse(connection: ServerConnection) -> None:
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                peer = _read_hello(await _receive(connection, "caller"), "caller")
                await _send(connection, hello(), peer.role)
            await handler(Channel(connection, peer))
        except (LostProcess, TimeoutError):
            pass
        except LiveComposerError as error:
            with contextlib.suppress(LostProcess, TimeoutError):
                async with asyncio.timeout(HELLO_SECONDS):
                    await _send(connection, Failed(str(error)), "caller")

    return converse


async def _send(connection: Connection, message: AnyMessage, peer: str) -> None:
    frame = messages.encode(message)
    if len(frame) > LARGEST_MESSAGE:
        raise BadInput(
            f"A message of {len(frame):,} bytes is too large for the {peer}; {LARGEST_MESSAGE:,} may be sent."
        )
    try:
        await connection.send(frame)
    except ConnectionClosed as error:
        raise LostProcess(f"The {peer} is gone.") from error


async def _receive(connection: Connection, peer: str) -> bytes:
    try:
        frame = await connection.recv()
    except ConnectionClosed as error:
        raise LostProcess(f"The {peer} is gone.") from error
    return frame if isinstance(frame, bytes) else frame.encode()


def _read_hello(frame: bytes, peer: str) -> Hello:
    """Read the first message; one of another version may hold anything beside its version."""
    try:
        said = msgspec.msgpack.decode(frame, type=dict[str, Any])
    except _NO_MESSAGE as error:
        raise BadInput(f"The {peer} does not speak live-composer's protocol.") from error
    if said.get("type") == "failed":
        raise BadInput(str(said.get("reason")))
    if said.get("protocol") != PROTOCOL:
        raise BadInput(
            f"The {peer} speaks protocol {said.get('protocol')} and this side {PROTOCOL}; "
            "install the same version of live-composer on both."
        )
    try:
        return msgspec.convert(said, Hello)
    except msgspec.MsgspecError as error:
        raise BadInput(f"The {peer} says hello in a way that is none: {error}.") from error
