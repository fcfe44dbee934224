"""A pitch struck again and again; holding it is no repetition."""

from __future__ import annotations

from itertools import takewhile

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import previous_pitch, run_length

_EACH, _MOST_COST = -0.25, -1.0


@note_rule
def house_repeats(note: Note, *, most: int = 3) -> float:
    """Do not strike one pitch more than three times in a row.

    The paper's rule of repetition, without its artefact that each step of a held note counts as one more. In the corpus
    one row of equal pitches in 250 is longer than three.

    Args:
        note: the note to judge.
        most: how often a pitch may be struck in a row; each time more costs .25 more, up to 1.
    """
    again = len(list(takewhile(lambda pitch: pitch == note.pitch, reversed(note.pitches))))
    return max(_EACH * max(0, again + 1 - most), _MOST_COST)


@house_repeats.batch(notes=lambda most: most + 4)
def house_repeats(melodies: Tokens, context: Context, *, most: int = 3) -> Rewards:
    del context
    pitched = melodies >= FIRST_PITCH
    again = run_length(melodies == previous_pitch(melodies), pitched)
    return np.where(pitched, np.maximum(_EACH * np.maximum(0, again + 1 - most), _MOST_COST), 0.0)
