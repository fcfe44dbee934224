"""The replay buffer gives back steps as they were, and forgets the oldest melodies."""

from __future__ import annotations

import numpy as np
import pytest

from live_composer.learn.replay import Episode, Replay
from live_composer.policy.shape import Shape
from tests.unit.learn.toys import SMALL

pytestmark = pytest.mark.learn

STEPS = 4
SHAPE = Shape(hidden=3, layers=2, vocabulary=SMALL)


def episode(number: int) -> Episode:
    """Each figure tells of which melody and step it is: 10 a melody, 1 a step."""
    rows = 10 * number + np.arange(STEPS + 1)
    states = np.broadcast_to(rows[:, None, None, None], (STEPS + 1, 2, 2, 3)).astype(np.float32)
    log_p = np.broadcast_to(-rows[:, None], (STEPS + 1, SMALL.size)).astype(np.float32)
    return Episode(rows, states, log_p, rows[:STEPS].astype(np.float32))


def filled(count: int, capacity: int = 12) -> Replay:
    replay = Replay(capacity, STEPS, SHAPE)
    for number in range(count):
        replay.add(episode(number))
    return replay


def test_what_is_before_and_after_a_step_belongs_together():
    sample = filled(3).sample(200, np.random.default_rng(1))

    np.testing.assert_array_equal(sample.heard_after, sample.heard + 1)
    np.testing.assert_array_equal(sample.heard % 10, sample.steps)
    np.testing.assert_array_equal(sample.steps_after, sample.steps + 1)
    np.testing.assert_array_equal(sample.reward, sample.heard)
    np.testing.assert_array_equal(sample.log_p[:, 0], -sample.heard)
    np.testing.assert_array_equal(sample.log_p_after[:, 5], -sample.heard_after)
    assert sample.states.shape == (2, 2, 200, 3)
    np.testing.assert_array_equal(sample.states[1, 1, :, 2], sample.heard)
    np.testing.assert_array_equal(sample.states_after[0, 0, :, 0], sample.heard_after)


def test_every_step_of_every_melody_comes():
    heard = filled(3).sample(2000, np.random.default_rng(1)).heard

    assert set(heard.tolist()) == {10 * melody + step for melody in range(3) for step in range(STEPS)}


def test_the_oldest_melodies_go():
    heard = filled(5).sample(2000, np.random.default_rng(1)).heard

    assert set((heard // 10).tolist()) == {2, 3, 4}


def test_before_it_is_full_only_what_is_there_comes():
    assert set((filled(1).sample(100, np.random.default_rng(1)).heard // 10).tolist()) == {0}


@pytest.mark.parametrize("count", [2, 5])
def test_it_comes_back_as_it_was_kept(count: int):
    replay, other = filled(count), Replay(12, STEPS, SHAPE)

    other.restore({name: tensor.clone() for name, tensor in replay.tensors().items()})

    for each in (replay, other):
        each.add(episode(7))
    first, second = (each.sample(99, np.random.default_rng(2)) for each in (replay, other))
    np.testing.assert_array_equal(first.heard, second.heard)
    np.testing.assert_array_equal(first.states, second.states)
