"""Recipes: everything that decides how a Note RNN learns, and the two that come with the program."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from live_composer.config import Pretrain


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """How a Note RNN learns.

    Attributes:
        hidden: LSTM cells a layer.
        layers: LSTM layers.
        metre: whether the network hears the place in the bar.
        width: melodies of a batch.
        window: steps that the gradient looks back, at most.
        updates: updates of the weights, at most.
        learning_rate: Adam's, at its height.
        warm_up: updates over which the learning rate grows to its height.
        staircase: the learning rate's factor every thousand updates; without it, it falls to 0 as half a cosine.
        clip: the largest norm of the gradient.
        l2: the weight of half the sum of squares of the weights in the loss.
        unscored: steps at the start of each melody that do not count.
        input_scale: the standard deviation of the first input weights; torch's own beginning without it.
        forget_bias: what the forget gates begin with; torch's own beginning without it.
        dropout: the share of each layer's outputs left out.
        recurrent_dropout: the share of the first layer's recurrent weights left out, anew for each window.
        bfloat16: whether to multiply with 8 bits of precision: twice as fast where the machine does it itself.
        averaging: the weights kept are a running mean, of which this share stays at each update; 0 keeps the last.
        check_every: updates between measurements on the validation split.
        patience: measurements without a new best before learning stops.
    """

    hidden: int
    layers: int = 1
    metre: bool = False
    width: int
    window: int
    updates: int
    learning_rate: float
    warm_up: int = 0
    staircase: float | None = None
    clip: float = 5.0
    l2: float = 0.0
    unscored: int = 0
    input_scale: float | None = None
    forget_bias: float | None = None
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    bfloat16: bool = False
    averaging: float = 0.0
    check_every: int = 500
    patience: int

    def rate(self, update: int) -> float:
        """Return the learning rate of an update, counted from 0."""
        warm = min(1.0, (update + 1) / self.warm_up) if self.warm_up else 1.0
        if self.staircase is not None:
            return self.learning_rate * warm * self.staircase ** (update // 1000)
        return self.learning_rate * warm * (1 + math.cos(math.pi * min(1.0, update / self.updates))) / 2


PRESETS: dict[str, Recipe] = {
    # Jaques et al. 2016, but for the learning rate: at their .5 Adam goes astray (docs/pretraining.md).
    "paper": Recipe(
        hidden=100,
        width=128,
        window=64,
        updates=30_000,
        learning_rate=0.02,
        staircase=0.85,
        l2=2.5e-5,
        unscored=8,
        check_every=500,
        patience=10,
    ),
    "best": Recipe(
        hidden=512,
        metre=True,
        width=16,
        window=64,
        updates=16_000,
        learning_rate=2e-3,
        warm_up=200,
        input_scale=0.5,
        forget_bias=1.0,
        dropout=0.5,
        recurrent_dropout=0.3,
        averaging=0.999,
        patience=8,
    ),
}


def recipe_of(options: Pretrain) -> Recipe:
    """Return the preset that the options name, with what else they say."""
    names = ("hidden", "layers", "metre", "updates", "dropout", "recurrent_dropout", "learning_rate", "bfloat16")
    given = {name: value for name in names if (value := getattr(options, name)) is not None}
    return dataclasses.replace(PRESETS[options.preset], **given)
