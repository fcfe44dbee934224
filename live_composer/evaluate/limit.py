"""The distance to the limit: log Z, the greatest J that any policy can reach, between a lower and an upper bound.

Which bound can be trusted how far:

* `found` is certain: Z is a sum of positive terms, and these are the terms of melodies that were seen.
* `drawn` and `lower` are estimates of Z without bias, so they are over Z by e^k with a chance of at most e^-k (Markov's
  inequality), whatever else went wrong: less `MARGIN` they are bounds in 95 cases of 100.
* `upper` and `slips` are the same for 1/Z, but only as far as the walkers they begin with are samples of the optimum.
  These begin there with the best melodies that walking and climbing found; where others are better still, and neither
  met them, log Z lies higher than this bound says.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from live_composer.evaluate import anneal, climb, slips
from live_composer.measures.estimates import Estimate
from live_composer.measures.heard import hear
from live_composer.measures.table import TABLE, estimates, tallies

if TYPE_CHECKING:
    from live_composer.evaluate.anneal import Path, Walkers
    from live_composer.evaluate.objective import Objective

MARGIN = math.log(20)
"""What an estimate without bias is over in one case of twenty at most (Markov), in nats."""

_KEPT = 0.8
_SETTLING = 4
"""How many times as long as elsewhere the walkers stay at the optimum before they are led back."""

_CLIMBERS, _ROUNDS = 48, 16
"""How many melodies of each kind climb to a peak, and how often the best climb again."""

_BACK = 2


class Limit(msgspec.Struct, frozen=True):
    """What is known of log Z, in nats a melody.

    Attributes:
        by: the model whose melodies were led to the optimum.
        found: the log of the sum over all different melodies seen: certainly below.
        melodies: how many these are.
        drawn: log Z as the policy's own melodies estimate it (importance sampling).
        effective: how many equal weights would have estimated as well.
        lower: log Z as estimated by walkers led from the policy to the optimum.
        upper: log Z as estimated by walkers led back.
        slips: log Z as estimated by how likely the best melodies, played with slips, become those of the optimum.
        peak: the log of the density of the best melody that was found.
        walkers: how many were led.
        stations: at how many distributions on the way.
    """

    by: str
    found: float
    melodies: int
    drawn: float
    effective: float
    lower: float
    upper: float
    slips: float
    peak: float
    walkers: int
    stations: int

    @property
    def at_least(self) -> float:
        """What log Z is at least, with 95 % confidence."""
        # The greater of two estimates is over by so much with twice the chance of one.
        return max(self.found, max(self.drawn, self.lower) - MARGIN - math.log(2))

    @property
    def at_most(self) -> float:
        """What log Z is at most, with 95 % confidence where the walkers know the optimum."""
        # The lesser of two estimates is below by so much with twice the chance of one.
        return max(min(self.upper, self.slips) + MARGIN + math.log(2), self.at_least)

    def gap(self, j: float) -> tuple[float, float]:
        """Return by what share of log Z a model's J stays below it, at least and at most."""
        least, most = ((bound - j) / abs(bound) if bound else 0.0 for bound in (self.at_least, self.at_most))
        return least, most


def limit(path: Path, by: str, walkers: int, chance: np.random.Generator) -> tuple[Limit, Walkers]:
    """Estimate log Z from both sides.

    Args:
        path: from the best policy there is to the objective; it is told how far this is, from 0 to 1.
        by: the policy's name.
        walkers: how many melodies are led.
        chance: of everything random.

    Returns:
        what is known, and samples of the optimum as far as the walkers know it.
    """
    drawn = path.draw(walkers, chance)
    schedule = anneal.scout(_part(path, 0), drawn, _KEPT, chance)
    fresh = path.draw(walkers, chance)
    optimum, lower = anneal.walk(_part(path, 1), fresh, schedule, chance)
    peaks = _peaks(path, optimum, chance)
    optimum = _best(optimum, lower, peaks, chance)
    for _ in range(_SETTLING):
        optimum = path.move(optimum, 1.0, chance)
    back, inverse = anneal.walk(_part(path, 2), optimum, schedule[::-1], chance)
    found, melodies = _sum_of_terms([drawn, fresh, optimum, back])
    log_w = np.concatenate([drawn.log_w, fresh.log_w])
    known = Limit(
        by=by,
        found=found,
        melodies=melodies,
        drawn=anneal.log_mean(log_w),
        effective=anneal.effective(log_w),
        lower=lower,
        upper=-inverse,
        slips=slips.log_z(optimum, peaks.events, peaks.log_f, path.policy.shape.vocabulary.size),
        peak=float(max(seen.log_f.max() for seen in (drawn, fresh, optimum, back))),
        walkers=walkers,
        stations=len(schedule),
    )
    return known, optimum


def _peaks(path: Path, walkers: Walkers, chance: np.random.Generator) -> Walkers:
    """Return the best melodies that climbing finds, from walkers, from the policy's own and from the prior's."""
    # A tuned policy knows its own peaks; the prior has none yet.
    untuned = replace(path, policy=path.objective.prior)
    starts = np.concatenate(
        [walkers.events[:_CLIMBERS], path.draw(_CLIMBERS, chance).events, untuned.draw(_CLIMBERS, chance).events]
    )
    return path.at(climb.peaks(path.objective, starts, _ROUNDS, chance)[0])


def _best(walkers: Walkers, log_z: float, peaks: Walkers, chance: np.random.Generator) -> Walkers:
    """Return walkers of which as many stand at peaks that they had not met as those are worth beside all of theirs."""
    met = {melody.tobytes() for melody in walkers.events}
    peaks = peaks.chosen(np.flatnonzero([melody.tobytes() not in met for melody in peaks.events]))
    if not len(peaks.events):
        return walkers
    top = max(log_z, float(peaks.log_f.max()))
    worth = np.exp(peaks.log_f - top)
    there = chance.random(len(walkers.events)) < worth.sum() / (worth.sum() + np.exp(log_z - top))
    return walkers.replaced(there, peaks.chosen(chance.choice(len(worth), len(there), p=worth / worth.sum())))


def rows(optimum: Walkers, objective: Objective) -> dict[str, Estimate]:
    """Return Table 1 of samples of the optimum. They are not independent, so their figures have no intervals."""
    found = estimates(TABLE, tallies(TABLE, hear(optimum.events, objective.context)))
    return {key: Estimate(estimate.value) for key, estimate in found.items()}


def _part(path: Path, number: int) -> Path:
    """Return the path, telling how far the whole is while it is gone the first, second or third time (the way back)."""

    def told(b: float) -> None:
        path.told((number + (1 - b if number == _BACK else b)) / (_BACK + 1))

    return replace(path, told=told)


def _sum_of_terms(seen: list[Walkers]) -> tuple[float, int]:
    """Return the log of the sum of density over all different melodies, and how many they are."""
    events = np.concatenate([walkers.events for walkers in seen])
    log_f = np.concatenate([walkers.log_f for walkers in seen])
    _, first = np.unique(events, axis=0, return_index=True)
    return anneal.log_mean(log_f[first]) + math.log(len(first)), len(first)
