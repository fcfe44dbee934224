"""Bounds on log Z hold where log Z is known, and walkers keep the distribution that they walk in."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest

from live_composer.evaluate import anneal, slips
from live_composer.evaluate.anneal import Path
from live_composer.evaluate.climb import peaks
from live_composer.evaluate.limit import MARGIN, Limit, limit
from live_composer.evaluate.moves import lags_of, propose
from live_composer.evaluate.objective import complete
from live_composer.learn.rollout import hear

from .conftest import OCTAVE, STEPS, small_network

if TYPE_CHECKING:
    from .conftest import Toy


def test_the_density_of_all_melodies_without_rewards_sums_to_one(toy: Toy):
    log_p = hear(toy.objective.prior, toy.all, toy.objective.context)
    assert np.exp(log_p.sum(axis=1)).sum() == pytest.approx(1, abs=1e-5)


def test_drawn_steps_are_the_policys_and_given_ones_stay(toy: Toy):
    policy, context = small_network(2), toy.objective.context
    chance = np.random.default_rng(1)
    given = np.tile([3, 4, 5, 6], (20_000, 1))
    free = np.tile([False, True, False, True], (20_000, 1))
    events, log_q = complete(policy, context, given, free, chance)
    assert (events[:, [0, 2]] == [3, 5]).all()
    np.testing.assert_allclose(log_q, hear(policy, events, context), atol=1e-5)
    ways = np.array([[3, event, 5, 6] for event in range(OCTAVE.size)])
    expected = np.exp(hear(policy, ways, context)[:, 1])
    counts = np.bincount(events[:, 1], minlength=OCTAVE.size) / len(events)
    np.testing.assert_allclose(counts, expected, atol=5 * np.sqrt(0.25 / len(events)))


@pytest.mark.parametrize("b", [0.0, 0.4, 1.0])
def test_moving_leaves_the_distribution_as_it_is(toy: Toy, b: float):
    """Walkers that begin as samples of q^(1-b) f^b are samples of it after any number of moves of every kind."""
    chance = np.random.default_rng(3)
    path = Path(small_network(2), toy.objective, sweeps=12)
    log_q = hear(path.policy, toy.all, toy.objective.context)
    log_pi = (1 - b) * log_q.sum(axis=1) + b * toy.log_f
    pi = np.exp(log_pi - log_pi.max())
    pi /= pi.sum()
    count = 8_000
    walkers = path.at(toy.all[chance.choice(len(pi), count, p=pi)])
    moved = path.move(walkers, b, chance)
    # Figures that each kind of move would bend were it out of balance: events by place, pairs, and repeats.
    figures = {
        f"{event} at {place}": (lambda x, e=event, p=place: x[:, p] == e)
        for event in range(OCTAVE.size)
        for place in range(STEPS)
    }
    figures["comes back"] = lambda x: (x[:, 2:] == x[:, :-2]).all(axis=1)
    figures["rises"] = lambda x: x[:, 1] > x[:, 0]
    figures["same"] = lambda x: x[:, 1] == x[:, 0]
    for name, figure in figures.items():
        truth = float(pi @ figure(toy.all))
        error = np.sqrt(truth * (1 - truth) / count) + 1e-4
        assert abs(figure(moved.events).mean() - truth) < 5 * error, name
    np.testing.assert_allclose(moved.log_f, toy.objective.log_density(moved.events), atol=1e-6)


def test_every_kind_of_move_is_made(toy: Toy):
    chance = np.random.default_rng(1)
    events = chance.integers(0, OCTAVE.size, (4000, STEPS))
    proposal = propose(events, OCTAVE.size, chance)
    changed = (proposal.events != events) & ~proposal.drawn
    assert proposal.drawn.any()
    assert (proposal.may_copy & ~proposal.drawn.any(axis=1)).any()
    assert (changed.sum(axis=1) == 1).any()
    assert (changed.sum(axis=1) > 2).any()
    assert ((proposal.events >= 0) & (proposal.events < OCTAVE.size)).all()


@pytest.mark.parametrize(("steps", "lags"), [(32, {2, 4, 8, 16, 32}), (4, {2, 4}), (3, {3})])
def test_lags(steps: int, lags: set[int]):
    assert set(lags_of(steps).tolist()) == lags


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bounds_hold_the_enumerated_log_z(toy: Toy, seed: int):
    path = Path(toy.objective.prior, toy.objective)
    found, _ = limit(path, "toy", 2000, np.random.default_rng(seed))
    assert found.found <= toy.log_z + 1e-5
    assert found.at_least <= toy.log_z <= found.at_most
    assert found.lower == pytest.approx(toy.log_z, abs=0.6)
    assert found.upper == pytest.approx(toy.log_z, abs=0.6)
    assert found.at_least > toy.log_z - MARGIN - np.log(2) - 0.5
    assert found.at_most < toy.log_z + MARGIN + np.log(2) + 0.5


def test_both_estimates_are_without_bias(toy: Toy):
    """The mean of Z and of 1/Z over many small runs is the true one, though each run is far off."""
    path, count, schedule = Path(small_network(2), toy.objective, sweeps=1), 20, [0.0, 0.3, 1.0]
    chance = np.random.default_rng(5)
    forward: list[float] = []
    back: list[float] = []
    for _ in range(150):
        forward.append(anneal.walk(path, path.draw(count, chance), schedule, chance)[1])
        at_optimum = path.at(toy.samples(count, chance))
        back.append(anneal.walk(path, at_optimum, schedule[::-1], chance)[1])
    for ratios, truth in ((forward, toy.log_z), (back, -toy.log_z)):
        relative = np.exp(np.array(ratios) - truth)
        assert abs(relative.mean() - 1) < 4 * relative.std() / np.sqrt(len(relative))
        assert relative.std() > 0.05, "the runs must be small enough to be off"


def test_slips_estimate_without_bias(toy: Toy):
    """The mean of 1/Z over many small runs is the true one, whichever melodies are known."""
    path, chance = Path(small_network(2), toy.objective), np.random.default_rng(5)
    known = path.at(toy.all[np.argsort(-toy.log_f)[:3]])
    ratios = [slips.log_z(path.at(toy.samples(20, chance)), known.events, known.log_f, OCTAVE.size) for _ in range(150)]
    relative = np.exp(toy.log_z - np.array(ratios))
    assert abs(relative.mean() - 1) < 4 * relative.std() / np.sqrt(len(relative))
    assert relative.std() > 0.05, "the runs must be small enough to be off"


def test_known_melodies_with_slips_are_a_distribution(toy: Toy):
    known = toy.all[[5, 77]]
    likely = slips.log_likelihood(toy.all, known, np.array([1.0, 3.0]), OCTAVE.size)
    assert np.exp(likely).sum() == pytest.approx(1)
    assert set(np.argsort(-likely)[:2]) == {5, 77}


def test_samples_of_the_optimum_come_out(toy: Toy):
    path = Path(toy.objective.prior, toy.objective)
    _, optimum = limit(path, "toy", 2000, np.random.default_rng(1))
    truth = float(toy.optimum @ toy.log_f)
    assert optimum.log_f.mean() == pytest.approx(truth, abs=0.3)


def test_the_same_seed_gives_the_same_bounds(toy: Toy):
    path = Path(small_network(2), toy.objective)
    runs = [limit(path, "toy", 600, np.random.default_rng(1))[0] for _ in range(2)]
    assert runs[0] == runs[1]


def test_weights():
    log_w = np.log(np.array([1.0, 1.0, 2.0])) + 700
    assert anneal.log_mean(log_w) == pytest.approx(700 + np.log(4 / 3))
    assert anneal.effective(log_w) == pytest.approx(16 / 6)
    assert anneal.effective(np.zeros(7)) == pytest.approx(7)


def test_the_gap_is_told_against_both_bounds():
    known = Limit("a", 480.0, 10, 470.0, 5.0, 488.0, 493.0, 492.0, 479.0, 100, 10)
    assert known.at_least == pytest.approx(488 - np.log(40))
    assert known.at_most == pytest.approx(492 + np.log(40))
    assert known.gap(known.at_most)[1] == 0
    expected = [(bound - 470) / bound for bound in (known.at_least, known.at_most)]
    assert known.gap(470.0) == pytest.approx(expected)


@pytest.mark.parametrize("times", [20.1, 40.1])
def test_bounds_hold_in_19_cases_of_20_however_bad_the_estimates_are(times: float):
    """Each estimate is so many times what it should be in one case of as many, and next to nothing in the others."""
    log_z, off = 500.0, np.log(times)
    over, under = 0.0, 0.0
    for one, other in itertools.product((True, False), repeat=2):
        chance = np.prod([1 / times if is_off else 1 - 1 / times for is_off in (one, other)])
        low = [log_z + off if is_off else log_z - 99 for is_off in (one, other)]
        high = [log_z - off if is_off else log_z + 99 for is_off in (one, other)]
        known = Limit("a", 0.0, 1, low[0], 1.0, low[1], high[0], high[1], 0.0, 1, 1)
        over += chance * (known.at_least > log_z)
        under += chance * (known.at_most < log_z)
    assert over <= 1 / 20
    assert under <= 1 / 20


def test_climbing_finds_the_best_melody_of_all(toy: Toy):
    starts = np.random.default_rng(1).integers(0, OCTAVE.size, (6, STEPS))
    melodies, log_f = peaks(toy.objective, starts, 3, np.random.default_rng(1))
    assert log_f[0] == pytest.approx(toy.log_f.max(), abs=1e-4)
    np.testing.assert_array_equal(melodies[0], toy.all[toy.log_f.argmax()])
    np.testing.assert_allclose(log_f, toy.objective.log_density(melodies), atol=1e-4)
    assert (np.diff(log_f) <= 0).all()
    assert len(np.unique(melodies, axis=0)) == len(melodies)


def test_what_is_said_to_be_the_most_is_never_below_what_was_found(toy: Toy):
    """A policy that knows one melody alone leads no walker elsewhere; climbing finds the better ones."""

    class OneMelody:
        shape = toy.objective.prior.shape

        def start(self, batch: int) -> np.ndarray:
            return toy.objective.prior.start(batch)

        def step(self, state: np.ndarray, events: np.ndarray, *_: object) -> tuple[np.ndarray, np.ndarray]:
            logits = np.full((len(events), OCTAVE.size), -20.0, dtype=np.float32)
            logits[:, 13] = 0
            return logits, state

    found, _ = limit(Path(OneMelody(), toy.objective), "one", 200, np.random.default_rng(1))
    assert found.peak == pytest.approx(toy.log_f.max(), abs=1e-4)
    assert found.at_least <= toy.log_z <= found.at_most
