"""How far a phrase spans from its lowest to its highest note."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import Ints, steps_of

_EACH, _MOST_COST = -0.1, -1.0
_NOWHERE = -0.5


@note_rule(every_step=True)
def house_compass(note: Note, *, narrowest: int = 5, widest: int = 19) -> float:
    """Let a phrase span no more than a twelfth, and no less than a fourth by the time it ends.

    Melodies keep to a narrow range, and much else in them follows from that (von Hippel and Huron 2000). In the corpus,
    94 phrases of four bars in 100 span a fifth to a twelfth.

    Args:
        note: the step to judge.
        narrowest: the semitones that a whole phrase must span; if it spans fewer, its end costs .5.
        widest: the semitones that it may span; a note that makes it wider costs .1 a semitone, up to 1.
    """
    begin = note.step // note.context.steps_per_phrase * note.context.steps_per_phrase
    before = [pitch for pitch, onset in zip(note.pitches, note.onsets, strict=True) if onset >= begin]
    now = [*before, note.pitch] if note.pitch is not None else before
    widened = max(_compass(now), widest) - max(_compass(before), widest)
    whole = note.step + 1 - begin == note.context.steps_per_phrase and begin >= note.context.first_step
    return max(_EACH * widened, _MOST_COST) + (_NOWHERE if whole and _compass(now) < narrowest else 0.0)


@house_compass.batch
def house_compass(melodies: Tokens, context: Context, *, narrowest: int = 5, widest: int = 19) -> Rewards:
    rewards = np.zeros(melodies.shape)
    phrase = steps_of(melodies, context) // context.steps_per_phrase
    for begin, end in _spans(phrase):
        if end <= context.judged_from:
            continue
        part = melodies[:, begin:end]
        highest = np.maximum.accumulate(part, axis=1)
        lowest = np.minimum.accumulate(np.where(part >= FIRST_PITCH, part, context.vocabulary.size), axis=1)
        compass = np.maximum(0, highest - lowest)
        widened = np.diff(np.maximum(compass, widest), axis=1, prepend=widest)
        rewards[:, begin:end] = np.maximum(_EACH * widened, _MOST_COST)
        if end - begin == context.steps_per_phrase:
            rewards[:, end - 1] += _NOWHERE * (compass[:, -1] < narrowest)
    return rewards


def _compass(pitches: list[int]) -> int:
    return max(pitches) - min(pitches) if pitches else 0


def _spans(numbers: Ints) -> list[tuple[int, int]]:
    """Return where each number begins and ends."""
    edges = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(numbers)]
    return list(pairwise(edges))
