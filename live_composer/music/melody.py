"""A melody: one event a sixteenth, and the notes that the events mean.

Several lists of events may sound the same; one of them is canonical. In it a note off stands only where a note sounds
(it ends here, silence begins), and silence goes on as holds, from the start of the melody too. `canonical` brings any
events to this form, `from_notes` writes it, and a MIDI file gives it back exactly.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from live_composer.errors import BadInput
from live_composer.music.key import Key, guess_key
from live_composer.music.metre import COMMON_TIME, Metre
from live_composer.music.vocabulary import DEFAULT, FIRST_PITCH, HOLD, NOTE_OFF, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Events = NDArray[np.int8]
"""Events of the vocabulary, one a step."""


class Note(NamedTuple):
    """A note on the grid: where it starts and how long it lasts (steps), and its MIDI pitch."""

    onset: int
    length: int
    pitch: int


@dataclass(frozen=True, slots=True, eq=False)
class Melody:
    """Events with their metre; step 0 is the first of a bar (a tune with a pick-up begins with holds).

    Attributes:
        events: (steps,) numbers of the vocabulary.
        metre: the time signature.
        vocabulary: what the events mean.
    """

    events: Events
    metre: Metre = COMMON_TIME
    vocabulary: Vocabulary = field(default=DEFAULT)

    @classmethod
    def of(cls, events: Sequence[int], metre: Metre = COMMON_TIME, vocabulary: Vocabulary = DEFAULT) -> Melody:
        """Check and wrap a sequence of events.

        Raises:
            BadInput: a number is no event of the vocabulary.
        """
        array = np.asarray(events, dtype=np.int64)
        wrong = np.flatnonzero((array < 0) | (array >= vocabulary.size))
        if wrong.size:
            at = int(wrong[0])
            raise BadInput(f"Event {array[at]} at step {at} is not in the vocabulary (0 to {vocabulary.size - 1}).")
        return cls(array.astype(np.int8), metre, vocabulary)

    def __len__(self) -> int:
        return len(self.events)

    @property
    def bars(self) -> float:
        """The length in bars."""
        return len(self.events) / self.metre.steps_per_bar

    def notes(self) -> list[Note]:
        """Return the notes that sound, in order."""
        notes: list[Note] = []
        onset, pitch = 0, -1
        for step, event in enumerate(self.events.tolist()):
            if event == HOLD:
                continue
            if pitch >= 0:
                notes.append(Note(onset, step - onset, pitch))
            onset, pitch = step, (self.vocabulary.pitch(event) if event >= FIRST_PITCH else -1)
        if pitch >= 0:
            notes.append(Note(onset, len(self.events) - onset, pitch))
        return notes


def heard_key(melody: Melody, signature: Key | None = None) -> Key:
    """Guess the key of a melody from how long each pitch class sounds.

    Args:
        melody: as it sounds.
        signature: what is written; programs that know no better write C major, so it is believed only where its scale
            holds as much of the melody as that of the key that is heard.
    """
    weights = [0.0] * 12
    for note in melody.notes():
        weights[note.pitch % 12] += note.length
    heard = guess_key(weights)
    return max(filter(None, (signature, heard)), key=lambda key: sum(weights[note] for note in key.pitch_classes))


def from_notes(notes: Iterable[Note], length: int | None = None, vocabulary: Vocabulary = DEFAULT) -> Events:
    """Write notes as events, in canonical form.

    A note that starts while another sounds ends it; of notes that start together the highest stays.

    Args:
        notes: notes on the grid, in any order, their pitches within the vocabulary.
        length: steps in all; by default up to the end of the last note.
        vocabulary: what the events shall mean.

    Returns:
        (length,) events.
    """
    ordered = sorted(notes, key=lambda note: (note.onset, note.pitch))
    end = max((note.onset + note.length for note in ordered), default=0) if length is None else length
    events = np.full(end, HOLD, dtype=np.int8)
    for note, following in itertools.zip_longest(ordered, ordered[1:]):
        if note.onset >= end:
            break
        events[note.onset] = vocabulary.event(note.pitch)
        off = note.onset + note.length
        if off < end and (following is None or following.onset > off):
            events[off] = NOTE_OFF
    return events


def canonical(events: Events) -> Events:
    """Return the events in canonical form: a note off where nothing sounds becomes a hold."""
    result = events.copy()
    sounding = False
    for step, event in enumerate(events.tolist()):
        if event == NOTE_OFF and not sounding:
            result[step] = HOLD
        elif event != HOLD:
            sounding = event >= FIRST_PITCH
    return result


def sounding_after(events: Events) -> bool:
    """Say whether a note sounds after the last event."""
    struck = events[events != HOLD]
    return bool(struck.size) and bool(struck[-1] >= FIRST_PITCH)
