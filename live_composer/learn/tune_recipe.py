"""Recipes of tuning: everything that decides how a policy learns rules, and those that come with the program."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from live_composer.errors import BadInput

if TYPE_CHECKING:
    from live_composer.config import Tune


@dataclass(frozen=True, kw_only=True, slots=True)
class TuneRecipe:
    """What both ways of learning have.

    Attributes:
        steps: environment steps, at most.
        c: a reward is worth 1/c nats.
        learning_rate: Adam's, at its height.
        clip: the largest norm of the gradient.
        check_every: steps between measurements.
        measured: melodies of a measurement.
        patience: measurements without a new best before learning stops; None never stops early.
    """

    steps: int
    c: float = 0.5
    learning_rate: float
    clip: float
    check_every: int
    measured: int = 1000
    patience: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ByTransitionRecipe(TuneRecipe):
    """How the paper learns, from single steps.

    Attributes:
        discount: what a nat of the next step is worth now.
        first_epsilon: how often any event is played, at the beginning.
        last_epsilon: the same from the moment on when exploring is over.
        exploring: the share of the tuning during which one becomes the other.
        capacity: transitions of the replay buffer.
        batch: transitions of an update.
        play_steps: steps played for each update.
        target_rate: how far the target network follows at each update.
    """

    discount: float
    first_epsilon: float
    last_epsilon: float
    exploring: float
    capacity: int
    batch: int
    play_steps: int
    target_rate: float

    def epsilon(self, fraction: float) -> float:
        """Return how often any event is played, when so much of the tuning is done."""
        share = min(1.0, fraction / self.exploring)
        return self.first_epsilon + share * (self.last_epsilon - self.first_epsilon)


@dataclass(frozen=True, kw_only=True, slots=True)
class ByMelodyRecipe(TuneRecipe):
    """How whole melodies are learnt from, the policy's own and the best that were ever found.

    Attributes:
        told: whether the network is told the place in the bar and the bar.
        fresh: melodies of the policy's own in a round.
        replayed: melodies from the pool in a round.
        mutated: melodies of the pool that are changed a little, to find better ones, in a round.
        pool: melodies that the pool keeps.
        pool_noise: nats of chance in what the pool keeps, so that it stays various.
        kin: melodies made of the same notes that the pool keeps at most.
        focus: nats that make a melody of the pool e times as likely to be learnt from; None: all are as likely.
        first_c: c at the beginning; it falls to `c`, by equal factors.
        annealing: the share of the tuning during which c falls.
        trace: how far targets look ahead, from 0 (one step) to 1 (to the end).
        huber: nats from which on an error counts by its size and no longer by its square.
        value_scale: nats of a value of 1.
        imitation: how much the likelihood of the pool's melodies counts beside the errors.
        second_moment: Adam's second beta.
        falling: the last share of the tuning, in which the learning rate falls.
    """

    told: bool = True
    fresh: int
    replayed: int = 0
    mutated: int = 0
    pool: int = 0
    pool_noise: float = 0.0
    kin: int | None = None
    focus: float | None = None
    first_c: float
    annealing: float
    trace: float
    huber: float
    value_scale: float = 50.0
    imitation: float = 0.0
    second_moment: float = 0.99
    falling: float = 0.4

    def c_at(self, fraction: float) -> float:
        """Return c when so much of the tuning is done."""
        left = max(0.0, 1 - fraction / self.annealing) if self.annealing else 0.0
        return self.c * (self.first_c / self.c) ** left

    def rate(self, fraction: float) -> float:
        """Return the learning rate when so much of the tuning is done."""
        return self.learning_rate * min(1.0, max(0.02, (1 - fraction) / self.falling))


_PAPER = ByTransitionRecipe(
    steps=1_000_000,
    learning_rate=1e-3,
    clip=5.0,
    check_every=50_000,
    discount=0.5,
    first_epsilon=1.0,
    last_epsilon=0.1,
    exploring=0.5,
    capacity=100_000,
    batch=32,
    play_steps=5,
    target_rate=0.01,
)
_BEST = ByMelodyRecipe(
    steps=8_000_000,
    learning_rate=3e-3,
    clip=1.0,
    check_every=200_000,
    patience=20,
    fresh=128,
    replayed=128,
    mutated=256,
    pool=2000,
    pool_noise=10.0,
    first_c=5.0,
    annealing=0.5,
    trace=0.95,
    huber=20.0,
)
_ON_POLICY = dataclasses.replace(
    _BEST, fresh=512, replayed=0, mutated=0, pool=0, first_c=0.5, annealing=0.0, trace=1.0, learning_rate=2e-3
)

_CHECKS = 10
"""Measurements of the shortest run."""

PRESETS: dict[str, dict[str, TuneRecipe]] = {
    "paper": {"psi": _PAPER, "q": _PAPER, "g": _PAPER},
    "best": {"psi": _BEST, "q": _BEST, "g": _BEST, "pg": _ON_POLICY},
}
"""By preset and algorithm."""


def recipe_of(options: Tune) -> TuneRecipe:
    """Return the preset that the options name, with what else they say.

    Raises:
        BadInput: the paper has no such algorithm.
    """
    presets = PRESETS[options.preset]
    if options.algo not in presets:
        raise BadInput(f"The preset {options.preset} has no algorithm {options.algo}; it has: {', '.join(presets)}.")
    given = {"steps": options.steps, "c": options.c, "learning_rate": options.learning_rate}
    recipe = dataclasses.replace(
        presets[options.algo], **{name: value for name, value in given.items() if value is not None}
    )
    # A short run is measured as often as a long one.
    return dataclasses.replace(recipe, check_every=min(recipe.check_every, max(1, recipe.steps // _CHECKS)))


def smallest_batch(recipe: TuneRecipe) -> int:
    """Return how many processes could share the smallest of what is shared."""
    if isinstance(recipe, ByMelodyRecipe):
        return min(count for count in (recipe.fresh, recipe.replayed, recipe.mutated) if count)
    return recipe.batch if isinstance(recipe, ByTransitionRecipe) else 1
