"""A shape knows its weights, and refuses what no machine would play."""

from __future__ import annotations

import pytest

from live_composer.errors import BadModel
from live_composer.music.vocabulary import Vocabulary
from live_composer.policy.shape import Shape


def test_the_papers_network_has_the_authors_number_of_weights():
    # Theirs has one bias a gate where torch adds two: 59,438 + 4 x 100.
    sizes = [rows * (columns[0] if columns else 1) for rows, *columns in Shape().parameters().values()]

    assert sum(sizes) == 59_438 + 400


def test_the_metre_widens_the_first_input_alone():
    plain, told = Shape(layers=2).parameters(), Shape(layers=2, metre=True).parameters()

    assert {name for name in plain if plain[name] != told[name]} == {"lstm.weight_ih_l0"}
    assert told["lstm.weight_ih_l0"] == (400, 38 + 16 + 12 + 12)


def test_the_vocabulary_decides_inputs_and_outputs():
    shape = Shape(vocabulary=Vocabulary(60, 71)).parameters()

    assert shape["lstm.weight_ih_l0"][1] == shape["output.weight"][0] == 14


def test_the_phrase_adds_an_input_a_bar():
    plain, told = Shape(layers=2, metre=True).parameters(), Shape(layers=2, metre=True, phrase=4).parameters()

    assert {name for name in plain if plain[name] != told[name]} == {"lstm.weight_ih_l0"}
    assert told["lstm.weight_ih_l0"] == (400, 38 + 16 + 12 + 12 + 4)


@pytest.mark.parametrize("phrase", [-1, 65])
def test_phrases_without_end_are_refused(phrase: int):
    with pytest.raises(BadModel, match="not one this program plays"):
        Shape(phrase=phrase)


@pytest.mark.parametrize(("hidden", "layers"), [(0, 1), (100, 0), (5000, 1), (100, 9), (-1, 1)])
def test_senseless_sizes_are_refused(hidden: int, layers: int):
    with pytest.raises(BadModel, match="not one this program plays"):
        Shape(hidden, layers)
