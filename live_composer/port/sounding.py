"""What sounds now, learnt from the messages that were sent."""

from __future__ import annotations

from live_composer.port.midi_bytes import NOTE_OFF, NOTE_ON, SYSTEM_EXCLUSIVE


class Sounding:
    """The notes that were struck and not yet released, and the channels that were used.

    "All notes off" is not taken as a release: some synths ignore it, and a note-off too many does no harm.
    """

    def __init__(self) -> None:
        self.notes: dict[tuple[int, int], int] = {}
        """(channel, pitch) -> the serial number of the note that struck it."""
        self.channels: set[int] = set()

    def sent(self, data: bytes, serial: int = 0) -> None:
        """Note a message that went out; `serial` tells apart the notes that strike one pitch in turn."""
        status = data[0]
        if status >= SYSTEM_EXCLUSIVE:
            return
        kind, channel = status & 0xF0, status & 0x0F
        self.channels.add(channel)
        if kind == NOTE_ON and data[2]:
            self.notes[channel, data[1]] = serial
        elif kind in (NOTE_OFF, NOTE_ON):
            self.notes.pop((channel, data[1]), None)
