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
        searching: the share of the tuning during which that is done; then the policy settles on what was found.
        pool: melodies that the pool keeps.
        pool_noise: nats of chance in what the pool keeps, so that it stays various.
        kin: melodies made of the same notes that the pool keeps at most.
        focus: nats that at the end make a melody of the pool e times as likely to be learnt from; None: all are as
            likely, as they are for everyone before the turn.
        first_c: c at the beginning; it falls to `c`, by equal factors.
        annealing: the share of the tuning during which c falls.
        trace: how far targets look ahead, from 0 (one step) to 1 (to the end).
        huber: nats from which on an error counts by its size and no longer by its square.
        value_scale: nats of a value of 1.
        imitation: how much the likelihood of the pool's melodies counts beside the errors; where it does, the errors
            are those of the policy's own melodies alone.
        last_imitation: the same at the end.
        own: how much the policy learns from its own melodies before the turn.
        last_own: the same at the end.
        value_share: how much values learn from the same errors.
        turn: the share of the tuning after which the policy turns from the pool to its own melodies.
        second_moment: Adam's second beta.
        falling: the last share of the tuning, in which the learning rate falls.
    """

    told: bool = True
    fresh: int
    replayed: int = 0
    mutated: int = 0
    searching: float = 1.0
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
    last_imitation: float = 0.0
    own: float = 1.0
    last_own: float = 1.0
    value_share: float = 1.0
    turn: float = 1.0
    second_moment: float = 0.99
    falling: float = 0.4

    def c_at(self, fraction: float) -> float:
        """Return c when so much of the tuning is done."""
        left = max(0.0, 1 - fraction / self.annealing) if self.annealing else 0.0
        return self.c * (self.first_c / self.c) ** left

    def turned(self, fraction: float) -> float:
        """Return how far the policy has turned to its own melodies: from 0 to 1."""
        return min(1.0, max(0.0, fraction - self.turn) / (_TURNING * (1 - self.turn))) if self.turn < 1 else 0.0

    def own_at(self, fraction: float) -> float:
        """Return how much the policy learns from its own melodies' errors."""
        return self.own + self.turned(fraction) * (self.last_own - self.own)

    def imitation_at(self, fraction: float) -> float:
        """Return how much the likelihood of the pool's melodies counts."""
        return self.imitation + self.turned(fraction) * (self.last_imitation - self.imitation)

    def focus_at(self, fraction: float) -> float | None:
        """Return the nats that make a melody of the pool e times as likely to be learnt from."""
        turned = self.turned(fraction)
        return self.focus / turned if self.focus and turned else None

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
    steps=32_000_000,
    learning_rate=8e-3,
    clip=1.0,
    check_every=500_000,
    fresh=128,
    replayed=80,
    mutated=256,
    pool=300,
    pool_noise=2.0,
    kin=8,
    first_c=0.75,
    annealing=0.7,
    trace=0.95,
    huber=20.0,
    imitation=1.0,
    last_imitation=0.2,
    own=0.1,
    value_share=0.01,
    turn=0.3,
)
# What falls short of the best melody is no policy of Q's: its errors teach the values, and the policy hardly.
_BEST_Q = dataclasses.replace(
    _BEST, steps=12_000_000, last_imitation=1.0, own=0.01, last_own=0.01, value_share=1e-4, focus=1.0
)
_ON_POLICY = dataclasses.replace(
    _BEST,
    steps=8_000_000,
    check_every=200_000,
    patience=20,
    fresh=512,
    replayed=0,
    mutated=0,
    pool=0,
    kin=None,
    focus=None,
    first_c=0.5,
    annealing=0.0,
    trace=1.0,
    learning_rate=2e-3,
    imitation=0.0,
    last_imitation=0.0,
    own=1.0,
    value_share=1.0,
    turn=1.0,
)

_TURNING = 0.6
"""The share of what is left after the turn in which it is made; the rest is for settling."""

_CHECKS = 10
"""Measurements of the shortest run."""

PRESETS: dict[str, dict[str, TuneRecipe]] = {
    "paper": {"psi": _PAPER, "q": _PAPER, "g": _PAPER},
    "best": {"psi": _BEST, "q": _BEST_Q, "g": _BEST, "pg": _ON_POLICY},
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
        return min(count for count in (recipe.fresh - recipe.replayed, recipe.replayed, recipe.mutated) if count)
    return recipe.batch if isinstance(recipe, ByTransitionRecipe) else 1
