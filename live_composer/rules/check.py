"""The checking kit: proves a rule's contract on generated and real melodies, and tells how fast the rule is.

Also for the tests of a rule package of your own::

    from live_composer.rules.check import faults

    def test_my_rule_keeps_the_contract():
        assert faults(my_rule) == []
"""

from __future__ import annotations

import time
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from live_composer.rules.context import Context
from live_composer.rules.situations import generate, generated, real
from live_composer.rules.trouble import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from live_composer.rules.rule import Rewards, Rule, Tokens

_CLOSE = 1e-6
_SECONDS, _STEPS = 0.2, 32
_FEW, _MANY = 4, 24


def faults(rule: Rule, *, quick: bool = False) -> list[str]:
    """Return every way in which a rule breaks its contract, one sentence each; empty when it keeps it.

    Args:
        rule: what to prove.
        quick: prove it on few melodies and none of the real tunes: what is done whenever rules are loaded.
    """
    found: dict[str, None] = {}
    count = _FEW if quick else _MANY
    for melodies, context in generated(count) if quick else chain(generated(count), real()):
        try:
            found.update(dict.fromkeys(_faults(rule, melodies, context, count)))
        # A rule may raise anything; that is what is being found out.
        except (Exception, SystemExit) as error:  # noqa: BLE001
            found[f"it raises {told(error, rule.file)}"] = None
            if isinstance(error, TimeoutError):
                break  # Whoever limits the time need not wait for it in every situation.
    return list(found)


def steps_per_second(rule: Rule, count: int = 256) -> float:
    """Return how many events the rule judges in a second, many melodies at once."""
    context = Context(length=_STEPS)
    melodies = generate(count, _STEPS, context, np.random.default_rng(1))
    # What a first call alone has to do is not counted.
    rule(melodies[:1], context)
    runs, begin = 0, time.perf_counter()
    while (passed := time.perf_counter() - begin) < _SECONDS:
        rule(melodies, context)
        runs += 1
    return runs * melodies.size / passed


def _faults(rule: Rule, melodies: Tokens, context: Context, cuts: int) -> Iterator[str]:
    """Give the faults in one situation; those that come first make the others meaningless."""
    given = melodies.copy()
    rewards = rule(given, context)
    if rewards.shape != melodies.shape:
        yield f"it returns the shape {rewards.shape} for melodies of {melodies.shape}; both must be equal"
    elif not np.isfinite(rewards).all():
        yield f"it returns {rewards[~np.isfinite(rewards)][0]}; every value must be finite"
    elif (melodies != given).any():
        yield "it changes the melodies it was given; it must leave them as they are"
    elif _differ(rewards, rule(melodies.copy(), context)):
        yield "it judges the same melodies differently the second time; it must be repeatable"
    else:
        yield from _mixing(rule, melodies, context, rewards)
        yield from _peeking(rule, melodies, context, rewards, cuts)
        yield from _forgetting(rule, melodies, context, rewards, cuts)
        yield from _disagreeing(rule, melodies, context, rewards)


def _mixing(rule: Rule, melodies: Tokens, context: Context, rewards: Rewards) -> Iterator[str]:
    alone = np.concatenate([rule(melodies[:1].copy(), context), rule(melodies[1:].copy(), context)])
    backwards = rule(melodies[::-1].copy(), context)[::-1]
    if _differ(rewards, alone) or _differ(rewards, backwards):
        yield "it judges a melody differently among others than alone; melodies must not mix"


def _peeking(rule: Rule, melodies: Tokens, context: Context, rewards: Rewards, cuts: int) -> Iterator[str]:
    """Cut the melodies short: what is judged before the cut must not change."""
    steps = melodies.shape[1]
    for cut in range(1, steps, max(1, steps // cuts)):
        ahead = _differ(rewards[:, :cut], rule(melodies[:, :cut].copy(), context))
        if ahead:
            yield f"it peeks ahead: step {ahead[1]} is judged by what follows it; only what stands before may count"
            return


def _forgetting(rule: Rule, melodies: Tokens, context: Context, rewards: Rewards, cuts: int) -> Iterator[str]:
    """Ask for the last events alone, as is done live: they must be judged as they are among all."""
    steps = melodies.shape[1]
    for first in range(1, steps, max(1, steps // cuts)) if rule.batch_form else ():
        forgot = _differ(rewards[:, first:], rule(melodies.copy(), context, first))
        if forgot:
            yield f"asked for the steps from {first} on, it judges step {first + forgot[1]} differently than among all"
            return


def _disagreeing(rule: Rule, melodies: Tokens, context: Context, rewards: Rewards) -> Iterator[str]:
    if rule.note and rule.batch_form:
        other = _differ(rewards, rule.by_note(melodies, context))
        if other:
            yield f"its note form and its batch form disagree at step {other[1]} of {melodies[other[0]].tolist()}"


def _differ(one: Rewards, other: Rewards) -> tuple[int, int] | None:
    """Return where two judgements first differ, (melody, step), or None."""
    if one.shape != other.shape:
        return (0, 0)
    where = np.argwhere(~(np.abs(one - other) <= _CLOSE))
    return (int(where[0][0]), int(where[0][1])) if len(where) else None
