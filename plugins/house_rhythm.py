"""The beat is heard: what begins on a weak place does not hide the strong one that follows."""

from __future__ import annotations

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH, HOLD
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import at, latest, strengths


@note_rule(every_step=True)
def house_rhythm(note: Note, *, hidden: float = -0.1) -> float:
    """Let no note that began on a weaker place be held over a beat: so the metre is heard, and syncopation stays spice.

    That is how Longuet-Higgins and Lee (1984) define a syncopation, and how they weigh it: by how much stronger the
    hidden place is than the one that the note began on. Long notes belong on strong beats for the same reason (Lerdahl
    and Jackendoff 1983, metrical preference rule 5).

    Args:
        note: the step to judge.
        hidden: what each degree of difference costs; off the beat, beats, mid-bar and bar line are a degree apart.
    """
    began = _began(note)
    if not note.is_hold or began is None:
        return 0.0
    return hidden * max(0, note.strength - note.context.metre.strength(began))


@house_rhythm.batch(notes=lambda **_: 1)
def house_rhythm(melodies: Tokens, context: Context, *, hidden: float = -0.1) -> Rewards:
    struck = latest(melodies != HOLD)
    sounds = at(melodies, struck) >= FIRST_PITCH
    strength = strengths(melodies, context)
    difference = strength - at(np.broadcast_to(strength, melodies.shape), struck)
    return np.where((melodies == HOLD) & sounds, hidden * np.maximum(0, difference), 0.0)


def _began(note: Note) -> int | None:
    """Return the step at which the note that sounds began, None in silence."""
    for back, event in enumerate(reversed(note.before), 1):
        if event != HOLD:
            return note.step - back if event >= FIRST_PITCH else None
    return None
