"""Curves: what is drawn lies where the axis says, and the axis can be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.tui.plot import BEST, plot, scale, short, spark

FIGURES = st.lists(st.floats(-1e6, 1e6, allow_nan=False, width=32), min_size=1, max_size=60)


def written(figures: list[float], *size: int, **options: int) -> list[str]:
    places = [1000.0 * place for place in range(len(figures))]
    return ["".join(text for text, _ in line) for line in plot(places, figures, *size, **options)]


@given(figures=FIGURES, width=st.integers(24, 200), height=st.integers(4, 40))
def test_every_line_has_its_width(figures: list[float], width: int, height: int):
    lines = written(figures, width, height)
    assert [len(line) for line in lines] == [width] * height


@given(figures=FIGURES, ticks=st.integers(1, 8))
def test_an_axis_writes_round_numbers_within_it(figures: list[float], ticks: int):
    axis = scale(figures, ticks)
    assert axis.lowest <= min(figures)
    assert max(figures) <= axis.highest
    assert len(axis.ticks) >= 2
    for tick in axis.ticks:
        assert axis.lowest - 1e-6 * axis.step <= tick <= axis.highest + 1e-6 * axis.step
        # What is written is the number itself, not one near it.
        assert float(axis.written(tick)) == pytest.approx(tick, abs=1e-6 * axis.step)


def test_a_rise_goes_from_the_corner_to_the_corner():
    lines = written([0.0, 10.0], 30, 8)
    curve = [line.partition("│")[2] or line.partition("┤")[2] for line in lines[:6]]
    assert curve[0].rstrip()[-1] != " "
    assert curve[0][0] == " "
    assert curve[-1][0] != " "
    assert lines[0].startswith("10 ┤")
    assert lines[-3].startswith(" 0 ┤")
    assert lines[-1].split() == ["0", "1k"]


def test_the_best_is_marked_where_it_was():
    lines = written([0.0, 10.0, 0.0], 31, 8, best=1)
    assert [BEST in line for line in lines] == [True] + [False] * 7
    assert abs(lines[0].index(BEST) - (4 + 27 // 2)) <= 1


def test_figures_that_do_not_move_are_a_line():
    lines = written([0.5] * 9, 30, 8)
    assert sum("⠤⠤⠤⠤" in line or "⠒⠒⠒⠒" in line or "⣀⣀⣀⣀" in line or "⠉⠉⠉⠉" in line for line in lines) == 1


def test_a_spark_goes_from_its_lowest_to_its_highest():
    assert spark([1, 2, 3], 40) == "▁▄█"
    assert spark([2, 2], 40) == "▁▁"
    assert spark(range(100), 40) == spark(range(60, 100), 40)


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0"), (999, "999"), (12_000, "12k"), (123_456, "123k"), (1_234_567, "1.23M"), (16e6, "16M")]
)
def test_counts_are_short(count: float, text: str):
    assert short(count) == text
