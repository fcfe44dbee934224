"""A system of MIDI ports, such as ALSA or JACK: what there is, and opening one of it."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from live_composer.port.player import Player
    from live_composer.port.sender import Sender


_System = TypeVar("_System")


class UnavailableError(Exception):
    """Why a system of ports cannot be used here, as the end of a sentence."""


class System(Protocol):
    """What opening a port needs; made for one port, and gone with it.

    Attributes:
        name: as people know it.
        makes_ports: whether it can make virtual ports.
    """

    name: str
    makes_ports: bool

    def ports(self) -> list[str]:
        """Return the full names of the ports that one can play to."""
        ...

    def open(self, port: str, player: Player) -> Sender:
        """Play to a port, by its full name.

        Raises:
            NoPort: it is taken, or went away.
        """
        ...

    def make(self, port: str, player: Player) -> Sender:
        """Make a virtual port of this name, and play to whatever is connected to it.

        Raises:
            NoPort: it cannot be made.
        """
        ...

    def close(self) -> None:
        """Let go of the system, when no port of it was opened."""
        ...


def connect_all(kinds: Iterable[str], connect: Callable[[str, list[_System]], _System]) -> tuple[list[_System], str]:
    """Connect to systems, each told of those before it; return those that work, and why the others do not."""
    systems: list[_System] = []
    reasons: list[str] = []
    for kind in kinds:
        try:
            systems.append(connect(kind, systems))
        except UnavailableError as error:
            reasons.append(f"{kind}: {error}")
    return systems, "; ".join(reasons)


@contextlib.contextmanager
def quiet() -> Generator[None]:
    """Keep C libraries from writing to the terminal what our own messages say better."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
