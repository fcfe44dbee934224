"""The paper's nine rules: as the authors' code has them, in both forms, whatever the melody."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from rule_music import PLUGINS, rules_of

from live_composer.music.key import Key
from live_composer.music.vocabulary import Vocabulary
from live_composer.rules import Context, Rewards, Rule, Tokens
from live_composer.rules.book_file import load
from live_composer.rules.discovery import Plugin, Plugins, Status

RULES = rules_of("paper_*.py")
GOLDEN = json.loads((Path(__file__).parent / "golden_paper_rules.json").read_text())
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))


@pytest.fixture(scope="module")
def melodies() -> Tokens:
    return np.array([case["events"] for case in GOLDEN["melodies"]])


def golden(rule: str) -> Rewards:
    column = GOLDEN["rules"].index(rule)
    return np.array([[step[column] for step in case["rewards"]] for case in GOLDEN["melodies"]])


@every_rule
def test_both_forms_agree_with_the_authors_code(rule: Rule, melodies: Tokens):
    expected = golden(rule.name)
    assert expected.any(), "the golden values must say something"
    np.testing.assert_allclose(rule(melodies, Context()), expected, atol=1e-6)
    np.testing.assert_allclose(rule.by_note(melodies, Context()), expected, atol=1e-6)


def test_ties_of_the_autocorrelation_are_rounded_as_the_authors_round_them():
    # Each has a coefficient of exactly .15, and rounding decides whether it is bearable.
    tied = np.array([[1, 1, 1, 1, 0], [1, 10, 10, 10, 10], [1, 32, 1, 1, 1], [11, 11, 11, 0, 11], [0, 1, 1, 1, 1]])
    rule = RULES["paper_autocorrelation"]
    np.testing.assert_array_equal(rule(tied, Context()) < -0.449, rule.by_note(tied, Context()) < -0.449)


@pytest.mark.parametrize("name", ["paper_key", "paper_intervals", "paper_tonic"])
def test_rules_of_pitch_follow_the_key(name: str, melodies: Tokens):
    upwards = np.where(melodies >= 2, melodies + 3, melodies)
    in_e_flat = Context(Key.parse("Eb major"), vocabulary=Vocabulary(48, 90))
    np.testing.assert_allclose(RULES[name](upwards, in_e_flat), golden(name), atol=1e-6)


def test_the_book_holds_the_nine_at_weight_one(melodies: Tokens):
    plugins = Plugins({name: Plugin(name, "", Status.LOADED, rule) for name, rule in RULES.items()})
    book = load(PLUGINS / "paper.toml", plugins)
    assert [rule.name for rule in book.rules] == GOLDEN["rules"]
    expected = np.array([case["rewards"] for case in GOLDEN["melodies"]])
    np.testing.assert_allclose(book.reward(melodies, book.context()), expected.sum(axis=2), atol=1e-5)
    np.testing.assert_allclose(book.score(melodies, book.context()), expected.transpose(2, 0, 1), atol=1e-6)
