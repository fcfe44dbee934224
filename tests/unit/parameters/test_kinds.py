"""What is shown can be typed, where a value lies on a knob it is found again, and what is out of range is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.errors import BadInput
from live_composer.parameters.kinds import Number, Word
from live_composer.parameters.table import TABLE, Parameter

PLACES = st.floats(0, 1)
KNOBS = [parameter for parameter in TABLE if not isinstance(parameter.kind, Word)]
every = pytest.mark.parametrize("parameter", KNOBS, ids=lambda parameter: parameter.name)


@every
@given(place=PLACES)
def test_a_value_is_typed_as_it_is_shown(parameter: Parameter, place: float):
    kind = parameter.kind
    value = kind.at(place)
    assert kind.check(value) == value
    read = kind.parse(kind.show(value))
    assert read == value or abs(float(read) - float(value)) < 1e-4 * abs(float(value)) + 1e-9


@every
def test_a_knob_reaches_both_ends_and_finds_every_value_again(parameter: Parameter):
    kind = parameter.kind
    values = [kind.at(step / 127) for step in range(128)]
    assert [kind.at(kind.place(value)) for value in values] == values
    places = [kind.place(value) for value in values]
    assert places == sorted(places)
    if isinstance(kind, Number):
        assert (values[0], values[-1]) == (kind.lowest, kind.highest)
    assert kind.check(parameter.default) == parameter.default


@every
@given(place=PLACES, ticks=st.integers(-3, 3))
def test_small_steps_stay_in_range_and_go_the_right_way(parameter: Parameter, place: float, ticks: int):
    kind = parameter.kind
    value = kind.at(place)
    moved = kind.check(kind.move(value, ticks))
    if isinstance(kind, Number):
        assert (float(moved) - float(value)) * ticks >= 0


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("tempo", "fast", "`fast` is no number; it goes from 20 to 400"),
        ("tempo", "1000", "no number from 20 to 400"),
        ("tempo", "nan", "no number"),
        ("channel", "1.5", "no whole number"),
        ("channel", "17", "no whole number from 1 to 16"),
        ("voice", "thirt", "did you mean `third`"),
        ("voice", "bass", "there are: off, third, sixth"),
        ("key", "H", "`H` is no key"),
        ("metre", "64/1", "too long to be played live"),
        ("model", " ", "no name of a model"),
    ],
)
def test_what_there_is_not_is_told(name: str, typed: str, words: str):
    [parameter] = [parameter for parameter in TABLE if parameter.name == name]
    with pytest.raises(BadInput, match=words):
        parameter.kind.parse(typed)


def test_names_of_numbers_can_be_typed():
    [program] = [parameter for parameter in TABLE if parameter.name == "program"]
    assert program.kind.parse("as it is") == 0
    assert program.show(0) == "as it is"
    assert program.kind.parse("12") == 12
