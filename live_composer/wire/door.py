"""The door of a host: an address on the network, who may come in, and how much of each is let through.

Beyond this machine there is no door without TLS and tokens. A token is kept as its SHA-256 alone, so that who reads the
file cannot come in by it.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import hmac
import http
import ipaddress
import os
import socket
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from websockets.asyncio.server import ServerConnection

from live_composer.errors import AlreadyRunning, BadInput, CannotWrite

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import Any, TypeAlias

    from websockets.http11 import Request, Response

    Page: TypeAlias = Callable[[], tuple[http.HTTPStatus, str]]

PORT = 7765
"""The port of hosts, where none is named."""
LARGEST_REQUEST = 64 << 10
"""Bytes of one frame that is let in: several times the largest planning request."""
_BACKLOG = 128
_BEARER = "Bearer "


@dataclass(frozen=True)
class Address:
    """Where to listen: a name or a number of this machine, and a port (0: any that is free)."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `host:port`, `[v6]:port`, `:port` (every address of this machine) or `host`.

        Raises:
            BadInput: it is none of these.
        """
        wrong = BadInput(f"`{text}` is no address to listen at; write HOST:PORT, such as 127.0.0.1:{PORT}.")
        try:
            parts = urlsplit(f"//{text}")
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise wrong from None
        if parts.netloc != text or parts.username is not None or not (host or text.startswith(":")):
            raise wrong
        return cls(host or "0.0.0.0", PORT if port is None else port)  # noqa: S104 - refused without TLS and tokens

    @property
    def is_loopback(self) -> bool:
        """Whether nobody but this machine can come here."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Door:
    """Where a host listens, and whom it lets in.

    Attributes:
        address: where.
        tls: with what certificate; None: not encrypted.
        tokens: SHA-256 of each token that may come in; None: whoever comes.
        connections: how many may be open at once.
        pages: what is told who asks by HTTP, by path, with a status.
        open: the paths that need no token.
    """

    address: Address
    tls: ssl.SSLContext | None = None
    tokens: Sequence[bytes] | None = None
    connections: int = 64
    pages: Mapping[str, Page] = field(default_factory=dict[str, "Page"])
    open: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a door that anybody could walk through.

        Raises:
            BadInput: it is not on loopback, and has no TLS or no tokens.
        """
        if self.address.is_loopback:
            return
        if not self.tls:
            raise BadInput(
                f"{self.address} can be reached by others, so it needs TLS: give --certificate and --key, "
                f"or listen at 127.0.0.1:{self.address.port}."
            )
        if not self.tokens:
            raise BadInput(
                f"{self.address} can be reached by others, so it needs a token: make one with "
                "`live-composer host token new`."
            )

    def bind(self) -> socket.socket:
        """Listen; nobody is answered yet.

        Raises:
            AlreadyRunning: somebody else listens there.
            CannotWrite: this machine cannot listen there.
        """
        try:
            family, kind, protocol, _, where = socket.getaddrinfo(
                self.address.host, self.address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            listener = socket.socket(family, kind, protocol)
        except OSError as error:
            raise CannotWrite(f"This machine has no address {self.address}: {error.strerror or error}.") from error
        try:
            if os.name == "posix":  # On Windows that would let two listen at one address.
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(where)
            listener.listen(_BACKLOG)
        except OSError as error:
            listener.close()
            if error.errno == errno.EADDRINUSE:
                raise AlreadyRunning(f"Something listens at {self.address} already.") from error
            raise CannotWrite(f"Nothing can listen at {self.address}: {error.strerror or error}.") from error
        return listener

    def admits(self, header: str) -> bool:
        """Say whether an Authorization header shows a token that may come in; it takes as long for any."""
        if self.tokens is None:
            return True
        shown = digest(header.removeprefix(_BEARER)) if header.startswith(_BEARER) else b""
        return any([hmac.compare_digest(shown, token) for token in self.tokens])  # noqa: C419 - all are compared

    def receive(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer an HTTP request; None lets a websocket in."""
        path = request.path.partition("?")[0]
        if path not in self.open and not self.admits(request.headers.get("Authorization", "")):
            return connection.respond(http.HTTPStatus.UNAUTHORIZED, "The token is missing or wrong.\n")
        if page := self.pages.get(path):
            return connection.respond(*page())
        if path != "/":
            return connection.respond(http.HTTPStatus.NOT_FOUND, "There is nothing here.\n")
        return None

    @property
    def connection(self) -> type[ServerConnection]:
        """The class of connections, which hangs up on those that are too many, before they have said a word."""
        return _counted(self.connections)


def digest(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.strip().encode()).digest()


def is_encrypted(url: str) -> bool:
    """Say whether a host's address is one of TLS; without it, only this machine may be spoken to.

    Raises:
        BadInput: it is no address of a host, or one elsewhere that is not encrypted.
    """
    scheme, separator, where = url.partition("://")
    if scheme not in {"ws", "wss"} or not separator or not where.strip("/"):
        raise BadInput(f"`{url}` is no address of a host; write wss://HOST:PORT.")
    if scheme == "ws" and not Address.parse(where.rstrip("/")).is_loopback:
        raise BadInput(f"{url} is not encrypted, and all could read the token; write wss://{where}.")
    return scheme == "wss"


def certificate(chain: Path, key: Path) -> ssl.SSLContext:
    """Return what a host shows to those that come.

    Raises:
        BadInput: the files are not a certificate and its key.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(chain, key, password=_no_password)
    except (OSError, ssl.SSLError) as error:
        raise BadInput(
            f"{chain} and {key} are no certificate and its key: {error.strerror or error}; "
            "they must be PEM files, and the key without a password."
        ) from error
    return context


def trust(authority: Path | None) -> ssl.SSLContext:
    """Return whom one who comes believes: this certificate alone, or whomever the system does.

    Raises:
        BadInput: the file is no certificate.
    """
    try:
        return ssl.create_default_context(cafile=authority)
    except (OSError, ssl.SSLError) as error:
        raise BadInput(f"{authority} is no certificate: {error.strerror or error}.") from error


def _no_password() -> str:
    """Have a key that is locked refused; nobody is there to be asked."""
    return ""


def _counted(most: int) -> type[ServerConnection]:
    open_now: set[ServerConnection] = set()

    class Counted(ServerConnection):
        """A connection that is one of `most` at the most."""

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            if len(open_now) >= most:
                assert isinstance(transport, asyncio.WriteTransport)
                transport.abort()
            else:
                open_now.add(self)

        def connection_lost(self, exc: Exception | None) -> None:
            open_now.discard(self)
            super().connection_lost(exc)

    return Counted
