"""Rollouts: many melodies at once, drawn from a policy, with what the prior and every rule say of each event.

    N melodies    T steps    V events

A melody begins with nothing heard (START) and the state at zero, as the network learnt it from tunes; the paper primes
it with one random event instead. Plain numpy: on two cores it is faster than torch, and needs none.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from live_composer.errors import BadInput, BadModel
from live_composer.music.metre import place
from live_composer.music.vocabulary import START

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from live_composer.policy.policy import Floats, Policy
    from live_composer.rules.book import RuleBook
    from live_composer.rules.context import Context
    from live_composer.rules.rule import Rewards, Tokens

_TOGETHER = 512
"""Melodies stepped together: their arrays stay in the cache. Each such group has random numbers of its own, so that
the melodies do not depend on the number of threads."""


@dataclass(frozen=True, slots=True, eq=False)
class Rollout:
    """Melodies side by side.

    Attributes:
        events: (N, T) what was drawn.
        log_pi: (N, T) how likely the policy held each event, in nats.
        log_p: (N, T) how likely the prior held it, in nats.
        rewards: (N, T) for each rule of the book, unweighted.
    """

    events: Tokens
    log_pi: Floats
    log_p: Floats
    rewards: Mapping[str, Rewards]

    def reward(self, weights: Mapping[str, float]) -> Rewards:
        """Return the weighted sum of all rules: (N, T)."""
        total = np.zeros(self.events.shape)
        for name, values in self.rewards.items():
            total += weights[name] * values
        return total


def roll_out(  # noqa: PLR0913 - what is drawn, by whom, judged by what
    policy: Policy,
    prior: Policy,
    book: RuleBook,
    count: int,
    chance: np.random.Generator,
    *,
    context: Context | None = None,
    temperature: float = 1.0,
    threads: int | None = None,
) -> Rollout:
    """Draw melodies from a policy.

    Args:
        policy: draws every event.
        prior: says how likely it would have been.
        book: its rules judge the melodies. A rule that fails is switched off in the book, and counts as 0.
        count: N.
        chance: of everything random; the same generator gives the same melodies, on whatever number of threads.
        context: metre, length and the rest; the book's own when not given. Its length is T.
        temperature: the policy's; `log_pi` is that of what was drawn.
        threads: how many to use; one a core when not given.

    Raises:
        BadModel: the networks or the rules speak another vocabulary.
        BadInput: the context has no length.
    """
    context = fitting(policy, prior, context or book.context())
    sizes = [min(_TOGETHER, count - begin) for begin in range(0, count, _TOGETHER)]
    work = zip(sizes, chance.spawn(len(sizes)), strict=True)

    def group(task: tuple[int, np.random.Generator]) -> Rollout:
        events, log_pi, log_p = _draw(policy, prior, context, *task, temperature)
        return Rollout(events, log_pi, log_p, judge(book, events, context))

    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        return _joined(list(pool.map(group, work)))


def fitting(policy: Policy, prior: Policy, context: Context) -> Context:
    """Return the context with the policy's vocabulary.

    Raises:
        BadModel: the prior speaks another vocabulary than the policy.
        BadInput: the context has no length, so that no melody would end.
    """
    if policy.shape.vocabulary != prior.shape.vocabulary:
        raise BadModel("The policy and its prior do not speak one vocabulary; choose models of the same pitch range.")
    if context.length is None:
        raise BadInput("The rule book is for endless playing; say how many steps a melody shall have.")
    return replace(context, vocabulary=policy.shape.vocabulary)


def judge(book: RuleBook, events: Tokens, context: Context) -> dict[str, Rewards]:
    """Return what each rule of a book says of each event, unweighted: (N, T)."""
    values = book.score(events, context)
    return {rule.name: own for rule, own in zip(book.rules, values, strict=True)}


def where(context: Context, steps: int) -> tuple[Tokens, Tokens]:
    """Return the place in the bar and the bar of each step from the context's first: each (T,)."""
    numbers = range(context.first_step, context.first_step + steps)
    places = [place(context.metre, number) for number in numbers]
    bars = [number // context.metre.steps_per_bar for number in numbers]
    return np.array(places, dtype=np.int64), np.array(bars, dtype=np.int64)


def log_softmax(logits: Floats) -> Floats:
    """Return log probabilities of logits (..., V), in single precision."""
    shifted: Floats = logits - logits.max(axis=-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return shifted


def draw(log_p: Floats, uniform: Floats) -> NDArray[np.int64]:
    """Draw one event a melody from log probabilities (N, V), by numbers (N,) from 0 to 1."""
    cumulative = np.exp(log_p).cumsum(axis=-1)
    # Scaled by the last sum, so that rounding never leads past the last event.
    return (cumulative <= (uniform * cumulative[:, -1])[:, None]).sum(axis=-1)


def _draw(  # noqa: PLR0913, PLR0917 - the inner loop
    policy: Policy, prior: Policy, context: Context, count: int, chance: np.random.Generator, temperature: float
) -> tuple[Tokens, Floats, Floats]:
    """Return events, log pi and log p, each (N, T)."""
    assert context.length is not None
    steps = context.length - context.first_step
    places, bars = where(context, steps)
    events = np.empty((steps, count), dtype=np.int64)
    log_pi, log_p = (np.empty((steps, count), dtype=np.float32) for _ in range(2))
    uniform = chance.random((steps, count), dtype=np.float32)
    melodies = np.arange(count)
    mine, theirs = policy.start(count), prior.start(count)
    last = np.full(count, START, dtype=np.int64)
    for step in range(steps):
        heard = (last, np.full(count, places[step]), np.full(count, bars[step]))
        logits, mine = policy.step(mine, *heard)
        own = log_softmax(logits if temperature == 1 else logits / np.float32(temperature))  # (N, V)
        last = events[step] = draw(own, uniform[step])
        log_pi[step] = own[melodies, last]
        if prior is not policy or temperature != 1:
            logits, theirs = prior.step(theirs, *heard)
            own = log_softmax(logits)
        log_p[step] = own[melodies, last]
    return np.ascontiguousarray(events.T), np.ascontiguousarray(log_pi.T), np.ascontiguousarray(log_p.T)


def _joined(parts: Sequence[Rollout]) -> Rollout:
    if len(parts) == 1:
        return parts[0]

    def together(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(part, name) for part in parts])

    rewards = {name: np.concatenate([part.rewards[name] for part in parts]) for name in parts[0].rewards}
    return Rollout(together("events"), together("log_pi"), together("log_p"), rewards)
