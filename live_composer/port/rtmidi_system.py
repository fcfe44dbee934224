"""MIDI ports by RtMidi: ALSA, CoreMIDI, Windows, and JACK where nothing else is there.

RtMidi gives no notice of a port that went away, and writes into the void; so the port is looked for by name. Where it
speaks JACK, a server that dies is not noticed until a send hangs: then the missing heartbeat tells.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

from live_composer.errors import NoPort, pip_install
from live_composer.port.protocol import Opened
from live_composer.port.sender import Output, ThreadSender
from live_composer.port.system import UnavailableError, quiet

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    import rtmidi

    from live_composer.port.player import Player

_Midi = TypeVar("_Midi")
_NAMES = {"alsa": "ALSA", "core": "CoreMIDI", "winmm": "Windows", "jack": "JACK"}


class RtMidiSystem:
    """The first of RtMidi's interfaces that works here."""

    def __init__(self, client: str, *, jack: bool = True) -> None:
        """Connect to the system.

        Args:
            client: under which name the system shows us.
            jack: whether JACK will do.

        Raises:
            UnavailableError: RtMidi is not installed, cannot be loaded, or finds no MIDI system.
        """
        with quiet():
            self._midi, interface = connect(lambda rtmidi, api: rtmidi.MidiOut(api, name=client), jack=jack)
        self.name = name_of(interface)
        self.makes_ports = interface != "winmm"

    def ports(self) -> list[str]:
        """Return the full names of the ports that one can play to."""
        return self._midi.get_ports()

    def open(self, port: str, player: Player) -> ThreadSender:
        """Play to a port, by its full name."""
        try:
            self._midi.open_port(self.ports().index(port), "out")
        except (OSError, ValueError) as error:
            raise NoPort(f"The MIDI port `{port}` cannot be opened; another program may have taken it.") from error
        return ThreadSender(player, RtMidiOutput(self._midi, port), Opened(port, self.name))

    def make(self, port: str, player: Player) -> ThreadSender:
        """Make a virtual port of this name."""
        try:
            self._midi.open_virtual_port(port)
        except (OSError, NotImplementedError) as error:
            raise NoPort(f"The virtual MIDI port `{port}` cannot be made: {error}") from error
        return ThreadSender(player, RtMidiOutput(self._midi), Opened(port, self.name, virtual=True))

    def close(self) -> None:
        """Let go of the system."""
        self._midi.delete()


class RtMidiOutput(Output):
    """An open port; `target` is whom it is connected to, None for a virtual one."""

    def __init__(self, midi: rtmidi.MidiOut, target: str | None = None) -> None:
        self._midi = midi
        self._target = target

    def send(self, data: bytes, beat: float) -> None:  # noqa: ARG002 - it is due now
        """Send a message now."""
        try:
            self._midi.send_message(data)
        except OSError as error:
            raise NoPort(f"The MIDI port{self._named()} takes no more messages: {error}") from error

    def check(self) -> None:
        """Look whether the port is still there."""
        if self._target is not None and self._target not in self._midi.get_ports():
            raise NoPort(f"The MIDI port{self._named()} went away.")

    def close(self) -> None:
        """Close the port; without this, what was just sent may be lost."""
        with quiet():
            self._midi.close_port()
            self._midi.delete()

    def _named(self) -> str:
        return "" if self._target is None else f" `{self._target}`"


def name_of(interface: str) -> str:
    """Return what people call RtMidi on one of its interfaces."""
    return f"rtmidi {_NAMES.get(interface, interface)}"


def connect(make: Callable[[ModuleType, int], _Midi], *, jack: bool) -> tuple[_Midi, str]:
    """Return what `make` makes of RtMidi and the first of its interfaces that works here, and that interface.

    Raises:
        UnavailableError: RtMidi is not installed, cannot be loaded, or finds no MIDI system.
    """
    try:
        import rtmidi
    except ImportError as error:
        raise UnavailableError(_why_not_loaded(error)) from error
    interfaces = {rtmidi.get_api_name(api): api for api in rtmidi.get_compiled_api()}
    reasons: list[str] = []
    for interface in sorted(interfaces.keys() - {"dummy"} - (set() if jack else {"jack"}), key="jack".__eq__):
        try:
            return make(rtmidi, interfaces[interface]), interface
        except OSError:
            reasons.append("no JACK server runs" if interface == "jack" else f"there is no {_NAMES[interface]} here")
    raise UnavailableError(" and ".join(reasons) or "it was built for no MIDI system")


def _why_not_loaded(error: ImportError) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"python-rtmidi is not installed ({pip_install('midi')})"
    hint = " (Debian and Ubuntu: apt install libasound2)" if sys.platform == "linux" else ""
    return f"python-rtmidi cannot be loaded: {error}{hint}"
