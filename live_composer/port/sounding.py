"""What sounds now, learnt from the messages that were sent, and how to silence it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NOTE_OFF, NOTE_ON, CONTROL = 0x80, 0x90, 0xB0
SUSTAIN, ALL_SOUND_OFF, ALL_NOTES_OFF = 64, 120, 123
CHANNELS = range(16)
_FIRST_SYSTEM_MESSAGE = 0xF0


class Sounding:
    """The notes that were struck and not yet released, and the channels that were used."""

    def __init__(self) -> None:
        self.notes: dict[tuple[int, int], int] = {}
        """(channel, pitch) -> the serial number of the note that struck it."""
        self.channels: set[int] = set()

    def sent(self, data: bytes, serial: int = 0) -> None:
        """Note a message that went out; `serial` tells apart the notes that strike one pitch in turn."""
        status = data[0]
        if status >= _FIRST_SYSTEM_MESSAGE:
            return
        kind, channel = status & 0xF0, status & 0x0F
        self.channels.add(channel)
        if kind == NOTE_ON and data[2]:
            self.notes[channel, data[1]] = serial
        elif kind in (NOTE_OFF, NOTE_ON):
            self.notes.pop((channel, data[1]), None)
        elif kind == CONTROL and data[1] in (ALL_SOUND_OFF, ALL_NOTES_OFF):
            for key in [key for key in self.notes if key[0] == channel]:
                del self.notes[key]


def note_on(channel: int, pitch: int, velocity: int) -> bytes:
    """Return the bytes of a note-on."""
    return bytes((NOTE_ON | channel, pitch, velocity))


def note_off(channel: int, pitch: int) -> bytes:
    """Return the bytes of a note-off."""
    return bytes((NOTE_OFF | channel, pitch, 0))


def release(notes: Iterable[tuple[int, int]], channels: Iterable[int], *, cut: bool) -> Iterator[bytes]:
    """Yield what silences these notes and channels, in the order that silences every synth.

    Note-offs first, because some synths ignore "all notes off"; then the pedal, because held down it keeps notes whose
    key is up; then all notes off.

    Args:
        notes: (channel, pitch) that sound.
        channels: those that were used.
        cut: also end what rings on, as reverb and release tails.
    """
    for channel, pitch in notes:
        yield note_off(channel, pitch)
    for channel in channels:
        for controller in (SUSTAIN, ALL_NOTES_OFF, *((ALL_SOUND_OFF,) if cut else ())):
            yield bytes((CONTROL | channel, controller, 0))
