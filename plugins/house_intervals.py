"""Small intervals are good, awkward and wide ones cost."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import previous_pitch

if TYPE_CHECKING:
    from live_composer.music.vocabulary import Vocabulary

# By semitones: thirds, fourths and fifths say nothing; sixths and the octave are rare, the tritone and sevenths rarer.
_WORTH = {1: 0.03, 2: 0.03, 6: -0.4, 8: -0.1, 9: -0.1, 10: -0.4, 11: -0.8, 12: -0.1}


@note_rule
def house_intervals(note: Note, *, widest: int = 12, wide: float = -1.0) -> float:
    """Move by small intervals: a sixth or an octave costs a little, a tritone or a seventh more, wider ones most.

    Melodies of many cultures move mostly by small intervals (Huron 2006, chapter 5; the proximity of Narmour 1990), and
    counterpoint forbids melodic sevenths and tritones (Fux 1725). Intervals are true ones: an octave up is twelve
    semitones, not none. A second earns .03, about what the awkward intervals of a good tune cost: so neither many notes
    nor few are preferred.

    Args:
        note: the note to judge.
        widest: the widest interval, in semitones, that is not yet wide.
        wide: what a wider one costs.
    """
    return _worth(abs(note.interval), widest, wide)


@house_intervals.batch(notes=lambda **_: 1)
def house_intervals(melodies: Tokens, context: Context, *, widest: int = 12, wide: float = -1.0) -> Rewards:
    return _table(context.vocabulary, widest, wide)[previous_pitch(melodies), melodies]


@lru_cache(maxsize=32)
def _table(vocabulary: Vocabulary, widest: int, wide: float) -> Rewards:
    """Return the worth of each event after each pitch event; row -1, no pitch yet, is zero."""
    table = np.zeros((vocabulary.size + 1, vocabulary.size))
    for previous in range(FIRST_PITCH, vocabulary.size):
        for event in range(FIRST_PITCH, vocabulary.size):
            table[previous, event] = _worth(abs(event - previous), widest, wide)
    return table


def _worth(semitones: int, widest: int, wide: float) -> float:
    return wide if semitones > widest else _WORTH.get(semitones, 0.0)
