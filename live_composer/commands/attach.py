"""`live-composer attach`: the screen of a daemon that plays."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from live_composer.commands.serve_screen import become_screen, start
from live_composer.commands.terminal import is_terminal
from live_composer.config import Attach
from live_composer.errors import BadInput
from live_composer.wire import daemons
from live_composer.wire.screen import Command
from live_composer.wire.tunnel import SCHEME, tunnel

if TYPE_CHECKING:
    from collections.abc import Generator


def attach(address: str | None = None, /, *, config: Attach = Attach()) -> None:
    """Show and steer a daemon that plays; leaving it does not stop the music.

    Parameters
    ----------
    address
        `ssh://HOST` for the one that plays on another machine, or a daemon's socket; without it, the only one here.
    """
    with _where(address, config.port) as where:
        _show(where, config)


def _show(where: Path, config: Attach) -> None:
    if config.plain or not is_terminal():
        from live_composer.tui.plain import follow

        asyncio.run(follow(where, partial(print, flush=True)))
    else:
        from live_composer.tui.app import LiveComposer

        screen = LiveComposer(where, config)
        if screen.run() == "move":
            _move(where, screen.options)


@contextlib.contextmanager
def _where(address: str | None, port: str | None) -> Generator[Path]:
    """Yield the socket at which the daemon is reached."""
    if address is None:
        yield daemons.find(port)
    elif address.startswith(SCHEME):
        with tunnel(address, port) as socket:
            yield socket
    elif "://" in address:
        raise BadInput(f"{address} leads to no screen: another machine's daemon is reached by ssh://HOST.")
    elif port is not None:
        raise BadInput("Name the daemon by its socket or by --port, not by both.")
    else:
        yield Path(address)


def _move(where: Path, options: list[str]) -> None:
    """Have the music played by another daemon, on another port; where that cannot be, come back to this one."""
    socket, _ = start(options)
    if socket:
        asyncio.run(daemons.ask(where, Command("quit")))
    become_screen(socket or str(where))
