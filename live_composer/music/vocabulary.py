"""The vocabulary: 38 events, one a sixteenth (`python -m live_composer.music.vocabulary` prints it).

The order is that of the paper (Jaques et al. 2016, section 3.1): 0 ends the sounding note, 1 lets things be, and each
number from 2 on starts a pitch. The authors' own encoder swaps 0 and 1; we follow the paper.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from live_composer.errors import BadInput

NOTE_OFF = 0
HOLD = 1
FIRST_PITCH = 2
START = -1
"""What a policy is given as the event before the first: nothing at all."""

LARGEST_PITCH = 127
"""MIDI's highest pitch."""

_OCTAVE = 12
# Events are stored and sent in seven bits.
_MOST_PITCHES = 128 - FIRST_PITCH
_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A range of MIDI pitches as events; the default is the paper's three octaves, C3 to B5.

    Attributes:
        lowest: the MIDI pitch of event 2.
        highest: the MIDI pitch of the last event, an octave higher at least.

    Raises:
        BadInput: the range is not within MIDI's, too narrow or too wide.
    """

    lowest: int = 48
    highest: int = 83

    def __post_init__(self) -> None:
        if not (self.lowest >= 0 and self.highest <= LARGEST_PITCH):
            raise BadInput(f"Pitches go from 0 to {LARGEST_PITCH} in MIDI, not from {self.lowest} to {self.highest}.")
        if not _OCTAVE <= self.highest - self.lowest + 1 <= _MOST_PITCHES:
            raise BadInput(
                f"A range of pitches holds an octave at least and {_MOST_PITCHES} pitches at most, "
                f"not {self.lowest} to {self.highest}."
            )

    @property
    def size(self) -> int:
        """The number of events."""
        return FIRST_PITCH + self.highest - self.lowest + 1

    def event(self, pitch: int) -> int:
        """Return the event that starts a MIDI pitch.

        Raises:
            BadInput: the pitch is outside the range.
        """
        if not self.lowest <= pitch <= self.highest:
            raise BadInput(f"Pitch {pitch} is outside the range {self.lowest} to {self.highest}.")
        return pitch - self.lowest + FIRST_PITCH

    def pitch(self, event: int) -> int:
        """Return the MIDI pitch that an event starts.

        Raises:
            BadInput: the event starts no pitch.
        """
        if not FIRST_PITCH <= event < self.size:
            raise BadInput(f"Event {event} starts no pitch; pitches are {FIRST_PITCH} to {self.size - 1}.")
        return event - FIRST_PITCH + self.lowest

    def fold(self, pitch: int) -> int:
        """Return `pitch` moved by whole octaves into the range, as little as it takes."""
        while pitch < self.lowest:
            pitch += _OCTAVE
        while pitch > self.highest:
            pitch -= _OCTAVE
        return pitch


DEFAULT = Vocabulary()


def within_midi(pitch: int) -> int:
    """Return `pitch` moved by octaves into MIDI's range, should it have left it."""
    return pitch % _OCTAVE if pitch < 0 else min(pitch, LARGEST_PITCH - (LARGEST_PITCH - pitch) % _OCTAVE)


def pitch_name(pitch: int) -> str:
    """Return a MIDI pitch's name, middle C being C4: 60 -> `C4`, 63 -> `Eb4`."""
    return f"{_NAMES[pitch % 12]}{pitch // 12 - 1}"


def table(vocabulary: Vocabulary = DEFAULT) -> str:
    """Return the vocabulary as a table of event, MIDI pitch and name."""
    rows = ["event  pitch  name", f"{NOTE_OFF:5}      -  note off", f"{HOLD:5}      -  hold"]
    for event in range(FIRST_PITCH, vocabulary.size):
        pitch = vocabulary.pitch(event)
        rows.append(f"{event:5}  {pitch:5}  {pitch_name(pitch)}")
    return "\n".join(rows)


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
