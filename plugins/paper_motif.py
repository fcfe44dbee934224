"""The paper's rule of motifs (Jaques et al. 2016, section 4.1; constants of the authors' code)."""

from __future__ import annotations

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import distinct_pitches

_WINDOW = 8
_FEWEST = 3


@note_rule(every_step=True)
def paper_motif(note: Note) -> float:
    """Play motifs: half a bar with three different pitches or more.

    Each step at which the last eight events hold three different pitches earns 3, and .3 for every pitch more.
    """
    window = [*note.before, note.event][-_WINDOW:]
    distinct = len({event for event in window if event >= FIRST_PITCH})
    if len(window) < _WINDOW or distinct < _FEWEST:
        return 0.0
    return 3 + 0.3 * (distinct - _FEWEST)


@paper_motif.batch
def paper_motif(melodies: Tokens, context: Context) -> Rewards:
    del context
    distinct = distinct_pitches(melodies, _WINDOW)
    return np.where(distinct >= _FEWEST, 3 + 0.3 * (distinct - _FEWEST), 0)
