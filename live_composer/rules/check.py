"""The checking kit: proves a rule's contract on generated and real melodies, and tells how fast the rule is.

Also for the tests of a rule package of your own::

    from live_composer.rules.check import faults

    def test_my_rule_keeps_the_contract():
        assert faults(my_rule) == []
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from live_composer.music.key import Key
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import FIRST_PITCH, HOLD, NOTE_OFF
from live_composer.rules.context import Context
from live_composer.rules.tunes import TUNES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from live_composer.rules.rule import Rewards, Rule, Tokens

_STEPS = 32
_CLOSE = 1e-6


def faults(rule: Rule, count: int = 24, seed: int = 1) -> list[str]:
    """Return every way in which a rule breaks its contract, one sentence each; empty when it keeps it.

    Args:
        rule: what to prove.
        count: how many melodies to generate.
        seed: of the melodies.
    """
    found: list[str] = []
    for melodies, context in situations(count, seed):
        fault = _first_fault(rule, melodies, context)
        if fault and fault not in found:
            found.append(fault)
    return found


def steps_per_second(rule: Rule, count: int = 256) -> float:
    """Return how many events the rule judges in a second, many melodies at once."""
    melodies = generate(count, _STEPS, Context(), np.random.default_rng(1))
    rule(melodies[:2], Context())
    runs, begin = 0, time.perf_counter()
    while (passed := time.perf_counter() - begin) < 0.2:  # noqa: PLR2004 - seconds enough to tell
        rule(melodies, Context())
        runs += 1
    return runs * melodies.size / passed


def situations(count: int, seed: int) -> Iterator[tuple[Tokens, Context]]:
    """Give melodies with the contexts that a rule meets: tuning, other keys and metres, live, real tunes."""
    chance = np.random.default_rng(seed)
    for context in (
        Context(),
        Context(Key.parse("A minor"), Metre(3, 4), length=48, first_step=12),
        Context(Key.parse("D dorian"), Metre(6, 8), length=None, first_step=24, chord=frozenset({2, 5, 9})),
    ):
        yield generate(count, _STEPS, context, chance), context
    for tune in TUNES.values():
        context = Context(metre=tune.metre, length=len(tune))
        yield tune.events.astype(np.int64)[None], context


def generate(count: int, steps: int, context: Context, chance: np.random.Generator) -> Tokens:
    """Return melodies that meet rules' corner cases: runs, leaps, rests, returning phrases, and plain noise.

    Returns:
        (count, steps) events.
    """
    size = context.vocabulary.size
    melodies = chance.integers(0, size, (count, steps))
    # Half of them walk among few events, so that repetition is common.
    few = np.array([NOTE_OFF, HOLD, *chance.integers(FIRST_PITCH, size, 3)])
    half = count // 2
    melodies[:half] = few[chance.integers(0, len(few), (half, steps))]
    # Some phrases come back.
    quarter = count // 4
    melodies[:quarter, steps // 2 :] = melodies[:quarter, : steps - steps // 2]
    return melodies


def _first_fault(rule: Rule, melodies: Tokens, context: Context) -> str:  # noqa: PLR0911 - one return a fault
    """Return the first fault in one situation, or nothing."""
    given = melodies.copy()
    try:
        rewards = rule(melodies, context)
        shape = getattr(rewards, "shape", None)
        if shape != melodies.shape:
            return f"it returns {shape or type(rewards).__name__} for melodies of {melodies.shape}; both must be equal"
        if not np.isfinite(rewards).all():
            return f"it returns {rewards[~np.isfinite(rewards)][0]}; every value must be finite"
        if (melodies != given).any():
            return "it changes the melodies it was given; it must leave them as they are"
        if _differ(rewards, rule(melodies, context)):
            return "it judges the same melodies differently the second time; it must be repeatable"
        if _differ(rewards[1:2], rule(melodies[1:2], context)):
            return "it judges a melody differently among others than alone; melodies must not mix"
        for cut in sorted({1, 2, 9, melodies.shape[1] // 2, melodies.shape[1] - 1}):
            ahead = _differ(rewards[:, :cut], rule(melodies[:, :cut].copy(), context))
            if ahead:
                return (
                    f"it peeks ahead: step {ahead[1]} is judged by what follows it; only what stands before may count"
                )
        if rule.note and rule.batch_form:
            other = _differ(rewards, rule.by_note(melodies, context))
            if other:
                return f"its note form and its batch form disagree at step {other[1]} of {melodies[other[0]].tolist()}"
    # A rule file may raise anything; that is what is being found out.
    except Exception as error:  # noqa: BLE001
        return f"it raises {type(error).__name__}: {error}"
    return ""


def _differ(one: Rewards, other: Rewards) -> tuple[int, int] | None:
    """Return where two judgements first differ, (melody, step), or None."""
    if one.shape != other.shape:
        return (0, 0)
    where = np.argwhere(np.abs(one - other) > _CLOSE)
    return (int(where[0][0]), int(where[0][1])) if len(where) else None
