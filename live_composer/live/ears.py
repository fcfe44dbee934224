"""Ears: what comes in by MIDI, sorted: notes for the melody, chords for the rules, knobs and programs for the desk."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

from live_composer.live.phrase import PlayedNote
from live_composer.port.midi_bytes import CONTROL, NOTE_OFF, NOTE_ON, PROGRAM
from live_composer.wire.screen import OwnNote

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.live.listening import Listening
    from live_composer.live.values import Values
    from live_composer.port.protocol import HeardMessage

_SHOWN = 256
_CHORD_STAYS = 2.0
"""Beats that a chord stays after its last key, so that there is none between two chords as a rule."""


class Knobs(Protocol):
    """Who is told of controllers and programs."""

    def turn(self, controller: int, value: int) -> None:
        """Take in a controller's value."""
        ...

    def program(self, number: int) -> None:
        """Take in a program change, 1 to 128."""
        ...


class Ears:
    """Sorts what is heard.

    Attributes:
        chord: pitch classes of the chord that is held, or was just now.
    """

    def __init__(self, values: Values, listening: Listening, knobs: Knobs, chord_changed: Callable[[], None]) -> None:
        self.chord: frozenset[int] = frozenset()
        self._values, self._listening, self._knobs, self._chord_changed = values, listening, knobs, chord_changed
        self._notes: deque[PlayedNote] = deque(maxlen=_SHOWN)
        self._keys: set[int] = set()
        self._keys_since = 0.0

    def hear(self, message: HeardMessage, beat: float) -> None:
        """Take in a message.

        Args:
            message: what came in.
            beat: when, in beats; while the music is stopped these are counted by the input's own time.
        """
        channel, data = message.channel + 1, message.data
        match message.kind:
            case kind if kind in {NOTE_ON, NOTE_OFF}:
                if channel == self._values.whole("chord-channel"):
                    self._hear_chord(data[1], down=kind == NOTE_ON, beat=beat)
                elif self._values.whole("input-channel") in {0, channel}:
                    self._hear_note(data, channel, beat)
            case kind if kind == CONTROL:
                self._knobs.turn(data[1], data[2])
            case kind if kind == PROGRAM:
                self._knobs.program(data[1] + 1)
            case _:
                pass

    def tick(self, beat: float) -> None:
        """Do what time brings."""
        self._listening.tick(beat)
        self._keys_since = min(self._keys_since, beat)  # The music may have begun since, or gone back.
        if self.chord and not self._keys and beat - self._keys_since > _CHORD_STAYS:
            self.chord = frozenset()
            self._chord_changed()

    def seen(self, since: float) -> list[OwnNote]:
        """Return the notes that were played at a beat or later."""
        return [
            OwnNote(note.beat, 0.0 if note.end is None else max(0.01, note.end - note.beat), note.pitch, note.velocity)
            for note in self._notes
            if note.end is None or note.end >= since
        ]

    def _hear_note(self, data: bytes, channel: int, beat: float) -> None:
        if data[0] & 0xF0 == NOTE_ON:
            self._notes.append(PlayedNote(beat, data[1], data[2], channel))
            self._listening.strike(beat, data[1], data[2], channel)
        else:
            for note in reversed(self._notes):
                if note.end is None and (note.pitch, note.channel) == (data[1], channel):
                    note.end = beat
                    break
            self._listening.release(beat, data[1], channel)

    def _hear_chord(self, pitch: int, *, down: bool, beat: float) -> None:
        if down:
            if not self._keys:
                self._keys_since = beat
            self._keys.add(pitch)
        else:
            self._keys.discard(pitch)
            self._keys_since = beat
            return  # A chord is what was held together, not what is left of it.
        chord = frozenset(key % 12 for key in self._keys)
        if chord != self.chord:
            self.chord = chord
            self._chord_changed()
