"""Metres, bars and places."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import metres

from live_composer.errors import BadInput
from live_composer.music.metre import FAMILIES, NO_PLACE, PLACES, Metre, family, place


@pytest.mark.parametrize(
    ("text", "steps"), [("4/4", 16), ("3/4", 12), ("6/8", 12), ("2/2", 16), ("C", 16), ("C|", 16), (" 12 / 8 ", 24)]
)
def test_bars_in_sixteenths(text: str, steps: int):
    metre = Metre.parse(text)
    assert metre.steps_per_bar == steps
    assert metre.beats_per_bar == steps / 4


@given(metres)
def test_a_metre_reads_what_it_writes(metre: Metre):
    assert Metre.parse(str(metre)) == metre


@pytest.mark.parametrize(
    "text", ["", "4", "4/", "/4", "0/4", "4/3", "4/0", "-4/4", "4/4/4", "65/4", "x/y", "9" * 5000 + "/4"]
)
def test_what_is_no_metre_is_refused(text: str):
    with pytest.raises(BadInput, match="is no metre"):
        Metre.parse(text)


@given(st.text(max_size=8))
def test_any_text_is_read_or_refused(text: str):
    with contextlib.suppress(BadInput):
        assert Metre.parse(text).steps_per_bar > 0


def test_every_place_of_the_families_is_one_of_its_own():
    places = [place(metre, step) for metre in FAMILIES for step in range(metre.steps_per_bar)]
    assert places == list(range(PLACES))


@given(metres, st.integers(0, 10_000))
def test_places_repeat_with_the_bar_of_the_family(metre: Metre, step: int):
    read_as = family(metre)
    if read_as is None:
        assert place(metre, step) == NO_PLACE
    else:
        assert place(metre, step) == place(read_as, step % read_as.steps_per_bar)
        assert 0 <= place(metre, step) < PLACES
