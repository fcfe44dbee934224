"""Networks whose logits are added play as their parts do, in numpy as in torch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from live_composer.policy.numpy_rnn import NumpyRnn
from live_composer.policy.shape import Shape
from live_composer.policy.summed import summed
from tests.unit.policy.networks import batches, random_step, random_weights, seeds, shapes


@given(shapes, shapes, seeds, batches)
def test_logits_are_added_and_states_stay_apart(one: Shape, other: Shape, seed: int, batch: int):
    parts = [NumpyRnn(shape, random_weights(shape, seed)) for shape in (one, other)]
    policy = summed(parts)
    state, states = policy.start(batch), [part.start(batch) for part in parts]

    for step in range(3):
        _, *heard = random_step(one, batch, seed + step)
        logits, state = policy.step(state, *heard)
        alone = [part.step(own, *heard) for part, own in zip(parts, states, strict=True)]
        states = [after for _, after in alone]
        np.testing.assert_allclose(logits, alone[0][0] + alone[1][0], atol=1e-5)


@given(shapes, shapes, seeds, batches)
def test_some_melodies_of_a_batch_go_on_alone(one: Shape, other: Shape, seed: int, batch: int):
    policy = summed([NumpyRnn(shape, random_weights(shape, seed)) for shape in (one, other)])
    chosen = np.array([batch - 1])
    _, *heard = random_step(one, batch, seed)
    _, state = policy.step(policy.start(batch), *heard)

    logits, _ = policy.step(state, *heard)
    alone, _ = policy.step(state[:, :, chosen], *(array[chosen] for array in heard))

    np.testing.assert_allclose(logits[chosen], alone, atol=1e-5)


def test_one_network_is_its_own_sum():
    policy = NumpyRnn(Shape(hidden=3), random_weights(Shape(hidden=3), 1))

    assert summed([policy]) is policy


@pytest.mark.learn
@given(shapes, shapes, seeds, batches)
@settings(max_examples=40)
def test_numpy_and_torch_agree(one: Shape, other: Shape, seed: int, batch: int):
    pytest.importorskip("torch", reason="the extra `learn` is not installed")
    from live_composer.policy.note_rnn import TorchRnn

    weights = [(shape, random_weights(shape, seed)) for shape in (one, other)]
    policies = [summed([engine(*part) for part in weights]) for engine in (NumpyRnn, TorchRnn)]
    states = [policy.start(batch) for policy in policies]

    for step in range(3):
        _, *heard = random_step(one, batch, seed + step)
        found = [policy.step(state, *heard) for policy, state in zip(policies, states, strict=True)]
        states = [after for _, after in found]
        np.testing.assert_allclose(found[1][0], found[0][0], atol=2e-5)
