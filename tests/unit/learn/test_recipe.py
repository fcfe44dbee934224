"""Recipes: the published one is as published, and options change what they name."""

from __future__ import annotations

import dataclasses

import pytest

from live_composer.config import Pretrain
from live_composer.learn.recipe import PRESETS, recipe_of

BEST, PAPER = PRESETS["best"], PRESETS["paper"]


def test_the_papers_network_and_numbers():
    paper = (PAPER.hidden, PAPER.layers, PAPER.metre, PAPER.width, PAPER.updates, PAPER.clip, PAPER.l2, PAPER.unscored)

    assert paper == (100, 1, False, 128, 30_000, 5.0, 2.5e-5, 8)
    assert PAPER.staircase == 0.85


def test_options_change_what_they_name_and_nothing_else():
    found = recipe_of(Pretrain(preset="best", hidden=64, metre=False, dropout=0.0))

    assert found == dataclasses.replace(BEST, hidden=64, metre=False, dropout=0.0)
    assert recipe_of(Pretrain(preset="paper")) == PAPER


def test_the_cosine_grows_to_its_height_and_falls_to_nothing():
    rates = [BEST.rate(update) for update in range(BEST.updates + 1)]

    assert max(rates) == pytest.approx(BEST.learning_rate, rel=0.01)
    assert rates.index(max(rates)) == pytest.approx(BEST.warm_up, abs=2)
    assert rates[0] == pytest.approx(BEST.learning_rate / BEST.warm_up)
    assert rates[-1] == pytest.approx(0)


def test_the_staircase_falls_every_thousand_updates():
    rates = [PAPER.rate(update) for update in (0, 999, 1000, 2000)]

    assert rates == pytest.approx([PAPER.learning_rate * 0.85**fall for fall in (0, 0, 1, 2)])
