"""`live-composer attach`: the screen of a daemon that plays."""

from __future__ import annotations

import asyncio
from pathlib import Path  # noqa: TC003 - the command line reads annotations

from live_composer.commands.serve_screen import become_screen, start
from live_composer.commands.terminal import is_terminal
from live_composer.config import Attach
from live_composer.errors import BadInput
from live_composer.wire import daemons
from live_composer.wire.screen import Command


def attach(address: Path | None = None, /, *, config: Attach = Attach()) -> None:
    """Show and steer a daemon that plays; leaving it does not stop the music.

    Parameters
    ----------
    address
        The daemon's socket; without it, the only daemon there is.
    """
    where = _where(address, config.port)
    if config.plain or not is_terminal():
        from live_composer.tui.plain import follow

        asyncio.run(follow(where, _print))
    else:
        from live_composer.tui.app import LiveComposer

        screen = LiveComposer(where, config)
        if screen.run() == "move":
            _move(where, screen.options)


def _where(address: Path | None, port: str | None) -> Path:
    if address is None:
        return daemons.find(port)
    if port is not None:
        raise BadInput("Name the daemon by its address or by --port, not by both.")
    return address


def _move(where: Path, options: list[str]) -> None:
    """Have the music played by another daemon, on another port; where that cannot be, come back to this one."""
    socket, _ = start(options)
    if socket:
        asyncio.run(daemons.ask(where, Command("quit")))
    become_screen(socket or str(where))


def _print(line: str) -> None:
    print(line, flush=True)
