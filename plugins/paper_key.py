"""The paper's rule of key (Jaques et al. 2016, section 4.1; constants of the authors' code)."""

from __future__ import annotations

from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import by_event


@note_rule
def paper_key(note: Note) -> float:
    """Blame every pitch outside the key.

    A foreign pitch costs 1.
    """
    return 0.0 if note.in_key else -1.0


@paper_key.batch
def paper_key(melodies: Tokens, context: Context) -> Rewards:
    scale = context.key.pitch_classes
    return by_event(context, lambda pitch: 0.0 if pitch % 12 in scale else -1.0)[melodies]
