"""Breathing room: neither endless runs nor long stillness."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from live_composer.music.units import STEPS_PER_BEAT
from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import NONE, latest, previous_onset

_BREATH = STEPS_PER_BEAT
_COST = -0.25


@note_rule(every_step=True)
def house_breath(note: Note, *, run: int = 16, still: int = 5) -> float:
    """Take breath with a long note or a rest every four bars or so, and do not fall silent for long.

    Singers and players of winds must breathe, and listeners group by pauses and long notes (Lerdahl and Jackendoff
    1983, grouping preference rule 2). A breath is a beat or more without a new note. Four tunes of the corpus in five
    never run for longer than is free here; the others are reels and hornpipes.

    Args:
        note: the step to judge.
        run: beats that may pass without a breath; each further note costs .25.
        still: beats that may pass without a new note; each further step costs .25.
    """
    if not note.starts:
        waited = len(note.before) if note.since is None else note.since
        return _COST if waited >= still * STEPS_PER_BEAT else 0.0
    began = note.step
    for earlier, onset in pairwise([*note.onsets, note.step][::-1]):
        if earlier - onset >= _BREATH:
            break
        began = onset
    return _COST if note.step - began > run * STEPS_PER_BEAT else 0.0


@house_breath.batch
def house_breath(melodies: Tokens, context: Context, *, run: int = 16, still: int = 5) -> Rewards:
    del context
    pitched = melodies >= FIRST_PITCH
    columns = np.arange(melodies.shape[1])
    previous = previous_onset(melodies)
    waited = columns - np.maximum(previous, 0)
    began = latest(pitched & ((previous == NONE) | (waited >= _BREATH)))
    breathless = columns - began > run * STEPS_PER_BEAT
    return _COST * np.where(pitched, breathless, waited >= still * STEPS_PER_BEAT)
