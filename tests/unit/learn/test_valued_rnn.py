"""A tuned network begins as its prior plays, whatever it is told besides."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from live_composer.learn.valued_rnn import ValuedRnn, beginning
from live_composer.policy.numpy_rnn import NumpyRnn
from live_composer.policy.shape import Shape
from tests.unit.policy.networks import random_step, random_weights, seeds, shapes

pytestmark = pytest.mark.learn


@given(shapes, seeds, st.booleans(), st.integers(0, 4))
@settings(max_examples=60)
def test_it_plays_as_the_prior(shape: Shape, seed: int, metre: bool, phrase: int):
    weights = random_weights(shape, seed)
    network = beginning(shape, weights, metre=metre, phrase=phrase, silent=False)
    state, events, places, bars = random_step(shape, 5, seed)
    # A network that counted bars and now counts others begins to count anew.
    heard_before = bars if network.shape.phrase == shape.phrase else None

    expected, _ = NumpyRnn(shape, weights).step(state, events, places, heard_before)
    logits, _ = NumpyRnn(network.shape, network.weights()).step(state, events, places, bars)

    np.testing.assert_allclose(logits, expected, atol=1e-5)
    assert network.shape.metre == (metre or shape.metre)
    assert network.shape.phrase == (phrase or shape.phrase)


def test_a_silent_one_says_nothing():
    shape = Shape(hidden=5)
    network = beginning(shape, random_weights(shape, 1), metre=True, phrase=2, silent=True)
    state, *heard = random_step(network.shape, 5, 1)

    assert not NumpyRnn(network.shape, network.weights()).step(state, *heard)[0].any()


def test_its_value_is_of_the_same_state_and_in_nats():
    shape = Shape(hidden=5)
    network = ValuedRnn(beginning(shape, random_weights(shape, 1), metre=False, phrase=0, silent=False), scale=50.0)
    torch.nn.init.constant_(network.value.bias, 2.0)
    heard = torch.tensor([[-1, -1], [3, 4]])

    outputs, worth = network(heard, heard, network.rnn.start(2), heard)

    expected, _ = network.rnn(heard, heard, network.rnn.start(2), heard)
    assert torch.equal(outputs, expected)
    assert worth.tolist() == [[100.0, 100.0], [100.0, 100.0]]
