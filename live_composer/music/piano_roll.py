"""Piano rolls in plain text: time goes right, pitch goes up.

     1               2
A4  │        ●━━━   │                │
G4  │    ●━━━       │●━━━━━━━        │
F4  │               │                │
E4  │●━━━           │                │
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from live_composer.music.vocabulary import pitch_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live_composer.music.melody import Melody, Note
    from live_composer.music.metre import Metre

ONSET, SOUNDING, SILENT, BAR_LINE = "●", "━", " ", "│"
_LABEL = 5


def bars_that_fit(width: int, metre: Metre) -> int:
    """Return how many bars stand side by side in `width` columns (at least one)."""
    return max(1, (width - _LABEL - 1) // (metre.steps_per_bar + 1))


def draw(melody: Melody, width: int, shift: int = 0) -> list[str]:
    """Draw a melody as lines of text, as many bars side by side as fit, one system below the other.

    Args:
        melody: what to draw.
        width: columns at most.
        shift: semitones to move every pitch by.
    """
    notes = [note._replace(pitch=note.pitch + shift) for note in melody.notes()]
    per_bar = melody.metre.steps_per_bar
    bars = -(-len(melody) // per_bar)
    together = bars_that_fit(width, melody.metre)
    lines: list[str] = []
    for first in range(0, bars, together):
        lines += [*system(notes, first, min(together, bars - first), melody.metre), ""]
    return lines[:-1]


def system(
    notes: Sequence[Note], first_bar: int, bars: int, metre: Metre, pitches: tuple[int, int] | None = None
) -> list[str]:
    """Draw some bars side by side: a line of bar numbers, then a line a pitch, the highest first.

    Args:
        notes: with onsets counted from the start of the music.
        first_bar: the first bar to draw, from 0.
        bars: how many.
        metre: the length of a bar.
        pitches: the lowest and highest pitch to draw; by default those of the notes that sound here.
    """
    per_bar = metre.steps_per_bar
    begin, end = first_bar * per_bar, (first_bar + bars) * per_bar
    here = [note for note in notes if note.onset < end and note.onset + note.length > begin]
    if pitches is None:
        pitches = (min((note.pitch for note in here), default=60), max((note.pitch for note in here), default=60))
    numbers = "".join(f" {bar + 1:<{per_bar}}" for bar in range(first_bar, first_bar + bars))
    lines = [" " * _LABEL + numbers.rstrip()]
    for pitch in range(pitches[1], pitches[0] - 1, -1):
        row = [SILENT] * (end - begin)
        for note in here:
            if note.pitch == pitch:
                for step in range(max(note.onset, begin), min(note.onset + note.length, end)):
                    row[step - begin] = ONSET if step == note.onset else SOUNDING
        cells = BAR_LINE.join("".join(row[at : at + per_bar]) for at in range(0, len(row), per_bar))
        lines.append(f"{pitch_name(pitch):<{_LABEL}}{BAR_LINE}{cells}{BAR_LINE}")
    return lines
