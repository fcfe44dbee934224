"""The paper's rule of the tonic (Jaques et al. 2016, section 4.1; constants of the authors' code)."""

from __future__ import annotations

import numpy as np

from live_composer.music.vocabulary import HOLD, NOTE_OFF
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule

_WORTH = 3.0
_MIDDLE_C = 60


@note_rule(every_step=True)
def paper_tonic(note: Note) -> float:
    """Begin on the tonic above middle C, come back to it a beat before the end, hold it, and stay still.

    Each of these earns 3: the tonic at the first step and four steps before the end, a hold after that, and a hold or
    a note off at either of the last two steps.
    """
    return _WORTH if note.event in _wanted(note.context).get(note.step, ()) else 0.0


@paper_tonic.batch
def paper_tonic(melodies: Tokens, context: Context) -> Rewards:
    rewards = np.zeros(melodies.shape)
    for step, events in _wanted(context).items():
        column = step - context.first_step
        if 0 <= column < melodies.shape[1]:
            rewards[:, column] = _WORTH * np.isin(melodies[:, column], events)
    return rewards


def _wanted(context: Context) -> dict[int, tuple[int, ...]]:
    """Return the events that are paid for, by step."""
    vocabulary = context.vocabulary
    tonic = (vocabulary.event(vocabulary.fold(_MIDDLE_C + context.key.tonic)),)
    if context.length is None:
        return {0: tonic}
    still = (NOTE_OFF, HOLD)
    end = context.length
    return {0: tonic, end - 4: tonic, end - 3: (HOLD,), end - 2: still, end - 1: still}
