"""From what a user calls a port to a sender that plays to it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, TypeAlias

from live_composer import files
from live_composer.errors import NoPort
from live_composer.port.matching import find, told
from live_composer.port.protocol import Open, Opened
from live_composer.port.sender import Output, ThreadSender
from live_composer.port.system import connect_all

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from live_composer.port.player import Player
    from live_composer.port.sender import Sender
    from live_composer.port.system import System

WITHOUT_SYSTEM = "`--port file:take.mid` and `--port null` always work."

Connect: TypeAlias = "Callable[[str, Sequence[System]], System]"
"""Connects under a client name to a system of ports other than the ones given, or raises UnavailableError."""


def open_target(request: Open, player: Player) -> Sender:
    """Open the port that a request is meant for.

    Raises:
        NoPort: it is missing, ambiguous or taken, or there is no MIDI system.
        CannotWrite: it is a file that cannot be written.
    """
    kind, words = split(request.target)
    if kind == "null":
        return ThreadSender(player, Output(), Opened("null", "null"))
    if kind == "file":
        return _open_file(words, request, player)
    kinds = [kind] if kind else list(SYSTEMS)
    systems, reasons = connect_all(kinds, lambda kind, others: SYSTEMS[kind](request.client, others))
    if not systems:
        raise NoPort(f"There is no MIDI system to play to: {reasons}. {WITHOUT_SYSTEM}")
    chosen, opening = None, None
    try:
        chosen, opening = _choose(systems, words, request)
    finally:
        for system in systems:
            if system is not chosen:
                system.close()
    return opening(player)


def split(target: str | None) -> tuple[str, str]:
    """Return the kind of a target (empty when it says none) and the rest: `jack:FLUID` is (`jack`, `FLUID`)."""
    if target == "null":
        return "null", ""
    kind, colon, words = (target or "").partition(":")
    return (kind, words) if colon and kind in (*SYSTEMS, "file") else ("", target or "")


def _jack(client: str, _others: Sequence[System]) -> System:
    from live_composer.port.jack_system import JackSystem

    return JackSystem(client)


def _rtmidi(client: str, others: Sequence[System]) -> System:
    from live_composer.port.rtmidi_system import RtMidiSystem

    return RtMidiSystem(client, jack=not others)


SYSTEMS: dict[str, Connect] = {"jack": _jack, "rtmidi": _rtmidi}
"""In the order in which they are asked: JACK places messages exactly, so whoever runs it gets it."""


def _choose(systems: list[System], words: str, request: Open) -> tuple[System, Callable[[Player], Sender]]:
    ports = [(system, system.ports()) for system in systems]
    for system, names in ports if words else ():
        if (name := find(words, names)) is not None:
            return system, functools.partial(system.open, name)
    for system in systems if request.virtual else ():
        if system.makes_ports:
            return system, functools.partial(system.make, words or request.client)
    missing = f"No MIDI port fits `{words}`" if words else "This system cannot make a MIDI port of its own, so name one"
    raise NoPort(f"{missing}; {told(ports)}. {WITHOUT_SYSTEM}")


def _open_file(path: str, request: Open, player: Player) -> Sender:
    from live_composer.port.file_output import FileOutput

    if not path:
        raise NoPort("`file:` wants the path of a MIDI file, such as `file:take.mid`.")
    output = FileOutput(files.given(path), request.tempo)
    return ThreadSender(player, output, Opened(path, "file"))
