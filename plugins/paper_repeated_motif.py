"""The paper's rule of repeated motifs (Jaques et al. 2016, section 4.1; constants of the authors' code)."""

from __future__ import annotations

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import distinct_pitches, stood_before, window_code

_WINDOW = 8
_FEWEST = 3


@note_rule(every_step=True)
def paper_repeated_motif(note: Note) -> float:
    """Bring a motif back: the same half bar, of three different pitches or more, as stood earlier.

    Each step at which the last eight events are a motif, and stand among the events before them, earns 4, and 1 for
    every pitch more than three.
    """
    events = [*note.before, note.event]
    window, earlier = events[-_WINDOW:], events[:-_WINDOW]
    distinct = len({event for event in window if event >= FIRST_PITCH})
    if len(window) < _WINDOW or distinct < _FEWEST:
        return 0.0
    back = any(earlier[at : at + _WINDOW] == window for at in range(len(earlier) - _WINDOW + 1))
    return float(4 + distinct - _FEWEST) if back else 0.0


@paper_repeated_motif.batch
def paper_repeated_motif(melodies: Tokens, context: Context) -> Rewards:
    del context
    distinct = distinct_pitches(melodies, _WINDOW)
    back = stood_before(window_code(melodies, _WINDOW), _WINDOW)
    return np.where((distinct >= _FEWEST) & back, 4.0 + distinct - _FEWEST, 0)
