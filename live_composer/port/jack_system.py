"""MIDI ports by JACK, where JACK-Client is installed and a server runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from live_composer.errors import NoPort
from live_composer.port.jack_sender import JackSender
from live_composer.port.system import UnavailableError, quiet

if TYPE_CHECKING:
    import jack

    from live_composer.port.player import Player

LONGEST_CLIENT_NAME = 63
"""Bytes. The server refuses a longer one as if it did not run; what JACK itself tells (65) is not to be believed."""
_CONNECT_SECONDS = 2.0
"""A port can be seen before its client is active; until then it takes no connection."""


class JackSystem:
    """A client of the JACK server."""

    name = "jack"
    makes_ports = True

    def __init__(self, client: str) -> None:
        """Connect to the server; none is started.

        Raises:
            UnavailableError: JACK-Client is not installed, JACK is not, or no server runs.
        """
        try:
            with quiet():
                import jack
        except ModuleNotFoundError as error:
            raise UnavailableError("JACK-Client is not installed (pip install 'live-composer[jack]')") from error
        except OSError as error:
            raise UnavailableError("JACK is not installed") from error
        if len(client.encode()) > LONGEST_CLIENT_NAME:
            raise UnavailableError(
                f"its client names have at most {LONGEST_CLIENT_NAME} bytes, and `{client}` has more"
            )
        jack.set_error_function(lambda _: None)
        jack.set_info_function(lambda _: None)
        try:
            with quiet():
                self._client = jack.Client(client, no_start_server=True)
        except jack.JackError as error:
            raise UnavailableError("no JACK server runs") from error

    def ports(self) -> list[str]:
        """Return the full names of the ports that one can play to."""
        return [port.name for port in self._client.get_ports(is_midi=True, is_input=True)]

    def open(self, port: str, player: Player) -> JackSender:
        """Play to a port, by its full name."""
        sender = self._start("out", player, target=port)
        try:
            self._connect(sender.port, port)
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

    def _connect(self, ours: jack.OwnMidiPort, target: str) -> None:
        import jack

        deadline = time.monotonic() + _CONNECT_SECONDS
        while True:
            try:
                return self._client.connect(ours, target)
            except jack.JackError as error:
                if time.monotonic() > deadline:
                    raise NoPort(f"JACK does not connect to the port `{target}`: {error}.") from error
                time.sleep(0.05)
