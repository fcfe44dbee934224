"""Phrases come to rest: on the beat, on a note where a melody can rest, for long enough."""

from __future__ import annotations

from functools import partial

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import Ints, by_event, strengths

_RESTLESS = -0.1


@note_rule(every_step=True)
def house_endings(note: Note, *, tonic: float = 1.0, half_way: float = 0.3, elsewhere: float = -0.5) -> float:
    """Rest in the last bar of every phrase: a note of a beat or more, on the beat, best on the tonic.

    Judged at the phrase's last step, by the longest note that begins in its last bar (so that a pick-up to the next
    phrase may follow). The first phrase of a pair may ask, by resting on the second, third or fifth degree, and the
    other answers on the tonic: the period of the classics (Koch 1787; Caplin 1998). Of the phrases of the corpus that
    come to rest, 32 in 100 of those that ask do so on the tonic, 62 of those that answer, and 86 of the last ones.

    Args:
        note: the step to judge.
        tonic: the worth of resting on the tonic.
        half_way: of resting on the second, third or fifth degree where the phrase asks; half of it where it answers.
        elsewhere: of resting anywhere else. Not to rest costs .1.
    """
    metre = note.context.metre
    bar = [*note.before, note.event][-metre.steps_per_bar :]
    starts = [at for at, event in enumerate(bar) if event >= FIRST_PITCH]
    if not note.ends_phrase or len(bar) < metre.steps_per_bar or not starts:
        return 0.0
    lengths = [after - at for at, after in zip(starts, [*starts[1:], len(bar)], strict=True)]
    at = starts[lengths.index(max(lengths))]
    if max(lengths) < metre.steps_per_pulse or not metre.strength(note.step + 1 - len(bar) + at):
        return _RESTLESS
    return _worth(note.context, note.step, (tonic, half_way, elsewhere), note.context.vocabulary.pitch(bar[at]))


@house_endings.batch
def house_endings(
    melodies: Tokens, context: Context, *, tonic: float = 1.0, half_way: float = 0.3, elsewhere: float = -0.5
) -> Rewards:
    rewards = np.zeros(melodies.shape)
    per_bar, strong = context.metre.steps_per_bar, strengths(melodies, context) > 0
    for end in range(max(per_bar, context.judged_from + 1), melodies.shape[1] + 1):
        step = context.first_step + end - 1
        if context.ends_phrase(step):
            bar = melodies[:, end - per_bar : end]
            at, length = _longest(bar)
            rests = (length >= context.metre.steps_per_pulse) & strong[end - per_bar + at]
            worth = by_event(context, partial(_worth, context, step, (tonic, half_way, elsewhere)))
            rested = np.where(rests, worth[bar[np.arange(len(bar)), at]], _RESTLESS)
            rewards[:, end - 1] = np.where(length > 0, rested, 0.0)
    return rewards


def _worth(context: Context, step: int, worth: tuple[float, float, float], pitch: int) -> float:
    """Return the worth of a phrase that ends at `step` and rests on `pitch`."""
    tonic, half_way, elsewhere = worth
    degree = (pitch - context.key.tonic) % 12
    if degree == 0:
        return tonic
    if pitch % 12 not in context.key.triad and degree not in {1, 2}:
        return elsewhere
    asks = step // context.steps_per_phrase % 2 == 0 and step + 1 != context.length
    return half_way if asks else half_way / 2


def _longest(bar: Tokens) -> tuple[Ints, Ints]:
    """Return where the longest note of each bar begins, the first of equals, and how long it is (0: there is none)."""
    end = bar.shape[1]
    starts = bar >= FIRST_PITCH
    columns = np.where(starts, np.arange(end), end)
    following = np.minimum.accumulate(columns[:, ::-1], axis=1)[:, ::-1]
    lengths = np.where(starts, np.append(following[:, 1:], np.full((len(bar), 1), end), axis=1) - columns, 0)
    return lengths.argmax(axis=1), lengths.max(axis=1)
