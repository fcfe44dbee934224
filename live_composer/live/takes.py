"""Takes: what was played, as it sounded, kept so that it can be written as a MIDI file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live_composer.music import midi_file
from live_composer.music.melody import Melody
from live_composer.music.vocabulary import HOLD, Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.music.metre import Metre

_MARGIN = 12
"""Semitones beyond the model's range: keys move it by half an octave at most."""
_WIDEST = 125
"""The semitones that a vocabulary may span."""


class Take:
    """The melody played so far."""

    def __init__(self, metre: Metre, vocabulary: Vocabulary) -> None:
        lowest = max(0, vocabulary.lowest - _MARGIN)
        highest = min(127, vocabulary.highest + _MARGIN, lowest + _WIDEST)
        self._metre, self._vocabulary = metre, Vocabulary(lowest, highest)
        self._events: list[int] = []

    def add(self, step: int, event: int, pitch: int | None) -> None:
        """Note what was played at a step; whatever was noted for it and later steps before is forgotten.

        Args:
            step: not beyond the end of the take.
            event: of the model's vocabulary.
            pitch: the MIDI pitch at which it sounds, where it strikes a note.
        """
        del self._events[step:]
        self._events += [HOLD] * (step - len(self._events))
        if pitch is not None:
            event = self._vocabulary.event(self._vocabulary.fold(pitch))
        self._events.append(event)

    def cut(self, steps: int) -> None:
        """Forget what was handed on but not heard: keep the first `steps` steps."""
        del self._events[max(0, steps) :]

    @property
    def melody(self) -> Melody:
        """The take as a melody at sounding pitch."""
        return Melody.of(self._events, self._metre, self._vocabulary)

    def write(self, path: Path, tempo: float) -> None:
        """Write the take as a MIDI file, whole or not at all.

        Raises:
            CannotWrite: it could not be written.
        """
        midi_file.write_melody(path, self.melody, tempo, name="take")
