"""The numpy engine computes an LSTM, keeps its hands off the state it was given, and treats melodies apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given

from live_composer.music.metre import NO_PLACE
from live_composer.music.vocabulary import START
from live_composer.policy.numpy_rnn import NumpyRnn
from tests.unit.policy.networks import batches, random_step, random_weights, seeds, shapes

if TYPE_CHECKING:
    from live_composer.policy.policy import Floats
    from live_composer.policy.shape import Shape


def by_the_book(shape: Shape, weights: dict[str, Floats], state: Floats, *heard: int) -> Floats:
    """One melody's logits by the equations of the LSTM, in double precision; heard are event, place and bar."""
    event, place, bar = heard

    def sigmoid(x: Floats) -> Floats:
        return 1 / (1 + np.exp(-x))

    out = np.zeros(shape.inputs)
    if event != START:
        out[event] = 1
    if shape.metre and place != NO_PLACE:
        out[shape.vocabulary.size + place] = 1
    if shape.phrase:
        out[shape.inputs - shape.phrase + bar % shape.phrase] = 1
    for layer in range(shape.layers):
        before, cell = state[layer].astype(np.float64)
        gates = weights[f"lstm.weight_ih_l{layer}"] @ out + weights[f"lstm.bias_ih_l{layer}"]
        gates = gates + weights[f"lstm.weight_hh_l{layer}"] @ before + weights[f"lstm.bias_hh_l{layer}"]
        i, f, g, o = np.split(gates, 4)
        out = sigmoid(o) * np.tanh(sigmoid(f) * cell + sigmoid(i) * np.tanh(g))
    return weights["output.weight"] @ out + weights["output.bias"]


@given(shapes, seeds, batches)
def test_a_step_is_that_of_an_lstm(shape: Shape, seed: int, batch: int):
    weights = random_weights(shape, seed)
    state, *heard = random_step(shape, batch, seed)

    logits, _ = NumpyRnn(shape, weights).step(state, *heard)

    for melody in range(batch):
        expected = by_the_book(shape, weights, state[:, :, melody], *(array[melody] for array in heard))
        np.testing.assert_allclose(logits[melody], expected, atol=2e-5)


@given(shapes, seeds, batches)
def test_a_step_changes_nothing_that_it_was_given(shape: Shape, seed: int, batch: int):
    policy = NumpyRnn(shape, random_weights(shape, seed))
    state, *heard = random_step(shape, batch, seed)
    before = state.copy()

    first, after = policy.step(state, *heard)
    again, _ = policy.step(state, *heard)

    np.testing.assert_array_equal(state, before)
    np.testing.assert_array_equal(first, again)
    assert not np.shares_memory(after, state)


@given(shapes, seeds, batches)
def test_a_melody_is_played_the_same_alone_and_in_a_batch(shape: Shape, seed: int, batch: int):
    policy = NumpyRnn(shape, random_weights(shape, seed))
    state, *heard = random_step(shape, batch, seed)
    chosen = np.array([batch - 1])

    logits, after = policy.step(state, *heard)
    alone, after_alone = policy.step(state[:, :, chosen], *(array[chosen] for array in heard))

    np.testing.assert_allclose(logits[chosen], alone, atol=1e-5)
    np.testing.assert_allclose(after[:, :, chosen], after_alone, atol=1e-5)


@given(shapes, seeds)
def test_the_metre_matters_only_to_a_network_that_hears_it(shape: Shape, seed: int):
    policy = NumpyRnn(shape, random_weights(shape, seed))
    state, events, *_ = random_step(shape, 1, seed)

    strong, _ = policy.step(state, events, np.array([0]))
    weak, _ = policy.step(state, events, np.array([1]))

    assert (not np.array_equal(strong, weak)) == shape.metre


@given(shapes, seeds)
def test_the_bar_matters_only_to_a_network_that_counts_bars(shape: Shape, seed: int):
    policy = NumpyRnn(shape, random_weights(shape, seed))
    state, events, places, _ = random_step(shape, 1, seed)

    first, second, unknown = (
        policy.step(state, events, places, bar)[0] for bar in (np.array([0]), np.array([1]), None)
    )

    assert (not np.array_equal(first, second)) == (shape.phrase > 1)
    assert (not np.array_equal(first, unknown)) == (shape.phrase > 0)


@given(shapes.filter(lambda shape: shape.phrase > 0), seeds)
def test_phrases_follow_one_another_and_a_pick_up_is_the_last_bar_of_one(shape: Shape, seed: int):
    policy = NumpyRnn(shape, random_weights(shape, seed))
    state, events, places, _ = random_step(shape, 1, seed)

    last, pick_up = (policy.step(state, events, places, np.array([bar]))[0] for bar in (2 * shape.phrase - 1, -1))

    np.testing.assert_array_equal(last, pick_up)


@given(shapes, batches)
def test_the_start_is_silent(shape: Shape, batch: int):
    state = NumpyRnn(shape, random_weights(shape, 0)).start(batch)

    assert state.shape == (shape.layers, 2, batch, shape.hidden)
    assert state.dtype == np.float32
    assert not state.any()
