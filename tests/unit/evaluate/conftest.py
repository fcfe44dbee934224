"""A toy whose log Z is known: four steps over an octave, where every melody can be listed."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest

from live_composer.evaluate.objective import Objective
from live_composer.music.vocabulary import Vocabulary
from live_composer.policy.numpy_rnn import NumpyRnn
from live_composer.policy.shape import Shape
from live_composer.rules import Context, Rewards, Tokens, batch_rule
from live_composer.rules.book import RuleBook

OCTAVE = Vocabulary(60, 71)
STEPS = 4


@batch_rule
def comes_back(melodies: Tokens, context: Context) -> Rewards:
    """Pay for what stood two steps ago."""
    rewards = np.zeros(melodies.shape)
    rewards[:, 2:] = 3.0 * (melodies[:, 2:] == melodies[:, :-2])
    return rewards


@batch_rule
def stays_low(melodies: Tokens, context: Context) -> Rewards:
    """Blame high notes."""
    return -0.2 * (melodies > 8)


def small_network(seed: int, hidden: int = 8) -> NumpyRnn:
    shape = Shape(hidden=hidden, metre=True, vocabulary=OCTAVE)
    chance = np.random.default_rng(seed)
    sizes = shape.parameters()
    return NumpyRnn(
        shape, {name: chance.normal(scale=0.5, size=size).astype(np.float32) for name, size in sizes.items()}
    )


@dataclass(frozen=True)
class Toy:
    """An objective with all that there is to know of it.

    Attributes:
        objective: p(x) exp(r(x) / c).
        all: every melody.
        log_f: the log of the density of each.
        log_z: the log of their sum.
    """

    objective: Objective
    all: Tokens
    log_f: np.ndarray
    log_z: float

    @property
    def optimum(self) -> np.ndarray:
        """The probability of each melody under the best policy."""
        return np.exp(self.log_f - self.log_z)

    def samples(self, count: int, chance: np.random.Generator) -> Tokens:
        return self.all[chance.choice(len(self.all), count, p=self.optimum / self.optimum.sum())]


@pytest.fixture(scope="session")
def toy() -> Toy:
    context = Context(length=STEPS, vocabulary=OCTAVE)
    book = RuleBook("toy", [comes_back, stays_low], {"comes_back": 1.0, "stays_low": 1.0}, length=STEPS)
    objective = Objective(small_network(1), book, context, STEPS, c=0.5)
    melodies = np.array(list(itertools.product(range(OCTAVE.size), repeat=STEPS)))
    log_f = objective.log_density(melodies)
    top = log_f.max()
    return Toy(objective, melodies, log_f, float(top + np.log(np.exp(log_f - top).sum())))
