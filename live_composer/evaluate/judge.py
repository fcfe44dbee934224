"""Judge one model: draw many melodies from it, and measure them batch by batch."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from live_composer.evaluate.verdict import Judged
from live_composer.learn.rollout import roll_out
from live_composer.measures.estimates import Tally
from live_composer.measures.health import HEALTH, POOL, pooled
from live_composer.measures.heard import hear
from live_composer.measures.table import TABLE, estimates, tallies
from live_composer.music.vocabulary import FIRST_PITCH

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from live_composer.evaluate.objective import Objective
    from live_composer.learn.rollout import Rollout
    from live_composer.policy.policy import Policy

_BATCH = 4096
"""Melodies drawn together, from random numbers that depend on the seed and the batch alone."""


class _Sums:
    """What is added up over the batches of one model."""

    def __init__(self, objective: Objective, pool: int) -> None:
        self.objective = objective
        self.room = pool
        self.tallies: dict[str, Tally] = defaultdict(Tally)
        self.by_step = {name: np.zeros(objective.steps) for name in ("reward", "log_p", "kl")}
        self.pool: list[NDArray[np.int64]] = []
        self.melodies = 0

    def add(self, drawn: Rollout) -> None:
        """Count a batch."""
        book, c, weight = self.objective.book, self.objective.c, self.objective.prior_weight
        reward = drawn.reward(book.weights)
        log_p, kl = drawn.log_p.astype(np.float64), drawn.log_pi.astype(np.float64) - drawn.log_p
        for name, steps in (("reward", reward), ("log_p", log_p), ("kl", kl)):
            self.by_step[name] += steps.sum(axis=0)
            self.tallies[name] += Tally.of(steps.sum(axis=1))
        for name, values in drawn.rewards.items():
            self.tallies[f"rule {name}"] += Tally.of(book.weights[name] * values.sum(axis=1))
        self.tallies["j"] += Tally.of(reward.sum(axis=1) / c - kl.sum(axis=1) + (weight - 1) * log_p.sum(axis=1))
        self.tallies["log_p_step"] += Tally.of(log_p.sum(axis=1), float(self.objective.steps))
        self.tallies["log_p_note"] += Tally.of(log_p.sum(axis=1), (drawn.events >= FIRST_PITCH).sum(axis=1))
        heard = hear(drawn.events, self.objective.context)
        for key, tally in tallies((*TABLE, *HEALTH), heard).items():
            self.tallies[key] += tally
        if self.melodies < self.room:
            self.pool.append(drawn.events[: self.room - self.melodies])
        self.melodies += len(drawn.events)


def judge(  # noqa: PLR0913 - who, against what, how much of it
    policy: Policy,
    objective: Objective,
    name: str,
    *,
    command: str,
    melodies: int,
    seed: int,
    examples: int = 0,
    pool: int = POOL,
    tunes: NDArray[np.int8] | None = None,
    told: Callable[[int], object] = int,
) -> Judged:
    """Draw melodies from a policy, and measure them.

    Args:
        policy: what is judged.
        objective: the prior, the rule book, the length of a melody, and c.
        name: of the model.
        command: what made it.
        melodies: how many to draw.
        seed: of everything random.
        examples: how many melodies to keep as examples, the first ones.
        pool: how many melodies the figures of a whole pool are taken from.
        tunes: pieces of real tunes, to say how like them the melodies are.
        told: is called with how many melodies were drawn, after each batch.
    """
    sums = _Sums(objective, pool)
    for number, begin in enumerate(range(0, melodies, _BATCH)):
        chance = np.random.default_rng([seed, number])
        count = min(_BATCH, melodies - begin)
        sums.add(
            roll_out(
                policy, objective.prior, objective.book, count, chance, context=objective.context, steps=objective.steps
            )
        )
        told(begin + count)
    found, kept = sums.tallies, np.concatenate(sums.pool)
    return Judged(
        name=name,
        command=command,
        table=estimates(TABLE, found),
        health=estimates(HEALTH, found) | pooled(kept, tunes),
        rules={rule.name: found[f"rule {rule.name}"].mean() for rule in objective.book.rules},
        reward=found["reward"].mean(),
        log_p=found["log_p"].mean(),
        log_p_step=found["log_p_step"].mean(),
        log_p_note=found["log_p_note"].mean(),
        kl=found["kl"].mean(),
        j=found["j"].mean(),
        by_step={key: (values / sums.melodies).tolist() for key, values in sums.by_step.items()},
        examples=kept[:examples].tolist(),
    )
