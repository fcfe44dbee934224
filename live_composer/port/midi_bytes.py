"""MIDI messages as bytes: the few that are made here, and whether one that came from outside is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NOTE_OFF, NOTE_ON, CONTROL, PROGRAM = 0x80, 0x90, 0xB0, 0xC0
SUSTAIN, ALL_SOUND_OFF, ALL_NOTES_OFF = 64, 120, 123
CHANNELS = range(16)
TICKS_PER_BEAT, TICKS_PER_POSITION = 24, 6
"""Of a MIDI clock; a Song Position counts sixteenths."""
SONG_POSITION, TICK, START, CONTINUE, STOP = 0xF2, 0xF8, 0xFA, 0xFB, 0xFC
SYSTEM_EXCLUSIVE, _END_OF_EXCLUSIVE = 0xF0, 0xF7
_LENGTHS = {
    **dict.fromkeys(range(0x80, 0xF0), 3),
    **dict.fromkeys(range(0xC0, 0xE0), 2),
    0xF1: 2,
    0xF2: 3,
    0xF3: 2,
    0xF6: 1,
    **dict.fromkeys(range(0xF8, 0x100), 1),
}


def note_on(channel: int, pitch: int, velocity: int) -> bytes:
    """Return a note-on; channels count from 0."""
    return bytes((NOTE_ON | channel, pitch, velocity))


def note_off(channel: int, pitch: int) -> bytes:
    """Return a note-off; channels count from 0."""
    return bytes((NOTE_OFF | channel, pitch, 0))


def release(notes: Iterable[tuple[int, int]], channels: Iterable[int], *, cut: bool) -> Iterator[bytes]:
    """Yield what silences these notes and channels, in the order that silences every synth.

    Note-offs first, because some synths ignore "all notes off"; then the pedal, because while it is down notes go on
    whose keys are up; then all notes off.

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


def is_whole(data: bytes) -> bool:
    """Tell whether `data` is one whole MIDI message with its status byte."""
    if not data:
        return False
    if data[0] == SYSTEM_EXCLUSIVE:
        return data[-1] == _END_OF_EXCLUSIVE and max(data[1:-1], default=0) < NOTE_OFF
    return len(data) == _LENGTHS.get(data[0]) and max(data[1:], default=0) < NOTE_OFF
