"""The paper's rule of one highest and one lowest note (Jaques et al. 2016, section 4.1; the authors' constants)."""

from __future__ import annotations

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule

_WORTH = 3.0


@note_rule(every_step=True)
def paper_high_low(note: Note) -> float:
    """Reach the highest and the lowest pitch of the melody once only (judged at its last step).

    Each of the two earns 3.
    """
    events = [*note.before, note.event]
    pitches = [event for event in events if event >= FIRST_PITCH]
    if not note.is_last or not pitches:
        return 0.0
    return _WORTH * ((events.count(max(events)) == 1) + (events.count(min(pitches)) == 1))


@paper_high_low.batch
def paper_high_low(melodies: Tokens, context: Context) -> Rewards:
    rewards = np.zeros(melodies.shape)
    if context.length is None or not 0 <= context.length - 1 - context.first_step < melodies.shape[1]:
        return rewards
    last = context.length - 1 - context.first_step
    heard = melodies[:, : last + 1]
    pitched = heard >= FIRST_PITCH
    lowest = np.where(pitched, heard, np.iinfo(np.int64).max).min(axis=1, keepdims=True)
    highest = heard.max(axis=1, keepdims=True)
    once = ((heard == highest).sum(axis=1) == 1).astype(np.float64) + ((heard == lowest).sum(axis=1) == 1)
    rewards[:, last] = _WORTH * once * pitched.any(axis=1)
    return rewards
