"""A MIDI clock as it comes: to the frame, in audio periods, in bursts, with gaps; followed by phase and tempo."""

from __future__ import annotations

import math
import random
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.port.clock import Turn
from live_composer.port.midi_clock import MidiClock
from tests.unit.port.leader import CONTINUE, PERIOD, START, STOP, TICK, Leader, in_periods, playing, position

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("before", [0, 1, 50])
def test_beat_0_is_the_first_tick_after_start(before: int):
    leader = Leader(playing())
    leader.ticks(before)
    leader.start()
    assert leader.clock.due(0) == math.inf
    assert leader.clock.turns(leader.now) == [Turn(0, rolling=True)]
    leader.ticks(1)
    assert leader.clock.due(0) == pytest.approx(leader.now, abs=1e-6)
    leader.ticks(24)
    assert leader.clock.beat(leader.now) == pytest.approx(1, abs=1e-6)
    assert leader.clock.due(2) == pytest.approx(leader.now + 0.5, abs=1e-5)


def test_a_clock_that_begins_its_ticks_anew_at_start_is_followed_from_there():
    leader = Leader(playing())
    leader.ticks(50)
    leader.now += 0.009
    leader.start()
    leader.ticks(30)
    assert max(map(abs, leader.off)) < 1e-4


@given(st.floats(30, 300), st.floats(30, 300))
def test_the_tempo_is_found_within_two_ticks_whatever_was_told(tempo: float, told: float):
    leader = Leader(playing(told))
    leader.tempo = tempo
    leader.start()
    leader.ticks(3)
    assert leader.clock.tempo == pytest.approx(tempo, rel=1e-3)


def test_a_jittering_clock_is_averaged():
    leader = Leader(playing(), in_periods)
    leader.tempo = 123.0
    leader.start()
    leader.ticks(24 * 4)
    seen, leader.off = [], []
    for _ in range(24 * 16):
        leader.ticks(1)
        seen.append(leader.clock.tempo)
    apart = [60 / 24 / (in_periods(later) - in_periods(earlier)) for earlier, later in pairwise(
        [step * 60 / 123 / 24 for step in range(24)]
    )]  # fmt: skip
    assert max(apart) - min(apart) > 30
    assert max(seen) - min(seen) < 0.5
    assert max(leader.off) - min(leader.off) < 0.001
    assert 1 < leader.clock.phase_ms < 3


@pytest.mark.parametrize(("come", "within"), [(lambda now: now, 0.002), (in_periods, 0.015)])
def test_a_new_tempo_is_followed(come: Callable[[float], float], within: float):
    leader = Leader(playing(), come)
    leader.start()
    leader.ticks(24 * 8)
    leader.tempo, leader.off = 140.0, []
    leader.ticks(24 * 8)
    assert max(map(abs, leader.off)) < within
    assert leader.clock.tempo == pytest.approx(140, abs=0.5)


def test_a_tempo_that_jumps_is_known_by_its_second_tick_where_ticks_come_to_the_frame():
    leader = Leader(playing(), lambda now: round(now * 48_000) / 48_000)
    leader.start()
    for tempo in (120, 144, 96, 97, 300):
        leader.tempo = tempo
        leader.ticks(2)
        leader.off = []
        leader.ticks(46)
        assert max(map(abs, leader.off)) < 1e-4
        assert leader.clock.tempo == pytest.approx(tempo, abs=0.05)


def test_a_ramp_is_followed():
    leader = Leader(playing())
    leader.start()
    leader.ticks(48)
    leader.off = []
    while leader.tempo < 160:
        leader.tempo += 4 * 60 / leader.tempo / 24
        leader.ticks(1)
    assert max(map(abs, leader.off)) < 0.0005


def test_stop_and_continue_go_on_at_the_next_tick():
    leader = Leader(playing())
    leader.start()
    leader.ticks(24 * 3)
    leader.clock.turns(leader.now)
    leader.say(STOP)
    [turn] = leader.clock.turns(leader.now)
    assert turn == Turn(3, rolling=False)
    assert not leader.clock.playing
    leader.now += 7
    assert leader.clock.beat(leader.now) == 3
    leader.say(CONTINUE)
    leader.ticks(1)
    assert leader.clock.due(3) == pytest.approx(leader.now, abs=1e-6)


def test_ticks_go_on_while_stopped_and_move_nothing():
    leader = Leader(playing())
    leader.start()
    leader.ticks(24)
    leader.say(STOP)
    tick = leader.tick
    leader.ticks(100)
    assert leader.clock.beat(leader.now) == 1
    leader.tick = tick
    leader.say(CONTINUE)
    leader.ticks(24)
    assert leader.clock.beat(leader.now) == pytest.approx(47 / 24, abs=1e-4)


@pytest.mark.parametrize("rolling", [False, True])
def test_song_position_is_where_the_next_tick_is(rolling: bool):
    leader = Leader(playing())
    leader.ticks(12)
    if rolling:
        leader.start()
        leader.ticks(12)
    leader.clock.turns(leader.now)
    leader.say(position(200))
    assert leader.clock.turns(leader.now) == [Turn(50, rolling=rolling)]
    assert leader.clock.beat(leader.now) == 50
    leader.start(CONTINUE, at=1200)
    leader.ticks(13)
    assert leader.clock.due(50.5) == pytest.approx(leader.now, abs=1e-5)


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_ticks_lost_on_the_way_do_not_shift_the_beat(lost: int):
    leader = Leader(playing())
    leader.start()
    leader.ticks(50)
    leader.ticks(lost, heard=False)
    leader.ticks(30)
    assert leader.clock.beat(leader.now) == pytest.approx(leader.tick / 24, abs=1e-3)


