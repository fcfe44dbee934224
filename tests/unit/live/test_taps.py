"""A tempo that is tapped."""

from __future__ import annotations

import pytest

from live_composer.live.taps import Taps
from live_composer.music.units import TEMPO_RANGE


def tapped(*seconds: float) -> list[float | None]:
    times = iter(seconds)
    taps = Taps(lambda: next(times))
    return [taps.tap() for _ in seconds]


def test_two_taps_make_a_tempo_and_more_make_their_mean():
    assert tapped(10.0, 10.5, 11.1, 11.5) == [None, 120.0, 109.1, 120.0]


def test_a_tempo_that_changes_is_followed_within_eight_taps():
    assert tapped(*(step * 1.0 for step in range(8)), *(7 + step * 0.5 for step in range(1, 9)))[-1] == 120.0


def test_a_pause_begins_a_new_tempo():
    slowest = 60 / TEMPO_RANGE[0]
    assert tapped(0.0, 1.0, 1.0 + slowest + 0.1, 1.5 + slowest + 0.1) == [None, 60.0, None, 120.0]


@pytest.mark.parametrize(("interval", "tempo"), [(0.0, TEMPO_RANGE[1]), (0.001, TEMPO_RANGE[1]), (3.0, TEMPO_RANGE[0])])
def test_a_tempo_stays_in_its_range(interval: float, tempo: float):
    assert tapped(5.0, 5.0 + interval) == [None, tempo]
