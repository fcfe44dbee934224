"""The engines in torch agree with the one in numpy: what was learnt is what is played."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings

from live_composer.music.metre import NO_PLACE, PLACES
from live_composer.music.vocabulary import START
from live_composer.policy.numpy_rnn import NumpyRnn
from tests.unit.policy.networks import batches, random_step, random_weights, seeds, shapes

torch = pytest.importorskip("torch", reason="the extra `learn` is not installed")

from live_composer.policy.note_rnn import NoteRnn, TorchRnn, one_hot  # noqa: E402 - after the check for torch

if TYPE_CHECKING:
    from live_composer.policy.policy import Floats
    from live_composer.policy.shape import Shape

pytestmark = pytest.mark.learn

DEVICES = [
    "cpu",
    pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")),
    pytest.param("mps", marks=pytest.mark.skipif(not torch.backends.mps.is_available(), reason="no Apple GPU")),
]


def network_of(shape: Shape, weights: dict[str, Floats], device: str) -> NoteRnn:
    network = NoteRnn(shape)
    network.load_state_dict({name: torch.as_tensor(array) for name, array in weights.items()})
    return network.to(device).eval()


@pytest.mark.parametrize("device", DEVICES)
@given(shape=shapes, seed=seeds, batch=batches)
def test_one_step_is_the_same_in_numpy_and_torch(device: str, shape: Shape, seed: int, batch: int):
    weights = random_weights(shape, seed)
    state, *heard = random_step(shape, batch, seed)

    logits, after = NumpyRnn(shape, weights).step(state, *heard)
    torch_logits, torch_after = TorchRnn(shape, weights, device).step(state, *heard)

    np.testing.assert_allclose(torch_logits, logits, atol=1e-5)
    np.testing.assert_allclose(torch_after, after, atol=1e-5)


@pytest.mark.parametrize("device", DEVICES)
@given(shape=shapes, seed=seeds, batch=batches)
@settings(max_examples=30)
def test_whole_melodies_learn_as_they_are_played(device: str, shape: Shape, seed: int, batch: int):
    weights = random_weights(shape, seed)
    chance = np.random.default_rng(seed)
    events = chance.integers(0, shape.vocabulary.size, (12, batch))
    heard = np.concatenate([np.full((1, batch), START), events[:-1]])
    places = chance.integers(NO_PLACE, PLACES, (12, batch))
    bars = chance.integers(-1, 9, (12, batch))
    state, *_ = random_step(shape, batch, seed)

    arguments = [torch.as_tensor(array, device=device) for array in (heard, places, state, bars)]
    with torch.inference_mode():
        logits, after = network_of(shape, weights, device)(*arguments)

    policy = NumpyRnn(shape, weights)
    for step in range(len(events)):
        played, state = policy.step(state, heard[step], places[step], bars[step])
        np.testing.assert_allclose(logits[step].cpu().numpy(), played, atol=5e-5)
    np.testing.assert_allclose(after.cpu().numpy(), state, atol=5e-5)


@given(shapes)
def test_its_weights_are_named_and_shaped_as_a_checkpoint_wants(shape: Shape):
    weights = NoteRnn(shape).weights()

    assert {name: weight.shape for name, weight in weights.items()} == shape.parameters()
    assert {weight.dtype for weight in weights.values()} == {np.dtype(np.float32)}


def test_nothing_is_no_input():
    assert one_hot(torch.tensor([START, 0, 2]), 3).tolist() == [[0, 0, 0], [1, 0, 0], [0, 0, 1]]
