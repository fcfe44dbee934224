"""The table: names that people can write, and defaults that its options share."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest

from live_composer.config import Serve
from live_composer.errors import BadInput
from live_composer.parameters import table
from live_composer.parameters.table import BY_NAME, TABLE

if TYPE_CHECKING:
    from live_composer.parameters.kinds import Value


def test_names_are_unique_and_easy_to_write():
    assert len(BY_NAME) == len(TABLE)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in BY_NAME)


def test_every_parameter_has_a_sentence_of_help():
    assert all(parameter.help.endswith(".") for parameter in TABLE)


def test_options_of_serve_begin_where_parameters_do():
    options = {field.name: field.default for field in dataclasses.fields(Serve)}
    # A seed is drawn, a key is written shorter.
    for name in BY_NAME.keys() & options.keys() - {"seed", "key"}:
        assert BY_NAME[name].default == options[name], name


@pytest.mark.parametrize(
    ("written", "name"),
    [("tempo", "tempo"), ("Humanise_Time", "humanise-time"), ("rule.house_key", "rule.house_key")],
)
def test_a_parameter_is_found_by_what_people_write(written: str, name: str):
    assert table.find(written, ["house_key"]).name == name


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("tempu", "did you mean `tempo`"),
        ("rule.house_kee", "did you mean `rule.house_key`"),
        ("zzz", "there are: tempo"),
    ],
)
def test_a_name_that_is_none_is_answered_with_the_nearest(written: str, words: str):
    with pytest.raises(BadInput, match=words):
        table.find(written, ["house_key"])


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("tempo", 96.0, "96 BPM"),
        ("swing", 50.0, "50 %"),
        ("keep", 1, "1 bar"),
        ("transpose", -1, "-1 semitone"),
        ("silence", 1.5, "1.5 beats"),
        ("latency", 1.0, "1 ms"),
        ("response", 0, "as long as the call"),
        ("chord", "", "none"),
    ],
)
def test_a_value_is_shown_with_its_unit_where_it_is_a_number(name: str, value: Value, words: str):
    assert BY_NAME[name].show(value) == words
