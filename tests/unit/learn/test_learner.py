"""A learner gets better, is the same from the same seed, and goes on from what it kept."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from live_composer.learn.batches import Batch, batch_of
from live_composer.learn.learner import Learner
from live_composer.learn.measure import measure
from live_composer.learn.ngrams import Ngrams
from live_composer.learn.recipe import Recipe
from live_composer.learn.team import Team
from live_composer.policy.shape import Shape
from tests.unit.learn.tunes import toy_melodies

pytestmark = pytest.mark.learn

ALONE = Team(torch.device("cpu"))
SHAPE = Shape(hidden=12, metre=True)
RECIPE = Recipe(
    hidden=12,
    metre=True,
    width=8,
    window=16,
    updates=200,
    learning_rate=0.02,
    input_scale=0.5,
    forget_bias=1.0,
    dropout=0.2,
    recurrent_dropout=0.1,
    averaging=0.9,
    patience=3,
)
WINDOWS = list(batch_of(toy_melodies(8), 8).windows(RECIPE.window))


def learnt(learner: Learner, numbers: range) -> list[float]:
    """Learn once from a window for each number; return the losses."""
    losses: list[float] = []
    for number in numbers:
        loss, _ = learner.update(WINDOWS[number % len(WINDOWS)], learner.start(), number)
        losses.append(loss)
    return losses


def weights(learner: Learner) -> dict[str, bytes]:
    return {name: tensor.numpy().tobytes() for name, tensor in learner.tensors().items()}


def test_learning_beats_counting():
    tunes, held_out = toy_melodies(60), toy_melodies(20, seed=2)
    learner = Learner(SHAPE, RECIPE, 1, ALONE)
    number = 0
    for _ in range(4):
        for start in range(0, len(tunes), 8):
            state = learner.start()
            for window in batch_of(tunes[start : start + 8], 8).windows(RECIPE.window):
                _, state = learner.update(window, state, number)
                number += 1

    assert measure(learner.average, held_out).every.nats < Ngrams(tunes, 2).scores(held_out).every.nats


def test_the_same_seed_learns_the_same_and_another_does_not():
    first, again, other = (Learner(SHAPE, RECIPE, seed, ALONE) for seed in (1, 1, 2))

    assert learnt(first, range(5)) == learnt(again, range(5)) != learnt(other, range(5))
    assert weights(first) == weights(again)


def test_it_goes_on_from_what_it_kept_to_the_last_bit():
    whole, first, second = (Learner(SHAPE, RECIPE, 1, ALONE) for _ in range(3))
    learnt(whole, range(9))
    learnt(first, range(4))
    torch.manual_seed(99)  # what else happens in a process does not matter

    second.restore(first.tensors())
    learnt(second, range(4, 9))

    assert weights(second) == weights(whole)


def test_going_on_leaves_what_was_kept_alone():
    learner, other = (Learner(SHAPE, RECIPE, seed, ALONE) for seed in (1, 2))
    learnt(learner, range(1))
    kept = {name: tensor.clone() for name, tensor in learner.tensors().items()}
    before = {name: tensor.clone() for name, tensor in kept.items()}

    other.restore(kept)
    learnt(other, range(3))

    assert all(torch.equal(kept[name], before[name]) for name in kept)


def test_padding_teaches_nothing():
    window = WINDOWS[-1]
    changed = Batch(window.heard, np.where(window.scored, window.events, 5), window.places, window.scored)
    first, second = (Learner(SHAPE, RECIPE, 1, ALONE) for _ in range(2))

    first.update(window, first.start(), 0)
    second.update(changed, second.start(), 0)

    assert weights(first) == weights(second)


def test_a_window_of_padding_alone_does_no_harm():
    window = WINDOWS[0]
    empty = Batch(window.heard, window.events, window.places, np.zeros_like(window.scored))
    learner = Learner(SHAPE, RECIPE, 1, ALONE)

    loss, _ = learner.update(empty, learner.start(), 0)

    assert loss == 0
    assert all(torch.isfinite(tensor).all() for tensor in learner.tensors().values())


def test_it_begins_as_the_recipe_says():
    network = Learner(Shape(hidden=200), RECIPE, 1, ALONE).network
    forget = slice(200, 400)

    assert network.lstm.weight_ih_l0.std().item() == pytest.approx(0.5, rel=0.05)
    assert (network.lstm.bias_ih_l0 + network.lstm.bias_hh_l0)[forget].tolist() == [1.0] * 200


def test_bfloat16_learns_nearly_the_same():
    exact, rough = (Learner(SHAPE, dataclasses.replace(RECIPE, bfloat16=half), 1, ALONE) for half in (False, True))

    assert learnt(rough, range(5)) == pytest.approx(learnt(exact, range(5)), rel=0.02)
    assert {tensor.dtype for tensor in rough.tensors().values()} == {torch.float32}


def test_dropout_is_for_learning_alone():
    network = Learner(SHAPE, RECIPE, 1, ALONE).network
    heard = torch.zeros(4, 2, dtype=torch.int64)
    network.eval()

    calm = [network(heard, heard, network.start(2))[0] for _ in range(2)]
    network.train()
    wild = [network(heard, heard, network.start(2))[0] for _ in range(2)]

    assert torch.equal(*calm)
    assert not torch.equal(*wild)


def test_the_running_mean_lags_behind_the_weights():
    learner = Learner(SHAPE, RECIPE, 1, ALONE)
    begin = learner.network.output.bias.detach().clone()
    learnt(learner, range(20))

    moved = (learner.network.output.bias - begin).norm()
    lag = (learner.network.output.bias - learner.average.output.bias).norm()
    assert 0 < lag < moved
