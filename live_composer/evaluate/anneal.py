"""Annealed walkers: many melodies led step by step from one distribution to another, weighing Z on the way.

Between a policy q that can be drawn from and the objective's density f lie q^(1-b) f^b, b from 0 to 1. Walkers that
begin as samples of one end are weighed, resampled and moved from b to b (a sequential Monte Carlo sampler, Del Moral et
al. 2006); the product of the mean weights estimates the ratio of the normalising constants without bias.

From q to f it estimates Z, and its log lies below log Z in the mean. From f to q it estimates 1/Z, and the negative of
its log lies above (a sandwich, Grosse et al. 2015); that needs samples of f, which only a chain that has mixed gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from live_composer.evaluate.moves import propose
from live_composer.evaluate.objective import Objective, complete
from live_composer.learn.rollout import hear

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from live_composer.evaluate.objective import Floats
    from live_composer.policy.policy import Policy
    from live_composer.rules.rule import Tokens

_LEAST = 1e-6
"""The smallest step of b: should all weight be one walker's, the way goes on nevertheless."""


@dataclass(frozen=True, slots=True, eq=False)
class Walkers:
    """Melodies on their way.

    Attributes:
        events: (N, T).
        log_q: (N, T) how likely the policy holds each event.
        log_f: (N,) the log of the objective's density.
    """

    events: Tokens
    log_q: Floats
    log_f: Floats

    @property
    def log_w(self) -> Floats:
        """The log of density over policy: (N,)."""
        return self.log_f - self.log_q.sum(axis=1)

    def log_between(self, others: Walkers, b: float) -> Floats:
        """Return how much likelier others are than these under q^(1-b) f^b, as logs: (N,)."""
        return b * (others.log_f - self.log_f) + (1 - b) * (others.log_q.sum(axis=1) - self.log_q.sum(axis=1))

    def chosen(self, rows: Tokens) -> Walkers:
        """Return some of them, or some more than once."""
        return Walkers(self.events[rows], self.log_q[rows], self.log_f[rows])

    def replaced(self, rows: NDArray[np.bool_], others: Walkers) -> Walkers:
        """Return them with others in some rows."""
        wide = rows[:, None]
        return Walkers(
            np.where(wide, others.events, self.events),
            np.where(wide, others.log_q, self.log_q),
            np.where(rows, others.log_f, self.log_f),
        )


@dataclass(frozen=True, eq=False)
class Path:
    """From a policy to an objective, and back.

    Attributes:
        policy: q.
        objective: f.
        sweeps: how often each walker moves at each b.
        told: is called with each b that was reached.
    """

    policy: Policy
    objective: Objective
    sweeps: int = 4
    told: Callable[[float], object] = float

    def draw(self, count: int, chance: np.random.Generator) -> Walkers:
        """Return samples of the policy."""
        blank = np.zeros((count, self.objective.steps), dtype=np.int64)
        free = np.ones(blank.shape, dtype=np.bool_)
        events, log_q = complete(self.policy, self.objective.context, blank, free, chance)
        return Walkers(events, log_q, self.objective.log_density(events))

    def at(self, events: Tokens) -> Walkers:
        """Return walkers that stand at given melodies."""
        log_q = hear(self.policy, events, self.objective.context).astype(np.float64)
        return Walkers(events, log_q, self.objective.log_density(events))

    def step(self, walkers: Walkers, before: float, after: float, chance: np.random.Generator) -> Walkers:
        """Weigh and resample walkers from one b to another, and move them there."""
        walkers = self.move(_resampled(walkers, (after - before) * walkers.log_w, chance), after, chance)
        self.told(after)
        return walkers

    def move(self, walkers: Walkers, b: float, chance: np.random.Generator) -> Walkers:
        """Move every walker `sweeps` times, leaving q^(1-b) f^b as it is."""
        for _ in range(self.sweeps):
            proposal = propose(walkers.events, self.policy.shape.vocabulary.size, chance)
            context = self.objective.context
            events, log_q = complete(self.policy, context, proposal.events, proposal.drawn, chance)
            changed = Walkers(events, log_q, self.objective.log_density(events))
            gain = walkers.log_between(changed, b) + proposal.log_ratio(walkers.events, walkers.log_q, events, log_q)
            accepted = np.log(chance.random(len(gain))) < gain
            walkers = walkers.replaced(accepted, changed)
        return walkers


def walk(path: Path, walkers: Walkers, schedule: Sequence[float], chance: np.random.Generator) -> tuple[Walkers, float]:
    """Lead walkers along a schedule of b, from samples of its first to walkers at its last.

    Returns:
        the walkers, and the log of an unbiased estimate of the ratio of the normalising constants, last over first.
    """
    log_ratio = 0.0
    for before, after in pairwise(schedule):
        log_ratio += log_mean((after - before) * walkers.log_w)
        walkers = path.step(walkers, before, after, chance)
    return walkers, log_ratio


def scout(path: Path, walkers: Walkers, kept: float, chance: np.random.Generator) -> list[float]:
    """Find a schedule from 0 to 1 in which a share `kept` of the walkers stays effective at each b."""
    schedule = [0.0]
    while schedule[-1] < 1:
        step = _step(walkers.log_w, kept, 1 - schedule[-1])
        schedule.append(1.0 if schedule[-1] + step > 1 - _LEAST else schedule[-1] + step)
        walkers = path.step(walkers, schedule[-2], schedule[-1], chance)
    return schedule


def log_mean(log_w: Floats) -> float:
    """Return the log of the mean of weights given by their logs."""
    top = float(log_w.max())
    return top + float(np.log(np.exp(log_w - top).mean()))


def effective(log_w: Floats) -> float:
    """Return how many equal weights would estimate as well (Kish's effective sample size)."""
    w = np.exp(log_w - log_w.max())
    return float(w.sum() ** 2 / (w * w).sum())


def _resampled(walkers: Walkers, log_w: Floats, chance: np.random.Generator) -> Walkers:
    """Draw as many walkers in proportion to their weights, systematically."""
    count = len(log_w)
    cumulative: Floats = np.exp(log_w - log_w.max()).cumsum()
    marks: Floats = (np.arange(count, dtype=np.float64) + chance.random()) / count * cumulative[-1]
    return walkers.chosen(np.minimum(np.searchsorted(cumulative, marks, side="right"), count - 1))


def _step(log_w: Floats, kept: float, most: float) -> float:
    """Return the largest step of b, up to `most`, after which a share `kept` of the weights is effective."""
    if effective(most * log_w) >= kept * len(log_w):
        return most
    low, high = 0.0, most
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if effective(middle * log_w) >= kept * len(log_w) else (low, middle)
    return max(low, _LEAST)
