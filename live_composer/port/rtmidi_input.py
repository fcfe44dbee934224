"""Listening by RtMidi: ALSA, CoreMIDI, Windows, and JACK where nothing else is there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from live_composer.errors import NoPort
from live_composer.port.rtmidi_system import connect, name_of
from live_composer.port.system import quiet

if TYPE_CHECKING:
    from live_composer.port.input import Take


class RtMidiInput:
    """The first of RtMidi's interfaces that works here."""

    def __init__(self, client: str, take: Take, *, jack: bool = True) -> None:
        """Connect to the system.

        Args:
            client: under which name the system shows us.
            take: gets every message, on a thread of RtMidi's.
            jack: whether JACK will do.

        Raises:
            UnavailableError: as `connect`.
        """
        self._client, self._take = client, take
        with quiet():
            self._midi, interface = connect(lambda rtmidi, api: rtmidi.MidiIn(api, name=client), jack=jack)
        # Clock is what a follower lives on; active sensing and SysEx are of no use here.
        self._midi.ignore_types(sysex=True, timing=False, active_sense=True)
        self.name = name_of(interface)
        self.makes_ports = interface != "winmm"

    def ports(self) -> list[str]:
        """Return the full names of the ports that one can listen to."""
        return [name for name in self._midi.get_ports() if not name.startswith(f"{self._client}:")]

    def listen(self, port: str) -> None:
        """Listen to a port, by its full name."""
        try:
            with quiet():
                if self._midi.is_port_open():
                    self._midi.close_port()
                self._midi.open_port(self._midi.get_ports().index(port), "in")
                self._midi.set_callback(self._called)  # Closing takes it away.
        except (OSError, ValueError, RuntimeError) as error:
            raise NoPort(f"The MIDI input `{port}` cannot be opened; another program may have taken it.") from error

    def came_back(self, port: str) -> bool:  # noqa: ARG002 - RtMidi does not tell
        """Tell whether the port went away and came back, unnoticed."""
        return False

    def make(self, port: str) -> None:
        """Make a virtual port of this name."""
        try:
            self._midi.open_virtual_port(port)
            self._midi.set_callback(self._called)
        except (OSError, NotImplementedError) as error:
            raise NoPort(f"The virtual MIDI input `{port}` cannot be made: {error}") from error

    def close(self) -> None:
        """Stop listening."""
        with quiet():
            if self._midi.is_port_open():
                self._midi.close_port()
            self._midi.delete()

    def _called(self, event: tuple[list[int], float], _: object = None) -> None:
        self._take(bytes(event[0]), time.monotonic())
