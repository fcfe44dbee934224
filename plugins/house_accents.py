"""Strong places in the bar are for notes of the harmony."""

from __future__ import annotations

import numpy as np

from live_composer.music.metre import HALF_BAR
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import by_event, strengths


@note_rule
def house_accents(note: Note, *, chord: float = 0.3, triad: float = 0.1, modal: float = 0.4) -> float:
    """On bar lines and in mid-bar, play notes of the chord, or of the tonic triad where no chord is known.

    Species counterpoint puts dissonances on weak beats (Fux 1725), and counted over many works, stable notes come on
    strong ones (Prince and Schmuckler 2014). Paid at those places alone, so that playing more notes earns nothing.
    A mode has the notes of a major key, and is told from it by its tonic: without a pull to it, a network that learnt
    from tunes in major plays them in D dorian too, which is then C major.

    Args:
        note: the note to judge.
        chord: the worth of a note of the known chord; another note costs as much.
        triad: the same where no chord is known, and the tonic triad is as good a guess as any.
        modal: in a mode other than major the worth of the tonic; the rest of its triad costs nothing, another note as
            much.
    """
    if note.strength < HALF_BAR or note.pitch is None:
        return 0.0
    return _worth(note.context, note.pitch, chord, triad, modal)


@house_accents.batch
def house_accents(
    melodies: Tokens, context: Context, *, chord: float = 0.3, triad: float = 0.1, modal: float = 0.4
) -> Rewards:
    said = by_event(context, lambda pitch: _worth(context, pitch, chord, triad, modal))
    strong = strengths(melodies, context) >= HALF_BAR
    return np.where(strong, said[melodies], 0.0)


def _worth(context: Context, pitch: int, chord: float, triad: float, modal: float) -> float:
    """Return what a note is worth at a strong place."""
    key, pitch_class = context.key, pitch % 12
    if context.chord:
        return chord if pitch_class in context.chord else -chord
    if key.mode == "major":
        return triad if pitch_class in key.triad else -triad
    if pitch_class in key.triad:
        return modal if pitch_class == key.tonic else 0.0
    return -modal
