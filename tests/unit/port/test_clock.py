from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.port.clock import Clock, ManualClock, make_clock

tempi = st.floats(20, 400)
seconds = st.floats(0, 1e5)


@given(tempi, seconds, st.floats(0, 1e4), st.floats(0, 1e4))
def test_a_beat_is_due_when_it_is_that_beat(tempo: float, start: float, first: float, beat: float):
    clock = Clock(tempo)
    clock.start(first, start)
    assert clock.beat(clock.due(beat)) == pytest.approx(beat, abs=1e-6)


@given(tempi, st.lists(st.tuples(st.floats(0.01, 100), tempi), max_size=8))
def test_a_change_of_tempo_makes_no_jump(tempo: float, changes: list[tuple[float, float]]):
    clock, now = Clock(tempo), 5.0
    clock.start(0, now)
    for later, tempo_then in changes:
        now += later
        beat = clock.beat(now)
        clock.set_tempo(tempo_then, now)
        assert clock.beat(now) == pytest.approx(beat)
        assert clock.due(beat) == pytest.approx(now)
        assert clock.beat(now + 1) == pytest.approx(beat + tempo_then / 60)


def test_a_beat_lasts_half_a_second_at_120():
    clock = Clock(120)
    clock.start(4, 10)
    assert [clock.due(beat) for beat in (4, 5, 8)] == [10, 10.5, 12]


@pytest.mark.parametrize("name", ["internal", "manual"])
def test_a_stopped_clock_stays(name):  # noqa: ANN001
    clock = make_clock(name, 120)
    assert clock.beat(100) == 0
    assert clock.due(0) == math.inf
    clock.start(7, 100)
    clock.stop(100)
    assert clock.beat(200) == 7
    assert clock.due(7) == math.inf


def test_a_manual_clock_goes_only_by_hand():
    clock = ManualClock(120)
    clock.start(0, 1)
    assert clock.beat(1000) == 0
    for _ in range(10):
        clock.advance(0.25, 2)
    assert clock.beat(3) == 2.5
    assert clock.due(2.5) == 2
    assert clock.due(2.6) == math.inf


def test_a_stopped_manual_clock_is_not_moved():
    clock = ManualClock(120)
    clock.advance(4, 0)
    assert clock.beat(0) == 0
