"""Listening to a port: from what a user calls it to an input that is looked for again whenever it goes away."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol, TypeAlias

from live_composer.errors import NoPort
from live_composer.port.matching import find, told
from live_composer.port.protocol import Listening
from live_composer.port.system import connect_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.port.protocol import Open
    from live_composer.port.sender import Sender

Take: TypeAlias = "Callable[[bytes, float], None]"
"""Takes in a message and when it came by `time.monotonic`; called on any thread."""


class Input(Protocol):
    """A system of ports to listen to, and the port of it that is listened to.

    Attributes:
        name: of the system, as people know it.
        makes_ports: whether it can make virtual ports.
    """

    name: str
    makes_ports: bool

    def ports(self) -> list[str]:
        """Return the full names of the ports that one can listen to; none of our own."""
        ...

    def listen(self, port: str) -> None:
        """Listen to a port, by its full name.

        Raises:
            NoPort: it is taken, or went away.
        """
        ...

    def came_back(self, port: str) -> bool:
        """Tell whether the port went away and came back since it was listened to, between two looks."""
        ...

    def make(self, port: str) -> None:
        """Make a virtual port of this name, and listen to whatever is connected to it.

        Raises:
            NoPort: it cannot be made.
        """
        ...

    def close(self) -> None:
        """Stop listening."""
        ...


class Ear:
    """An input that is kept: when its port goes away, it is looked for until it is back.

    Attributes:
        state: what is listened to, or what is wrong.
    """

    def __init__(self, source: Input, port: str, *, virtual: bool, there: bool = True) -> None:
        self._source, self._port = source, port
        self.state = Listening(port, source.name, virtual)
        if not there:
            self.state = self._trouble("is not there")

    def check(self) -> Listening | None:
        """Look whether the port is still there, or there again; return what has changed, if anything has."""
        if self.state.virtual:
            return None
        there = self._port in self._source.ports()
        came_back = there and self._source.came_back(self._port)
        if there == (not self.state.trouble) and not came_back:
            return None
        before, self.state = self.state, self._return() if there else self._trouble("went away")
        return self.state if self.state != before or came_back else None

    def close(self) -> None:
        """Stop listening."""
        self._source.close()

    def _return(self) -> Listening:
        try:
            self._source.listen(self._port)
        except NoPort as error:
            return Listening(self._port, self._source.name, trouble=str(error))
        return Listening(self._port, self._source.name)

    def _trouble(self, what: str) -> Listening:
        reason = f"The MIDI input `{self._port}` {what}; it is looked for."
        return Listening(self._port, self._source.name, trouble=reason)


def open_ear(request: Open, sender: Sender) -> Ear:
    """Listen to the port that a request is meant for, and have the sender take in what comes.

    Raises:
        NoPort: it is missing, ambiguous or taken, or there is no MIDI system.
    """
    kinds = _sources(request, sender)
    kind, colon, words = (request.listen or "").partition(":")
    if not colon or kind not in kinds:
        kind, words = "", request.listen or ""
    inputs, reasons = connect_all([kind] if kind else kinds, lambda kind, others: kinds[kind](others))
    if not inputs:
        raise NoPort(f"There is no MIDI system to listen to: {reasons}.")
    chosen = None
    try:
        chosen, ear = _choose(inputs, words, request)
    finally:
        for source in inputs:
            if source is not chosen:
                source.close()
    return ear


def _sources(request: Open, sender: Sender) -> dict[str, Callable[[list[Input]], Input]]:
    """Return the systems that can be listened to beside a sender; one on JACK listens with its own client."""

    def jack(_others: list[Input]) -> Input:
        from live_composer.port.jack_input import OwnJackInput
        from live_composer.port.jack_sender import JackSender

        return sender.input if isinstance(sender, JackSender) else OwnJackInput(request.client, sender.take)

    def rtmidi(others: list[Input]) -> Input:
        from live_composer.port.rtmidi_input import RtMidiInput

        # RtMidi joins a JACK server with the interpreter held, while the server waits for a call-back of ours.
        return RtMidiInput(request.client, sender.take, jack=not others and sender.opened.backend != "jack")

    return {"jack": jack, "rtmidi": rtmidi}


def _choose(inputs: list[Input], words: str, request: Open) -> tuple[Input, Ear]:
    ports = [(source, source.ports()) for source in inputs]
    for source, names in ports if words else ():
        if (name := find(words, names)) is not None:
            source.listen(name)
            return source, Ear(source, name, virtual=False)
    if not request.listen_virtual:
        return inputs[0], Ear(inputs[0], words, virtual=False, there=False)
    makers = [source for source in inputs if source.makes_ports]
    if makers:
        name = words or f"{request.client} in"
        makers[0].make(name)
        return makers[0], Ear(makers[0], name, virtual=True)
    how = "" if sys.platform != "win32" else " (Windows cannot make ports; loopMIDI can)"
    raise NoPort(f"No MIDI input fits `{words}`; {told(ports)}{how}.")
