"""A client of a JACK server, and connecting its ports."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from live_composer.errors import NoPort, pip_install
from live_composer.port.system import UnavailableError, quiet

if TYPE_CHECKING:
    import jack

LONGEST_CLIENT_NAME = 63
"""Bytes. The server refuses a longer one as if it did not run; what JACK itself tells (65) is not to be believed."""
_PATIENCE_SECONDS = 2.0
"""How long a server is asked again that is there and does not answer, as it may while it lets another client go."""


def connect_client(name: str) -> jack.Client:
    """Return a client of the running server; none is started.

    Raises:
        UnavailableError: JACK-Client is not installed, JACK is not, or no server runs.
    """
    try:
        with quiet():
            import jack
    except ModuleNotFoundError as error:
        raise UnavailableError(f"JACK-Client is not installed ({pip_install('jack')})") from error
    except OSError as error:
        raise UnavailableError("JACK is not installed") from error
    if len(name.encode()) > LONGEST_CLIENT_NAME:
        raise UnavailableError(f"its client names have at most {LONGEST_CLIENT_NAME} bytes, and `{name}` has more")
    jack.set_error_function(lambda _: None)
    jack.set_info_function(lambda _: None)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            with quiet():
                return jack.Client(name, no_start_server=True)
        except jack.JackError as error:
            busy = isinstance(error, jack.JackOpenError) and error.status.server_error
            if not busy or time.monotonic() > deadline:
                raise UnavailableError("no JACK server runs") from error
        time.sleep(0.05)


class Registered:
    """The ports that were registered since: one that goes and comes back between two looks has lost its connections."""

    def __init__(self, client: jack.Client) -> None:
        """Watch a client that is not yet active."""
        self._names: set[str] = set()
        client.set_port_registration_callback(self._note)

    def anew(self, name: str) -> bool:
        """Tell whether a port was registered since this was last asked of it."""
        known = name in self._names
        self._names.discard(name)
        return known

    def _note(self, port: jack.Port, register: bool) -> None:  # noqa: FBT001 - as JACK-Client calls it
        if register:
            self._names.add(port.name)


def connect_ports(client: jack.Client, source: jack.Port | str, destination: jack.Port | str, patience: float) -> None:
    """Connect two ports, one of them ours, trying for `patience` seconds.

    Raises:
        NoPort: JACK refuses.
    """
    import jack

    deadline = time.monotonic() + patience
    while True:
        try:
            return client.connect(source, destination)
        except jack.JackError as error:
            if time.monotonic() >= deadline:
                theirs = destination if isinstance(destination, str) else source
                raise NoPort(f"JACK does not connect to the port `{theirs}`: {error}.") from error
            time.sleep(0.05)
