"""Bars and lines: where bars begin when the metre changes, and what is remembered of the melody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.live.bars import Bars, BarSpan
from live_composer.live.line import Line
from live_composer.music.metre import Metre

FOUR, THREE, SIX = Metre(4, 4), Metre(3, 4), Metre(6, 8)


def test_a_change_of_metre_begins_bars_of_another_length():
    bars = Bars(FOUR)
    bars.change(32, THREE)
    assert [bars.at(step)[:2] for step in (0, 15, 16, 31, 32, 43, 44)] == [
        (1, 0), (1, 0), (2, 16), (2, 16), (3, 32), (3, 32), (4, 44),
    ]  # fmt: skip
    assert bars.at(44) == BarSpan(4, 44, THREE)
    assert [bars.line(step) for step in (0, 1, 32, 33)] == [0, 16, 32, 44]


def test_a_change_that_was_not_reached_is_forgotten_for_another():
    bars = Bars(FOUR)
    bars.change(64, THREE)
    bars.change(32, SIX)
    assert bars.at(64).metre == SIX
    bars.change(32, FOUR)
    assert bars.at(100) == BarSpan(7, 96, FOUR)


@given(st.lists(st.tuples(st.integers(1, 12), st.sampled_from([FOUR, THREE, SIX])), max_size=6))
def test_the_planner_sees_bars_at_multiples_and_no_number_twice(changes: list[tuple[int, Metre]]):
    bars, line = Bars(FOUR), 0
    for ahead, metre in changes:
        for _ in range(ahead):
            line = bars.at(line).end
        bars.change(line, metre)
    numbers = [bars.number_for_planner(step) for step in range(line + 64)]
    assert numbers == sorted(set(numbers))
    for step in range(line + 64):
        bar = bars.at(step)
        assert (numbers[step] - (step - bar.begin)) % bar.metre.steps_per_bar == 0
        assert bar.begin <= step < bar.end


def test_a_line_forgets_what_is_long_past():
    line = Line()
    for event in range(10):
        line.append(event)
    line.forget_before(4)
    assert (line.end, line[4], line.between(0, 6), line.between(8, 99)) == (10, 4, [4, 5], [8, 9])
    with pytest.raises(IndexError):
        line[3]
    line.follow(6, [60, 70])
    assert line.between(4, 99) == [4, 5, 60, 70]
    line.cut(5)
    assert (line.end, line.between(0, 99)) == (5, [4])
    line.clear(7)
    assert (line.end, line.between(0, 99)) == (7, [])
