"""Drawing many melodies at once on a device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from live_composer.policy.shape import Shape
from tests.unit.policy.networks import random_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

SHAPE = Shape(hidden=5)


@pytest.mark.learn
def test_what_was_captured_of_a_network_is_not_played_for_one_that_came_to_lie_where_it_lay(
    monkeypatch: pytest.MonkeyPatch,
):
    torch = pytest.importorskip("torch")
    from live_composer.policy import draws

    class Captured:
        """What a graph is to its networks: it plays the weights that they had, and keeps none of them."""

        def __init__(self, networks: Sequence[draws.Networks], states: list[Any], batch: draws.Batch) -> None:
            self._drawn = draws._draw(networks, list(states), batch)

        def replay(self, _states: list[Any], _batch: draws.Batch) -> draws.Drawn:
            return self._drawn

    monkeypatch.setattr(draws, "_Graph", Captured)
    chance = np.random.default_rng(1)
    whole, every = np.zeros((1, 4), dtype=np.int64), np.ones((1, SHAPE.vocabulary.size), dtype=np.bool_)
    batch = draws.Batch(
        last=whole - 1, sounding=whole > 0, groups=whole, places=np.zeros((1, 32), dtype=np.int64),
        bars=np.zeros((1, 32), dtype=np.int64), chance=chance.random((1, 32, 4)), allowed=every,
        opens=np.zeros(1, dtype=np.bool_), tilt=np.zeros((1, SHAPE.vocabulary.size)), temperature=np.ones(1),
        dial=np.ones(1), by_prior=np.zeros(1, dtype=np.bool_),
    )  # fmt: skip
    tensors = draws.Batch(*(torch.as_tensor(array) for array in batch))
    prior = draws.Networks([(SHAPE, random_weights(SHAPE, 0))], "cpu")
    states = [torch.zeros(1, 2, 4, SHAPE.hidden) for _ in range(2)]
    with torch.inference_mode():
        for version in range(1, 20):
            networks = [prior, draws.Networks([(SHAPE, random_weights(SHAPE, version))], "cpu")]
            for _ in range(2):
                replayed = draws._replayed(networks, list(states), tensors)
                assert replayed.events.equal(draws._draw(networks, list(states), tensors).events), version
            del networks
