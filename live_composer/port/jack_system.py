"""MIDI ports by JACK, where JACK-Client is installed and a server runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live_composer.errors import NoPort
from live_composer.port.jack_client import connect_client, connect_ports
from live_composer.port.jack_sender import JackSender

if TYPE_CHECKING:
    from live_composer.port.player import Player

_CONNECT_SECONDS = 2.0
"""A port can be seen before its client is active; until then it takes no connection."""


class JackSystem:
    """A client of the JACK server."""

    name = "jack"
    makes_ports = True

    def __init__(self, client: str) -> None:
        """Connect to the server.

        Raises:
            UnavailableError: as `connect_client`.
        """
        self._client = connect_client(client)

    def ports(self) -> list[str]:
        """Return the full names of the ports that one can play to."""
        return [port.name for port in self._client.get_ports(is_midi=True, is_input=True)]

    def open(self, port: str, player: Player) -> JackSender:
        """Play to a port, by its full name."""
        sender = self._start("out", player, target=port)
        try:
            connect_ports(self._client, sender.port, port, _CONNECT_SECONDS)
        except NoPort:
            self.close()
            raise
        return sender

    def make(self, port: str, player: Player) -> JackSender:
        """Make a port of this name."""
        return self._start(port, player)

    def close(self) -> None:
        """Let go of the server."""
        self._client.deactivate()
        self._client.close()

    def _start(self, name: str, player: Player, target: str | None = None) -> JackSender:
        import jack

        try:
            return JackSender(self._client, name, player, target)
        except jack.JackError as error:
            raise NoPort(f"JACK makes no port of the name `{name}`: {error}.") from error
