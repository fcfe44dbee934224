from __future__ import annotations

import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.errors import NoPort
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
    clock = make_clock(name, 120, 5, 4)
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


@given(tempi, tempi, st.floats(0.01, 64), st.floats(0, 100))
def test_a_ramp_reaches_its_tempo_evenly_within_its_beats(before: float, after: float, beats: float, first: float):
    clock = Clock(before)
    clock.start(first, 5)
    clock.set_tempo(after, 5, beats)
    end = 5 + beats * 60 / ((before + after) / 2)
    assert clock.beat(end) == pytest.approx(first + beats)
    assert clock.tempo_at(5) == pytest.approx(before)
    assert clock.tempo_at((5 + end) / 2) == pytest.approx((before + after) / 2)
    assert clock.tempo_at(end + 9) == pytest.approx(after)
    for beat in (first, first + beats / 3, first + beats, first + 2 * beats):
        assert clock.beat(clock.due(beat)) == pytest.approx(beat, abs=1e-6)


def test_a_ramp_may_be_changed_midway_without_a_jump():
    clock = Clock(60)
    clock.start(0, 0)
    clock.set_tempo(120, 0, 12)
    assert clock.beat(4) == pytest.approx(60 / 60 * 4 + 7.5 / 60 * 16 / 2)
    tempo, beat = clock.tempo_at(4), clock.beat(4)
    clock.set_tempo(60, 4, 2)
    assert (clock.tempo_at(4), clock.beat(4)) == pytest.approx((tempo, beat))
    assert clock.tempo_at(60) == pytest.approx(60)


def test_a_stopped_clock_takes_a_tempo_at_once():
    clock = Clock(60)
    clock.set_tempo(120, 0, 16)
    assert clock.tempo_at(0) == 120


def test_a_ramp_that_is_stopped_midway_leaves_the_tempo_it_had_reached():
    clock = Clock(60)
    clock.start(0, 0)
    clock.set_tempo(120, 0, 12)
    clock.stop(4)  # of the 8 seconds that 12 beats take at 90 on average
    assert clock.tempo_at(100) == 90
    clock.start(0, 100)
    assert clock.due(3) == 102


def test_a_manual_clock_takes_note_of_a_tempo():
    clock = ManualClock(120)
    clock.set_tempo(90, 0, 16)
    assert (clock.tempo, clock.tempo_at(7)) == (90, 90)


@pytest.mark.parametrize("name", ["internal", "manual", "midi", "jack"])
def test_a_clock_is_the_one_that_was_named_at_its_tempo(name):  # noqa: ANN001
    clock = make_clock(name, 97, 5, 4)
    assert (clock.name, clock.tempo, clock.beat(1000)) == (name, 97, 0)


def test_a_clock_heard_over_midi_goes_on_alone_for_as_long_as_was_asked():
    clock = make_clock("midi", 120, 2.5, 4)
    clock.hear(b"\xfa", 10)
    clock.hear(b"\xf8", 10)
    seen = []
    for silent in (0.2, 2.4, 2.6):
        clock.turns(10 + silent)
        seen.append(clock.status)
    assert seen == ["free-wheeling", "free-wheeling", "lost"]


def test_link_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "link", None)
    with pytest.raises(NoPort, match="the extra `link`"):
        make_clock("link", 120, 5, 4)
