"""Metres, bars and places."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import metres

from live_composer.errors import BadInput
from live_composer.music.metre import (
    BAR_LINE,
    BEAT,
    FAMILIES,
    HALF_BAR,
    NO_PLACE,
    OFF_BEAT,
    PLACES,
    Metre,
    family,
    place,
)


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


@pytest.mark.parametrize(
    ("text", "beats"),
    [
        ("4/4", {0: BAR_LINE, 4: BEAT, 8: HALF_BAR, 12: BEAT}),
        ("3/4", {0: BAR_LINE, 4: BEAT, 8: BEAT}),
        ("6/8", {0: BAR_LINE, 6: HALF_BAR}),
        ("12/8", {0: BAR_LINE, 6: BEAT, 12: HALF_BAR, 18: BEAT}),
        ("5/8", {0: BAR_LINE, 4: BEAT, 8: BEAT}),
    ],
)
def test_beats_are_strong_the_bar_line_most_then_the_middle_of_the_bar(text: str, beats: dict[int, int]):
    metre = Metre.parse(text)
    strengths = [metre.strength(step) for step in range(metre.steps_per_bar)]
    assert strengths == [beats.get(step, OFF_BEAT) for step in range(metre.steps_per_bar)]


def test_metres_are_read_as_one_that_policies_know():
    families = {text: family(Metre.parse(text)) for text in ("2/4", "6/4", "12/8", "5/8")}
    assert families == {"2/4": Metre(4, 4), "6/4": Metre(3, 4), "12/8": Metre(6, 8), "5/8": None}


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
