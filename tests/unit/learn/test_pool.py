"""The pool keeps the best melodies, each once, and varies them without leaving the vocabulary."""

from __future__ import annotations

import numpy as np
import pytest

from live_composer.learn.pool import Found, Pool

pytestmark = pytest.mark.learn

STEPS = 12


def chance() -> np.random.Generator:
    return np.random.default_rng(1)


def found(*scores: float) -> Found:
    """Melodies of which the first event tells the score: reward at the last step."""
    events = np.zeros((len(scores), STEPS), dtype=np.int64)
    events[:, 0] = scores
    reward = np.zeros((len(scores), STEPS), dtype=np.float32)
    reward[:, -1] = scores
    return Found(events, np.full((len(scores), STEPS), -1, dtype=np.float32), reward)


def kept(pool: Pool) -> list[int]:
    return sorted(pool.found.events[:, 0].tolist())


def test_the_best_are_kept_each_once():
    pool = Pool(3, STEPS, noise=0.0)
    pool.add(found(5, 1, 9), 0.5, chance())
    pool.add(found(7, 9, 2, 9), 0.5, chance())

    assert kept(pool) == [5, 7, 9]


def test_what_is_kept_belongs_together():
    pool = Pool(3, STEPS, noise=0.0)
    pool.add(found(5, 1, 9, 4), 0.5, chance())

    np.testing.assert_array_equal(pool.found.reward[:, -1], pool.found.events[:, 0])


def test_how_strict_it_is_decides_between_reward_and_likelihood():
    likely, paid = found(1), found(2)
    likely = Found(likely.events, likely.log_p + 0.5, likely.reward)  # 6 nats likelier, for a reward of 1
    for c, expected in ((0.1, [2]), (1.0, [1])):
        pool = Pool(1, STEPS, noise=0.0)
        pool.add(likely.beside(paid), c, chance())
        assert kept(pool) == expected


def test_how_much_the_prior_counts_decides_too():
    likely, paid = found(1), found(2)
    likely = Found(likely.events, likely.log_p + 0.5, likely.reward)  # 6 nats likelier, for a reward of 1
    for weight, expected in ((0.0, [2]), (1.0, [1])):
        pool = Pool(1, STEPS, noise=0.0, prior_weight=weight)
        pool.add(likely.beside(paid), 1.0, chance())
        assert kept(pool) == expected
        both = Pool(2, STEPS, noise=0.0, prior_weight=weight)
        both.add(likely.beside(paid), 1.0, chance())
        assert set(both.sample(50, chance(), focus=0.1).events[:, 0].tolist()) == set(expected)


def test_noise_lets_others_stay():
    sure, lucky = Pool(10, STEPS, noise=0.0), Pool(10, STEPS, noise=50.0)
    for pool in (sure, lucky):
        pool.add(found(*range(40)), 0.5, chance())

    assert kept(sure) == list(range(30, 40))
    assert kept(lucky) != kept(sure)


def test_variations_are_melodies_and_mostly_new():
    pool = Pool(20, STEPS, noise=0.0)
    events = chance().integers(0, 14, (20, STEPS))
    zeros = np.zeros(events.shape, dtype=np.float32)
    pool.add(Found(events, zeros, zeros), 0.5, chance())
    before = pool.found.events.copy()

    varied = pool.varied(200, 14, chance())

    assert varied.shape == (200, STEPS)
    assert varied.min() >= 0
    assert varied.max() < 14
    np.testing.assert_array_equal(pool.found.events, before)
    known = {melody.tobytes() for melody in before}
    assert sum(melody.tobytes() not in known for melody in varied) > 100


def test_it_comes_back_as_it_was_kept():
    pool, other = Pool(3, STEPS, noise=0.0), Pool(3, STEPS, noise=0.0)
    pool.add(found(5, 1, 9), 0.5, chance())

    other.restore(pool.tensors())
    other.add(found(3), 0.5, chance())

    assert (kept(pool), kept(other)) == ([1, 5, 9], [3, 5, 9])


def test_of_the_same_notes_only_some_are_kept():
    pool = Pool(10, STEPS, noise=0.0, kin=2)
    kin, stranger = found(1, 2, 3, 4), found(0)
    stranger.events[:, 3:6] = [7, 8, 9]

    pool.add(kin.beside(stranger), 0.5, chance())

    assert kept(pool) == [0, 3, 4]