def test_a_tick_that_is_told_twice_does_not_shift_the_beat():
    leader = Leader(playing())
    leader.start()
    leader.ticks(50)
    leader.clock.hear(TICK, leader.now)
    leader.ticks(30)
    assert leader.clock.beat(leader.now) == pytest.approx(leader.tick / 24, abs=1e-3)


def test_a_tick_left_out_where_the_tempo_changes_does_not_shift_the_beat():
    """As `jack_midi_clock` does, now and then."""
    leader = Leader(playing(200))
    leader.tempo = 200
    leader.start()
    leader.ticks(50)
    leader.tempo = 240
    leader.ticks(1, heard=False)
    leader.ticks(30)
    assert leader.clock.beat(leader.now) == pytest.approx(leader.tick / 24, abs=1e-3)


def test_half_the_tempo_is_not_taken_for_lost_ticks():
    leader = Leader(playing())
    leader.start()
    leader.ticks(50)
    leader.tempo = 60
    leader.ticks(30)
    assert leader.clock.beat(leader.now) == pytest.approx(leader.tick / 24, abs=0.01)
    assert leader.clock.tempo == pytest.approx(60, abs=0.5)


def test_a_burst_after_a_stall_loses_no_tick():
    leader = Leader(playing())
    leader.start()
    leader.ticks(50)
    stalled = leader.now + 0.08
    leader.come = lambda now: max(now, stalled)
    leader.ticks(60)
    assert leader.clock.beat(leader.now) == pytest.approx(leader.tick / 24, abs=0.02)


def test_it_plays_along_only_when_told_to():
    leader = Leader(MidiClock(120, 5))
    leader.start()
    leader.ticks(10)
    assert leader.clock.rolling
    assert not leader.clock.playing
    assert leader.clock.start(0, leader.now) == pytest.approx(9 / 24, abs=1e-4)
    assert leader.clock.playing
    leader.clock.stop(leader.now)
    assert leader.clock.due(1) == math.inf


def test_any_order_of_anything_leaves_a_clock_that_can_be_started():
    chance = random.Random(1)
    for _ in range(300):
        leader = Leader(playing(freewheel_seconds=0.2))
        for _ in range(60):
            match chance.randrange(7):
                case 0:
                    leader.now += chance.choice([0.0, 0.001, 0.05, 0.5])
                case 1:
                    leader.clock.turns(leader.now)
                case 2:
                    leader.tempo = chance.uniform(30, 300)
                case 3:
                    leader.ticks(chance.randrange(10))
                case _:
                    leader.say(chance.choice([START, CONTINUE, STOP, position(chance.randrange(16384)), b"\xfe"]))
            assert math.isfinite(leader.clock.beat(leader.now))
        leader.tempo = 120
        leader.ticks(24)
        leader.start()
        leader.ticks(48)
        assert leader.clock.due(leader.tick / 24) == pytest.approx(leader.now, abs=0.002)


def test_a_clock_that_nobody_moves_waits():
    clock = MidiClock(120, 5)
    assert (clock.status, clock.joined, clock.playing, clock.rolling) == ("searching", False, False, False)
    assert clock.start(8, 0) is None
    assert (clock.turns(100), clock.beat(100), clock.due(0)) == ([], 0, math.inf)
    clock.stop(100)
    assert (clock.joined, clock.playing) == (False, False)


def test_continue_before_anything_else_begins_at_the_beginning():
    leader = Leader(playing())
    leader.ticks(5)
    leader.start(CONTINUE)
    assert leader.clock.turns(leader.now) == [Turn(0, rolling=True)]
    leader.ticks(25)
    assert leader.clock.beat(leader.now) == pytest.approx(1, abs=1e-6)


def test_continue_while_it_rolls_moves_nothing():
    leader = Leader(playing())
    leader.start()
    leader.ticks(24)
    leader.clock.turns(leader.now)
    leader.say(CONTINUE)
    assert leader.clock.turns(leader.now) == [Turn(1, rolling=True)]
    leader.ticks(24)
    assert leader.clock.beat(leader.now) == pytest.approx(leader.tick / 24, abs=1e-6)


@pytest.mark.parametrize("before", range(190, 200))
def test_a_start_amid_jittering_ticks_is_where_the_ticks_are_on_average(before: int):
    """The first tick after Start comes up to a period late, as all others; the beat begins no later for it."""
    leader = Leader(playing(), in_periods)
    leader.tempo = 123.0
    leader.ticks(before)
    leader.start()
    leader.ticks(1)
    assert leader.clock.due(0) == pytest.approx(leader.now + PERIOD / 2, abs=PERIOD / 5)


def test_after_many_lost_ticks_one_that_comes_late_does_not_shift_the_beat():
    """Six whole ticks of the longer gap are seven of the line, which is in no doubt."""
    leader = Leader(playing())
    leader.start()
    leader.ticks(50)
    leader.ticks(5, heard=False)
    leader.ticks(1)
    leader.come = lambda now: now + 0.2 / 48
    leader.ticks(1)
    leader.come = lambda now: now
    leader.ticks(30)
    assert leader.clock.beat(leader.now) == pytest.approx(leader.tick / 24, abs=1e-2)
