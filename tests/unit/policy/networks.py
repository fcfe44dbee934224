"""Random networks and melodies for the tests of policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st

from live_composer.music.metre import PLACES
from live_composer.policy.shape import Shape

if TYPE_CHECKING:
    from live_composer.policy.policy import Floats, Integers

shapes = st.builds(
    Shape, hidden=st.integers(1, 40), layers=st.integers(1, 3), metre=st.booleans(), phrase=st.integers(0, 4)
)
seeds = st.integers(0, 2**32 - 1)
batches = st.integers(1, 9)


def random_weights(shape: Shape, seed: int) -> dict[str, Floats]:
    """Weights of about the size that learning gives them."""
    chance = np.random.default_rng(seed)
    return {name: chance.normal(0, 0.4, size).astype(np.float32) for name, size in shape.parameters().items()}


def random_step(shape: Shape, batch: int, seed: int) -> tuple[Floats, Integers, Integers, Integers]:
    """A state, events, places and bars; START, NO_PLACE and bars of a pick-up among them."""
    chance = np.random.default_rng(seed)
    state = chance.normal(0, 1, (shape.layers, 2, batch, shape.hidden)).astype(np.float32)
    events, places = chance.integers(-1, shape.vocabulary.size, batch), chance.integers(-1, PLACES, batch)
    return state, events, places, chance.integers(-2, 9, batch)
