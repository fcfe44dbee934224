"""Breathing room: neither endless runs nor long stillness."""

from __future__ import annotations

from itertools import groupby

import numpy as np

from live_composer.music.units import STEPS_PER_BEAT
from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import Bools, previous_onset

_STILL = -0.25


@note_rule(every_step=True)
def house_breath(note: Note, *, still: int = 5, breathless: float = -0.5) -> float:
    """Take breath in every phrase, with a rest or a note of a beat or more, and do not fall silent for long.

    Singers and players of winds must breathe, and listeners group by pauses and long notes (Lerdahl and Jackendoff
    1983, grouping preference rule 2). Four phrases of the corpus in five breathe; others are of reels and hornpipes.

    Args:
        note: the step to judge.
        still: beats that may pass without a new note; each further step costs .25.
        breathless: what a whole phrase costs, at its end, in which no beat passed without a new note.
    """
    if not note.starts and _waited(note) >= still * STEPS_PER_BEAT:
        return _STILL
    phrase = [*note.before, note.event][-note.context.steps_per_phrase :]
    if not _ends_whole_phrase(note.step, len(phrase), note.context):
        return 0.0
    pauses = [len(list(run)) for starts, run in groupby(phrase, lambda event: event >= FIRST_PITCH) if not starts]
    return 0.0 if 1 + max(pauses, default=0) >= STEPS_PER_BEAT else breathless


@house_breath.batch
def house_breath(melodies: Tokens, context: Context, *, still: int = 5, breathless: float = -0.5) -> Rewards:
    pitched = melodies >= FIRST_PITCH
    waited = np.arange(melodies.shape[1]) - np.maximum(previous_onset(melodies), 0)
    is_still = ~pitched & (waited >= still * STEPS_PER_BEAT)
    rewards = np.where(is_still, _STILL, 0.0)
    for last in range(context.judged_from, melodies.shape[1]):
        if _ends_whole_phrase(context.first_step + last, last + 1, context):
            starts = pitched[:, last + 1 - context.steps_per_phrase : last + 1]
            rewards[:, last] += np.where(_pauses(starts) | is_still[:, last], 0.0, breathless)
    return rewards


def _pauses(starts: Bools) -> Bools:
    """Say of each phrase whether a beat passes in it without a new note; in one that is shorter none can."""
    if starts.shape[1] < STEPS_PER_BEAT - 1:
        return np.zeros(len(starts), dtype=np.bool_)
    return np.lib.stride_tricks.sliding_window_view(~starts, STEPS_PER_BEAT - 1, axis=1).all(axis=2).any(axis=1)


def _waited(note: Note) -> int:
    """Return the steps since the last note, or since what is known begins."""
    return len(note.before) if note.since is None else note.since


def _ends_whole_phrase(step: int, known: int, context: Context) -> bool:
    """Say whether a whole phrase ends at `step`, and all of it is among the `known` events up to there."""
    return step >= 0 and (step + 1) % context.steps_per_phrase == 0 and known >= context.steps_per_phrase
