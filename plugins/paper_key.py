"""The paper's rule of key (Jaques et al. 2016, section 4.1; constants of the authors' code)."""

from __future__ import annotations

import numpy as np

from live_composer.rules import Context, Note, Rewards, Tokens, note_rule


@note_rule
def paper_key(note: Note) -> float:
    """Blame every pitch outside the key."""
    return 0.0 if note.in_key else -1.0


@paper_key.batch
def paper_key(melodies: Tokens, context: Context) -> Rewards:
    vocabulary = context.vocabulary
    pitches = range(vocabulary.lowest, vocabulary.highest + 1)
    value = np.array([0.0, 0.0, *(-float(pitch % 12 not in context.key.pitch_classes) for pitch in pitches)])
    return value[melodies]
