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

_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A range of MIDI pitches as events; the default is the paper's three octaves, C3 to B5.

    Attributes:
        lowest: the MIDI pitch of event 2.
        highest: the MIDI pitch of the last event.
    """

    lowest: int = 48
    highest: int = 83

    def __post_init__(self) -> None:
        if not 0 <= self.lowest < self.highest <= 127:  # noqa: PLR2004 - MIDI's own range
            raise BadInput(
                f"A range of pitches goes upwards within MIDI's 0 to 127, not {self.lowest} to {self.highest}."
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
            pitch += 12
        while pitch > self.highest:
            pitch -= 12
        return pitch


DEFAULT = Vocabulary()


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
