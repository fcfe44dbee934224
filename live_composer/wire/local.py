"""Local addresses: a unix socket in a folder of its user's, or on Windows a loopback port with a token in a file there.

Windows has no unix sockets in asyncio. There the path of the address is a small file that says the port and a secret;
who can read the user's own folder may connect.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from live_composer import paths
from live_composer.errors import AlreadyRunning, CannotWrite, LostProcess

if TYPE_CHECKING:
    from pathlib import Path

READY = b"ready\n"
"""What a child process writes to its stdout when it listens."""

UNIX = sys.platform != "win32"
_HOST = "127.0.0.1"
_BACKLOG = 16
_CONNECT_SECONDS = 2.0
_HANGS = BlockingIOError, TimeoutError
"""What becomes of a connection for which there is no place any more, or no answer."""
_MAKING_SECONDS = 60.0
"""How old a socket must be at which nobody listens to be a dead process's; before, its own may be about to."""


@dataclass(frozen=True)
class Listener:
    """A listening socket.

    Attributes:
        socket: it.
        path: its address on the file system.
        token: what who connects must know; None where the file system keeps others away.
    """

    socket: socket.socket
    path: Path
    token: str | None

    def close(self) -> None:
        """Stop listening, and take the address away."""
        paths.leave(self.path)
        self.socket.close()


def listen(path: Path, *, unix: bool = UNIX) -> Listener:
    """Listen at `path`; what dead processes left there and beside it is taken away.

    Raises:
        AlreadyRunning: a living process listens there.
        CannotWrite: the folder cannot be written, or the path is too long (`paths.socket` makes short ones).
    """
    _remove_dead(paths.private(path.parent), unix=unix)
    if listens(path, unix=unix):
        raise _taken(path)
    path.unlink(missing_ok=True)
    try:
        return _listen_unix(path) if unix else _listen_loopback(path)
    except FileExistsError as error:
        raise _taken(path) from error
    except OSError as error:
        raise CannotWrite(f"No socket could be made at {path}: {error.strerror or error}.") from error


def dial(path: Path, *, unix: bool = UNIX) -> tuple[socket.socket, str | None]:
    """Connect to who listens at `path`; return the connection, and the token to show.

    Raises:
        LostProcess: nobody listens there.
    """
    connection: socket.socket | None = None
    try:
        if unix:
            address, token = str(path), None
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        else:
            port, token = path.read_text().split()
            address = (_HOST, int(port))
            connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        connection.settimeout(_CONNECT_SECONDS)
        connection.connect(address)
        connection.setblocking(False)
    except (OSError, ValueError) as error:
        if connection:
            connection.close()
        if isinstance(error, _HANGS):
            raise LostProcess(f"Who listens at {path} takes nobody in; it hangs.") from error
        raise LostProcess(f"Nothing listens at {path}; is it running?") from error
    return connection, token


def listens(path: Path, *, unix: bool = UNIX) -> bool:
    """Say whether anybody listens at `path`: who hangs takes nobody in, and listens all the same."""
    try:
        dial(path, unix=unix)[0].close()
    except LostProcess as lost:
        return isinstance(lost.__cause__, _HANGS)
    return True


def _remove_dead(folder: Path, *, unix: bool) -> None:
    """Take away the sockets of processes that were killed, but none that is perhaps being made."""
    for path in folder.glob("*.sock"):
        with contextlib.suppress(OSError):  # Gone in the meantime.
            if time.time() - path.stat().st_mtime > _MAKING_SECONDS:
                try:
                    dial(path, unix=unix)[0].close()
                except LostProcess as lost:
                    if isinstance(lost.__cause__, ConnectionRefusedError):
                        path.unlink()


def _taken(path: Path) -> AlreadyRunning:
    return AlreadyRunning(f"Another live-composer listens at {path}; stop that one first.")


def _listen_unix(path: Path) -> Listener:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return Listener(listener, path, None)


def _listen_loopback(path: Path) -> Listener:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.bind((_HOST, 0))
        listener.listen(_BACKLOG)
        token = secrets.token_urlsafe(32)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{listener.getsockname()[1]} {token}\n")
    except OSError:
        listener.close()
        raise
    return Listener(listener, path, token)
