"""`serve` on a terminal: the daemon as a process of its own, and the screen in this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NoReturn

from live_composer import paths
from live_composer.errors import LostProcess, NoPort

if TYPE_CHECKING:
    from pathlib import Path

_START_SECONDS = 60.0
_POLL_SECONDS = 0.05
_US = [sys.executable, "-m", "live_composer"]


def serve_with_screen(options: list[str], *, port_named: bool) -> NoReturn:
    """Start a daemon that outlives us, then become its screen.

    Args:
        options: of `serve`, as they were given.
        port_named: whether a port was asked for; without one, where the system has no MIDI, notes are only shown.

    Raises:
        LostProcess: the daemon does not start.
    """
    socket, code = start(options)
    if code == NoPort.exit_code and not port_named:
        socket, code = start([*options, "--port", "null"])
    if not socket:
        sys.exit(code)
    become_screen(socket)


def start(options: list[str]) -> tuple[str, int]:
    """Start a daemon; return where it listens, or nothing and the exit code with which it ended (it said why).

    Raises:
        LostProcess: it says nothing, and does not end.
    """
    log = paths.runtime() / "serve.log"
    log.unlink(missing_ok=True)  # An older daemon goes on writing to its own.
    with log.open("wb") as output:
        daemon = subprocess.Popen(
            [*_US, "serve", "--json", *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        ended = daemon.poll()
        if socket := _socket(log):
            return socket, 0
        if ended is not None:
            sys.stderr.write(log.read_text(errors="replace"))
            return "", ended
        time.sleep(_POLL_SECONDS)
    daemon.terminate()
    raise LostProcess(f"The daemon did not start within {_START_SECONDS:g} s; {log} may tell why.")


def become_screen(socket: str) -> NoReturn:
    """Go on as the screen of the daemon that listens there."""
    command = [*_US, "attach", socket]
    if os.name == "posix":
        sys.stdout.flush()
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    # Windows cannot replace a process: there the screen is a child that has the terminal.
    sys.exit(subprocess.call(command))


def _socket(log: Path) -> str:
    """Return where the daemon listens, once it has said so."""
    for line in log.read_text(errors="replace").splitlines(keepends=True):
        if line.startswith('{"event": "opened"') and line.endswith("\n"):
            return str(json.loads(line)["socket"])
    return ""
