"""The performer: events on the grid become notes with pitch, velocity and place in beats, as the port plays them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live_composer.music.units import STEPS_PER_BEAT, beats
from live_composer.music.vocabulary import FIRST_PITCH, HOLD
from live_composer.port.midi_bytes import note_off
from live_composer.port.protocol import Note, Notes, Raw

if TYPE_CHECKING:
    from live_composer.music.metre import Metre
    from live_composer.music.vocabulary import Vocabulary
    from live_composer.port.protocol import Command

LONGEST_BEATS = 64.0
"""How long a note sounds if nobody ends it. How long it shall is not known when it is struck: what comes after it may
yet be planned anew. So every note is struck with this length, and ended by a message of its own."""

_BAR, _BEAT, _BETWEEN = 100, 88, 76
"""Velocities on the first of the bar, on a beat, and between beats."""


class Performer:
    """Plays one melody on one channel.

    Attributes:
        shift: semitones from the events' home key to the key that sounds.
        notes: how many were struck.
    """

    def __init__(self, metre: Metre, vocabulary: Vocabulary, channel: int, shift: int) -> None:
        """Play on MIDI channel `channel`, 1 to 16."""
        self.shift = shift
        self.notes = 0
        self._metre, self._vocabulary, self._channel = metre, vocabulary, channel - 1
        self._sounding: int | None = None

    def play(self, step: int, event: int) -> list[Command]:
        """Return what the port shall do at a step."""
        if event == HOLD:
            return []
        commands = self.end(step)
        if event >= FIRST_PITCH:
            self.notes += 1
            self._sounding = self.pitch(event)
            note = Note(beats(step), LONGEST_BEATS, self._channel, self._sounding, velocity(self._metre, step))
            commands.append(Notes([note]))
        return commands

    def end(self, step: int) -> list[Command]:
        """Return what ends the sounding note at a step."""
        pitch, self._sounding = self._sounding, None
        return [] if pitch is None else [Raw(beats(step), note_off(self._channel, pitch))]

    def forget(self) -> None:
        """Take note that the port has released everything."""
        self._sounding = None

    def pitch(self, event: int) -> int:
        """Return the MIDI pitch that an event sounds at, in MIDI's range."""
        pitch = self._vocabulary.pitch(event) + self.shift
        return pitch + 12 if pitch < 0 else pitch - 12 if pitch > 127 else pitch  # noqa: PLR2004 - MIDI's own range


def velocity(metre: Metre, step: int) -> int:
    """Return how hard a note is struck at a step: bars and beats are accented; 6/8 has two beats a bar."""
    place = step % metre.steps_per_bar
    compound = metre.unit == 8 and metre.beats % 3 == 0  # noqa: PLR2004 - that is what compound metre means
    beat = 3 * STEPS_PER_BEAT // 2 if compound else STEPS_PER_BEAT
    return _BAR if place == 0 else _BETWEEN if place % beat else _BEAT
