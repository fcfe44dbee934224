"""The daemons that run on this machine: where they listen, and one question and its answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from live_composer import paths
from live_composer.errors import BadInput, LostProcess
from live_composer.wire import channel, local
from live_composer.wire.catalogue import Catalogue
from live_composer.wire.messages import Hello
from live_composer.wire.screen import Command, Done, Failed, Frame, Reasons, Set

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.wire.messages import AnyMessage

_PREFIX, _SUFFIX = "daemon-", ".sock"
_LONGEST_NAME = 40
"""Bytes."""
_TICKET = 1


def address(port: str) -> Path:
    """Return where the daemon listens that plays to a port: a port has one daemon.

    Raises:
        CannotWrite: the folder of sockets cannot be made.
    """
    return paths.socket(_PREFIX + _name(port) + _SUFFIX)


def running() -> dict[str, Path]:
    """Return the daemons that run, by the name of their port as it stands in their address."""
    found = {path.name.removeprefix(_PREFIX).removesuffix(_SUFFIX): path for path in paths.sockets(_PREFIX, _SUFFIX)}
    return {name: path for name, path in sorted(found.items()) if local.listens(path)}


def find(port: str | None = None) -> Path:
    """Return where the daemon listens whose port is called so; without a name, where the only one does.

    Raises:
        LostProcess: there is none.
        BadInput: there are several that fit.
    """
    there = running()
    fitting = {name: path for name, path in there.items() if port is None or _fits(port, name)}
    if len(fitting) == 1:
        return next(iter(fitting.values()))
    if fitting:
        raise BadInput(f"Several play: {', '.join(fitting)}; say which by --port.")
    others = f"; there is {', '.join(there)}" if there else "; start one by `live-composer serve`"
    raise LostProcess(f"No live-composer plays{f' to `{port}`' if port else ''}{others}.")


async def ask(where: Path | str, question: Set | Command) -> tuple[str, AnyMessage | None]:
    """Ask a daemon one thing; return what it says, and what it shows (a frame, reasons, a catalogue).

    Raises:
        LostProcess: nobody listens there, or it went away.
        LiveComposerError: it cannot be done; its reason.
    """
    daemon = await channel.connect(where, Hello("control"))
    shown: AnyMessage | None = None
    try:
        await daemon.send(msgspec.structs.replace(question, ticket=_TICKET))
        while True:
            match await daemon.receive():
                case Done(told=told):
                    return told, shown
                case Failed(reason):
                    raise BadInput(reason)
                case Frame() | Reasons() | Catalogue() as shown:
                    pass
                case _:
                    pass
    finally:
        await daemon.close()


def _fits(words: str, name: str) -> bool:
    return _name(words) == name or all(word in name.split("-") for word in _slug(words).split("-"))


def _name(port: str) -> str:
    """Return the name of a port as it stands in an address: its end, where it is long."""
    return _slug(port).encode()[-_LONGEST_NAME:].decode(errors="ignore").strip("-")


def _slug(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.lower()).strip("-")
