"""A melody that ends comes to rest at home."""

from __future__ import annotations

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import by_event


@note_rule(every_step=True)
def close(note: Note, *, held: float = 1.0, touched: float = 0.3) -> float:
    """End a melody on the tonic, with a note of a beat or more; endless playing has no end, and is not judged.

    What asks must be answered once (Koch 1787), and the last note is the one that stays in mind. Most tunes of the
    corpus end on a note of a beat or more.

    Args:
        note: the step to judge.
        held: the worth of ending on a tonic of a beat or more, silence after it included.
        touched: of ending on a shorter one.
    """
    context, played = note.context, [*note.before, note.event]
    starts = [at for at, event in enumerate(played) if event >= FIRST_PITCH]
    if note.step + 1 != context.length or not starts:
        return 0.0
    if (context.vocabulary.pitch(played[starts[-1]]) - context.key.tonic) % 12:
        return 0.0
    return held if len(played) - starts[-1] >= context.metre.steps_per_pulse else touched


@close.batch
def close(melodies: Tokens, context: Context, *, held: float = 1.0, touched: float = 0.3) -> Rewards:
    rewards = np.zeros(melodies.shape)
    end = (context.length or 0) - context.first_step
    if context.length is None or not context.judged_from < end <= melodies.shape[1]:
        return rewards
    heard = melodies[:, :end]
    length = 1 + (heard[:, ::-1] >= FIRST_PITCH).argmax(axis=1)
    tonic = by_event(context, lambda pitch: float((pitch - context.key.tonic) % 12 == 0))
    last = heard[np.arange(len(heard)), end - length]
    rewards[:, end - 1] = tonic[last] * np.where(length >= context.metre.steps_per_pulse, held, touched)
    return rewards
