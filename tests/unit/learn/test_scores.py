"""Scores are sums over steps, with and without holds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from live_composer.learn.scores import Score, Scores
from live_composer.music.vocabulary import HOLD


def test_scores_of_two_steps_by_hand():
    scores = Scores()
    p = np.array([[0.2, 0.7, 0.1], [0.5, 0.3, 0.2]])
    scores.add(np.log(p), np.array([HOLD, 2]))

    every, unheld = scores.every, scores.unheld

    assert (every.steps, every.hits, unheld.steps, unheld.hits) == (2, 1, 1, 0)
    assert every.nats == pytest.approx(-(math.log(0.7) + math.log(0.2)) / 2)
    assert unheld.nats == pytest.approx(-math.log(0.2))
    assert unheld.perplexity == pytest.approx(5)
    assert every.accuracy == 0.5


def test_the_order_of_steps_does_not_matter():
    chance = np.random.default_rng(1)
    log_p = np.log(chance.dirichlet(np.ones(5), 40))
    events = chance.integers(0, 5, 40)
    whole, parts = Scores(), Scores()
    whole.add(log_p, events)
    for part in np.array_split(chance.permutation(40), 7):
        parts.add(log_p[part], events[part])

    assert whole.figures() == parts.figures()


def test_nothing_heard_is_no_division_by_zero():
    assert (Score().nats, Score().accuracy) == (0, 0)


def test_a_card_says_nats_perplexity_and_accuracy_with_and_without_holds():
    scores = Scores()
    held, hit, miss, near = [0.2, 0.75, 0.05], [0.1, 0.1, 0.8], [0.6, 0.3, 0.1], [0.5, 0.3, 0.2]
    scores.add(np.log([held, held, held, hit, miss, near]), np.array([HOLD] * 3 + [2] * 3))

    assert scores.figures() == {
        "nats": 0.833,  # a sixth of -ln (.75^3 x .8 x .1 x .2) = 4.9982
        "perplexity": 2.3,  # e to that
        "accuracy": 0.6667,
        "nats_without_holds": 1.3784,  # a third of -ln .016 = 4.1352
        "perplexity_without_holds": 3.969,  # the third root of 62.5
        "accuracy_without_holds": 0.3333,
        "steps": 6,
    }


def test_one_step_that_was_foretold_is_all_of_them():
    scores = Scores()
    scores.add(np.log([[0.2, 0.8]]), np.array([1]))

    assert (scores.every.accuracy, scores.every.nats) == (1, pytest.approx(-math.log(0.8)))
