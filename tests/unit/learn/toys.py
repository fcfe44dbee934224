"""A toy to tune: four steps of fourteen events, two rules, a small prior; its optimum can be counted out."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from live_composer.learn.rollout import hear
from live_composer.learn.task import Task, task_of
from live_composer.music.vocabulary import FIRST_PITCH, Vocabulary
from live_composer.policy.checkpoint import Card, Checkpoint, network_of
from live_composer.policy.shape import Shape
from live_composer.rules import Context, Note, Rewards, Tokens, batch_rule, note_rule
from live_composer.rules.book import RuleBook
from tests.unit.policy.networks import random_weights

if TYPE_CHECKING:
    from live_composer.policy.policy import Policy

SMALL = Vocabulary(60, 71)
STEPS = 3


@note_rule
def upwards(note: Note) -> float:
    """Praise every rise."""
    return 1.0 if note.interval > 0 else 0.0


@upwards.batch
def upwards(melodies: Tokens, context: Context) -> Rewards:
    rewards = np.zeros(melodies.shape)
    highest = np.where(melodies >= FIRST_PITCH, melodies, 0)
    last = np.zeros(len(melodies), dtype=np.int64)
    for step, events in enumerate(highest.T):
        rewards[:, step] = (events > last) & (last > 0)
        last = np.where(events > 0, events, last)
    return rewards


@batch_rule
def ends_on_the_tonic(melodies: Tokens, context: Context) -> Rewards:
    """Praise the tonic at the end: paid late, so that one must look ahead."""
    rewards = np.zeros(melodies.shape)
    if context.length is not None and context.length <= melodies.shape[1]:
        rewards[:, context.length - 1] = 2.0 * (melodies[:, context.length - 1] == FIRST_PITCH)
    return rewards


@batch_rule
def broken(melodies: Tokens, context: Context) -> Rewards:
    """Fail."""
    raise RuntimeError("no luck")


def toy_prior(seed: int = 1, **shape: object) -> Checkpoint:
    own = replace(Shape(hidden=8, vocabulary=SMALL), **shape)
    card = Card("toy", network_of(own), f"{seed:064}", "nothing", "MIT", "a test", seed, "abc")
    return Checkpoint(card, random_weights(own, seed))


def toy_book(length: int | None = STEPS) -> RuleBook:
    weights = {"upwards": 1.0, "ends_on_the_tonic": 2.0}
    return RuleBook("toy", [upwards, ends_on_the_tonic], weights, length=length)


def toy_task(c: float = 0.5, prior_weight: float = 1.0, steps: int = STEPS) -> Task:
    book = toy_book(steps)
    return task_of(toy_prior(), book, book.context(), None, c=c, prior_weight=prior_weight)


def all_melodies() -> Tokens:
    return np.array(list(itertools.product(range(SMALL.size), repeat=STEPS)))


def log_z(task: Task) -> float:
    """The greatest J that there can be, by counting out."""
    log_p, reward = task.judged(all_melodies())
    return float(np.logaddexp.reduce(task.prior_weight * log_p.sum(axis=1) + reward.sum(axis=1) / task.c))


def best_score(task: Task) -> float:
    """The greatest score that there can be, by counting out."""
    log_p, reward = task.judged(all_melodies())
    return float((task.prior_weight * log_p.sum(axis=1) + reward.sum(axis=1) / task.c).max())


def exact_j(policy: Policy, task: Task) -> float:
    """A policy's J, by counting out."""
    melodies = all_melodies()
    log_p, reward = task.judged(melodies)
    log_pi = hear(policy, melodies, task.context).sum(axis=1)
    gains = task.prior_weight * log_p.sum(axis=1) + reward.sum(axis=1) / task.c - log_pi
    return float((np.exp(log_pi) * gains).sum())
