"""Strong places in the bar are for notes of the harmony."""

from __future__ import annotations

import numpy as np

from live_composer.music.metre import HALF_BAR
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import by_event, strengths


@note_rule
def house_accents(note: Note, *, chord: float = 0.3, triad: float = 0.1) -> float:
    """On bar lines and in mid-bar, play notes of the chord, or of the tonic triad where no chord is known.

    Species counterpoint puts dissonances on weak beats (Fux 1725), and counted over many works, stable notes come on
    strong ones (Prince and Schmuckler 2014). Paid at those places alone, so that playing more notes earns nothing.

    Args:
        note: the note to judge.
        chord: the worth of a note of the known chord; another note costs as much.
        triad: the same where no chord is known, and the tonic triad is as good a guess as any.
    """
    if note.strength < HALF_BAR or note.pitch is None:
        return 0.0
    worth = chord if note.context.chord else triad
    return worth if note.pitch % 12 in (note.context.chord or note.context.key.triad) else -worth


@house_accents.batch
def house_accents(melodies: Tokens, context: Context, *, chord: float = 0.3, triad: float = 0.1) -> Rewards:
    worth = chord if context.chord else triad
    notes = context.chord or context.key.triad
    said = by_event(context, lambda pitch: worth if pitch % 12 in notes else -worth)
    strong = strengths(melodies, context) >= HALF_BAR
    return np.where(strong, said[melodies], 0.0)
