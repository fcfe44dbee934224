"""What rules meet: generated melodies full of corner cases, and real tunes, each with its context."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from live_composer.music.key import Key
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import FIRST_PITCH, HOLD, NOTE_OFF, Vocabulary
from live_composer.rules.context import Context
from live_composer.rules.tunes import TUNES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from live_composer.rules.rule import Tokens

CONTEXTS = (
    # Tuning on melodies of two bars, as in the paper.
    Context(),
    # A waltz of which the last bars are given.
    Context(Key.parse("A minor"), Metre(3, 4), length=48, first_step=12, phrase=2),
    # Live: endless, given from the middle of a bar on, above a chord.
    Context(Key.parse("D dorian"), Metre(6, 8), length=None, first_step=29, chord=frozenset({2, 5, 9})),
    # A pick-up bar, another range of pitches, another key.
    Context(Key.parse("Bb major"), Metre(2, 4), length=64, first_step=-8, vocabulary=Vocabulary(40, 90)),
)
STEPS = 40


def generated(count: int) -> Iterator[tuple[Tokens, Context]]:
    """Give `count` generated melodies for each of CONTEXTS, the same ones every time."""
    chance = np.random.default_rng(1)
    for context in CONTEXTS:
        yield generate(count, STEPS, context, chance), context


def real() -> Iterator[tuple[Tokens, Context]]:
    """Give real tunes, one at a time, in C major: what a rule of another key thinks of them is no matter here."""
    for tune in TUNES.values():
        yield tune.events.astype(np.int64)[None], Context(metre=tune.metre, length=len(tune))


def generate(count: int, steps: int, context: Context, chance: np.random.Generator) -> Tokens:
    """Return melodies with what rules trip over: runs, leaps, rests, long notes, returning bars, and plain noise.

    Returns:
        (count, steps) events.
    """
    size = context.vocabulary.size
    melodies = chance.integers(0, size, (count, steps))
    half, quarter = count // 2, count // 4
    # Half of them walk among few events, so that repetition is common.
    few = np.array([NOTE_OFF, HOLD, HOLD, *chance.integers(FIRST_PITCH, size, 3)])
    melodies[:half] = few[chance.integers(0, len(few), (half, steps))]
    # In half of those the first bar comes back in every bar, and some of the others have long notes.
    bar = np.arange(steps) % context.metre.steps_per_bar
    melodies[:quarter] = melodies[:quarter, bar]
    melodies[quarter:half][:, bar % 4 > 0] = HOLD
    return melodies
