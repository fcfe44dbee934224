"""Rollouts: many melodies at once, drawn from a policy, with what the prior and every rule say of each event.

    N melodies    T steps    V events

A melody begins with nothing heard (START) and the state at zero, as the network learnt it from tunes; the paper primes
it with one random event instead. Plain numpy: on two cores it is faster than torch, and needs none.
"""

from __future__ import annotations

import functools
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from threadpoolctl import ThreadpoolController

from live_composer.errors import BadInput, BadModel
from live_composer.music.metre import place
from live_composer.music.vocabulary import START
from live_composer.policy.sampling import draw

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from live_composer.policy.policy import Floats, Policy
    from live_composer.rules.book import RuleBook
    from live_composer.rules.context import Context
    from live_composer.rules.rule import Rewards, Tokens

_TOGETHER = 256
"""Melodies stepped together: few enough for the cache, and the same whatever the number of threads."""

_Done = TypeVar("_Done")


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
    steps: int | None = None,
    temperature: float = 1.0,
    threads: int | None = None,
    part: slice = slice(None),
) -> Rollout:
    """Draw melodies from a policy.

    Args:
        policy: draws every event.
        prior: says how likely it would have been.
        book: its rules judge the melodies. A rule that fails is switched off in the book, and counts as 0.
        count: N.
        chance: of everything random; the same generator gives the same melodies, on whatever number of threads.
        context: metre, length and the rest; the book's own when not given.
        steps: T; up to the context's length when not given.
        temperature: the policy's; `log_pi` is that of what was drawn.
        threads: how many to use; one a core when not given.
        part: which of the `count` melodies to draw, where others draw the rest.

    Raises:
        BadModel: the networks or the rules speak another vocabulary.
        BadInput: the context has no length, and `steps` is not given.
    """
    context = fitting(policy, prior, context or book.context())
    # Each melody has numbers of its own, so that it does not matter who draws it beside which others.
    uniform = chance.random((count, steps or _steps(context)), dtype=np.float32)[part]

    def group(uniform: Floats) -> Rollout:
        events, log_pi, log_p = drawn(policy, prior, context, uniform, temperature)
        return Rollout(events, log_pi, log_p, judge(book, events, context))

    return _joined(in_groups(group, uniform, threads))


def hear(policy: Policy, events: Tokens, context: Context, threads: int | None = None) -> Floats:
    """Return how likely a policy holds each event of given melodies (N, T), in nats: (N, T)."""

    def group(events: Tokens) -> Floats:
        places, bars = where(context, events.shape[1])
        log_p = np.empty(events.shape, dtype=np.float32)
        melodies: Tokens = np.arange(len(events), dtype=np.int64)
        last = np.full(len(events), START, dtype=np.int64)
        state = policy.start(len(events))
        for step, (spot, bar) in enumerate(zip(places, bars, strict=True)):
            logits, state = policy.step(state, last, np.full_like(last, spot), np.full_like(last, bar))
            last = events[:, step]
            log_p[:, step] = log_softmax(logits)[melodies, last]
        return log_p

    return np.concatenate(in_groups(group, events, threads))


def fitting(policy: Policy, prior: Policy, context: Context) -> Context:
    """Return the context with the policy's vocabulary.

    Raises:
        BadModel: the prior speaks another vocabulary than the policy.
    """
    if policy.shape.vocabulary != prior.shape.vocabulary:
        raise BadModel("The policy and its prior do not speak one vocabulary; choose models of the same pitch range.")
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


def _steps(context: Context) -> int:
    if context.length is None:
        raise BadInput("The rule book is for endless playing; say how many steps a melody shall have.")
    return context.length - context.first_step


def in_groups(work: Callable[[NDArray[Any]], _Done], rows: NDArray[Any], threads: int | None) -> list[_Done]:
    """Do some work for groups of rows, on several threads."""
    groups = [rows[begin : begin + _TOGETHER] for begin in range(0, len(rows), _TOGETHER)]
    # Each of our threads multiplies alone: BLAS's own wait for one another, for ages where cores are busy.
    with _blas().limit(limits=1, user_api="blas"):
        if len(groups) == 1:
            return [work(rows)]
        with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
            return list(pool.map(work, groups))


@functools.cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def drawn(
    policy: Policy, prior: Policy, context: Context, uniform: Floats, temperature: float = 1.0
) -> tuple[Tokens, Floats, Floats]:
    """Return events, log pi and log p, each (N, T), drawn by numbers (N, T) from 0 to 1."""
    count, steps = uniform.shape
    places, bars = where(context, steps)
    events = np.empty((steps, count), dtype=np.int64)
    log_pi, log_p = (np.empty((steps, count), dtype=np.float32) for _ in range(2))
    melodies: Tokens = np.arange(count, dtype=np.int64)
    mine, theirs = policy.start(count), prior.start(count)
    last = np.full(count, START, dtype=np.int64)
    for step in range(steps):
        heard = (last, np.full(count, places[step]), np.full(count, bars[step]))
        logits, mine = policy.step(mine, *heard)
        own = log_softmax(logits if temperature == 1 else logits / np.float32(temperature))  # (N, V)
        last = events[step] = draw(own, uniform[:, step])
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
