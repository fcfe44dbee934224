"""A phrase: what the player played, note by note, and as events on the grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from live_composer.music.melody import Note, from_notes
from live_composer.music.units import STEPS_PER_BEAT

if TYPE_CHECKING:
    from live_composer.music.vocabulary import Vocabulary

_KEPT = 1024


@dataclass(slots=True)
class PlayedNote:
    """A note that the player played, in beats; `end` is None while it sounds."""

    beat: float
    pitch: int
    velocity: int
    channel: int
    end: float | None = None


class Phrase:
    """Notes since the phrase began.

    Attributes:
        notes: in the order of their onsets.
    """

    def __init__(self) -> None:
        self.notes: list[PlayedNote] = []

    def strike(self, beat: float, pitch: int, velocity: int, channel: int) -> PlayedNote:
        """Take in a note that begins."""
        self.release(beat, pitch, channel)
        note = PlayedNote(beat, pitch, velocity, channel)
        self.notes = [*self.notes[-_KEPT:], note]
        return note

    def release(self, beat: float, pitch: int, channel: int) -> None:
        """Take in the end of a note; one that never began does no harm."""
        for note in reversed(self.notes):
            if note.end is None and (note.pitch, note.channel) == (pitch, channel):
                note.end = max(beat, note.beat)
                return

    def clear(self) -> None:
        """Begin a new phrase."""
        self.notes = []

    @property
    def begin(self) -> float:
        """The beat of the first note."""
        return self.notes[0].beat

    def silent_for(self, beat: float) -> float:
        """Return for how many beats no key was down; 0 while one is, or before the first note."""
        if not self.notes or any(note.end is None for note in self.notes):
            return 0.0
        return beat - max(note.end or 0.0 for note in self.notes)

    def events(self, first: int, last: int, shift: int, vocabulary: Vocabulary, origin: float = 0.0) -> list[int]:
        """Return the events of the steps from `first` up to but without `last`, in the key's home.

        Args:
            first: the step of the first event.
            last: the step after the last.
            shift: semitones from the key's home to what sounds.
            vocabulary: whose range the notes are folded into.
            origin: the beat of step 0.
        """
        notes: list[Note] = []
        for note in self.notes:
            onset = round((note.beat - origin) * STEPS_PER_BEAT) - first
            end = last - first if note.end is None else round((note.end - origin) * STEPS_PER_BEAT) - first
            if 0 <= onset < last - first:
                pitch = vocabulary.fold(note.pitch - shift)
                notes.append(Note(onset, max(1, end - onset), pitch))
        return [int(event) for event in from_notes(notes, last - first, vocabulary)]
