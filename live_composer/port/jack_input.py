"""Listening by JACK: each message with its frame, in the client that plays or, beside another output, in its own."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from live_composer.errors import NoPort
from live_composer.port.jack_client import Registered, connect_client, connect_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    import jack

    from live_composer.port.input import Take


class JackInput:
    """An input port of a client that somebody else activates, and whose call-back asks for `events`."""

    name = "jack"
    makes_ports = True

    def __init__(self, client: jack.Client, registered: Registered) -> None:
        self._client, self._registered = client, registered
        self._port: jack.OwnMidiPort | None = None

    def events(self) -> Iterator[tuple[int, bytes]]:
        """Yield (frame within the period, message); for the client's call-back."""
        if (port := self._port) is not None:
            for offset, data in port.incoming_midi_events():
                yield offset, bytes(data)

    def ports(self) -> list[str]:
        """Return the full names of the ports that one can listen to."""
        ports = self._client.get_ports(is_midi=True, is_output=True)
        return [port.name for port in ports if not self._client.owns(port)]

    def listen(self, port: str) -> None:
        """Listen to a port, by its full name."""
        self._registered.anew(port)
        patience = 0.0
        if self._port is None:
            self.make("in")
            patience = 2.0
        assert self._port is not None
        connect_ports(self._client, port, self._port, patience)

    def came_back(self, port: str) -> bool:
        """Tell whether the port went away and came back, unnoticed."""
        return self._registered.anew(port)

    def make(self, port: str) -> None:
        """Make a port of this name."""
        import jack

        try:
            self._port = self._client.midi_inports.register(port)
        except jack.JackError as error:
            raise NoPort(f"JACK makes no input of the name `{port}`: {error}.") from error

    def close(self) -> None:
        """Stop listening; the client is closed by its owner."""


class OwnJackInput(JackInput):
    """An input with a client of its own."""

    def __init__(self, client: str, take: Take) -> None:
        """Connect to the server; `take` gets every message, on JACK's thread.

        Raises:
            UnavailableError: as `connect_client`.
        """
        own = connect_client(client)
        super().__init__(own, Registered(own))
        self._take = take
        self._client.set_process_callback(self._process)
        self._client.activate()

    def close(self) -> None:
        """Leave the server."""
        self._client.deactivate()
        self._client.close()

    def _process(self, _frames: int) -> None:
        now, rate = time.monotonic(), self._client.samplerate
        for offset, data in self.events():
            self._take(data, now + offset / rate)
