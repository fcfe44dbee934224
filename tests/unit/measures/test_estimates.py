"""Intervals hold what they should, and tallies add up."""

from __future__ import annotations

import numpy as np
import pytest

from live_composer.measures.estimates import Estimate, Tally


@pytest.mark.parametrize(
    ("met", "low", "high"),
    # Wilson's intervals of 100 trials, as in any table of them.
    [(0, 0.0, 0.0370), (50, 0.4038, 0.5962), (95, 0.8882, 0.9785), (100, 0.9630, 1.0)],
)
def test_a_share_of_melodies_has_wilsons_interval(met: int, low: float, high: float):
    share = Tally.of(np.arange(100) < met).share()
    assert (share.value, share.low, share.high) == (
        met / 100,
        pytest.approx(low, abs=1e-3),
        pytest.approx(high, abs=1e-3),
    )


def test_a_mean_has_the_interval_of_the_central_limit_theorem():
    # 1, 2, 3, 4: mean 2.5, standard deviation 1.291, standard error .6455.
    mean = Tally.of(np.array([1.0, 2.0, 3.0, 4.0])).mean()
    assert (mean.value, mean.low, mean.high) == (
        2.5,
        pytest.approx(2.5 - 1.96 * 0.6455, abs=1e-3),
        pytest.approx(3.765, abs=1e-3),
    )


def test_steps_of_one_melody_are_not_independent():
    # Half of all steps; but each melody has all of its steps or none, so there are 100 trials and not 3,200.
    steps = Tally.of(32.0 * (np.arange(100) < 50), 32.0).share()
    melodies = Tally.of(np.arange(100) < 50).share()
    assert (steps.low, steps.high) == (pytest.approx(melodies.low, abs=1e-3), pytest.approx(melodies.high, abs=1e-3))


def test_tallies_add_up():
    chance = np.random.default_rng(1)
    top, bottom = chance.integers(0, 5, 60), chance.integers(0, 9, 60)
    parts = Tally.of(top[:20], bottom[:20]) + Tally.of(top[20:], bottom[20:])
    whole = Tally.of(top, bottom)
    assert parts.mean().value == pytest.approx(whole.mean().value)
    assert parts.mean().low == pytest.approx(whole.mean().low)
    assert whole.melodies == (bottom > 0).sum()


def test_nothing_counted_is_no_figure():
    assert Tally().share() == Estimate(None) == Tally.of(np.zeros(3), np.zeros(3)).mean()


def test_a_share_that_never_varies_is_certain():
    assert Tally.of(np.full(10, 25.0), 32.0).share() == Estimate(25 / 32, 25 / 32, 25 / 32)


def test_nineteen_intervals_in_twenty_hold_the_true_share():
    chance = np.random.default_rng(1)
    held = 0
    for _ in range(400):
        # Melodies that differ in how many of their notes are met: the truth is .3.
        notes = chance.integers(1, 20, 80)
        met = chance.binomial(notes, chance.beta(3, 7, 80))
        share = Tally.of(met, notes).share()
        assert share.low is not None
        assert share.high is not None
        held += share.low <= 0.3 <= share.high
    assert 0.92 < held / 400 < 0.98
