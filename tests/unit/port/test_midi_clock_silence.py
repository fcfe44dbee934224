"""Following a MIDI clock that falls silent: free-wheeling, loss, and how it comes back."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from live_composer.port.clock import Turn
from tests.unit.port.leader import CONTINUE, STOP, Leader, in_periods, playing, position

if TYPE_CHECKING:
    from collections.abc import Callable


def test_silence_is_free_wheeled_and_ended_without_a_jump():
    leader = Leader(playing())
    leader.start()
    leader.ticks(100)
    leader.ticks(48, heard=False)
    assert leader.clock.turns(leader.now)[1:] == []
    assert leader.clock.status == "free-wheeling"
    assert leader.clock.beat(leader.now) == pytest.approx(leader.tick / 24, abs=1e-3)
    leader.off = []
    leader.ticks(48)
    assert leader.clock.status == "locked"
    assert max(map(abs, leader.off)) < 1e-3


def test_long_silence_is_the_end_until_ticks_are_back():
    leader = Leader(playing(freewheel_seconds=2))
    leader.start()
    leader.ticks(100)
    leader.clock.turns(leader.now)
    leader.ticks(6, heard=False)
    leader.clock.turns(leader.now)
    leader.ticks(24 * 6, heard=False)
    [turn] = leader.clock.turns(leader.now)
    assert (leader.clock.status, turn.rolling, leader.clock.playing) == ("lost", False, False)
    leader.ticks(1)
    [turn] = leader.clock.turns(leader.now)
    assert (leader.clock.status, turn.rolling) == ("locked", True)
    assert turn.beat == pytest.approx(leader.tick / 24)


def test_stop_while_lost_stays_stopped():
    leader = Leader(playing(freewheel_seconds=0.5))
    leader.start()
    leader.ticks(50)
    for _ in range(2):
        leader.ticks(20, heard=False)
        leader.clock.turns(leader.now)
        leader.ticks(20, heard=False)
        leader.clock.turns(leader.now)
    assert leader.clock.status == "lost"
    leader.say(STOP)
    assert leader.clock.status == "searching"
    leader.ticks(50)
    assert not leader.clock.playing


def silent(leader: Leader, seconds: float) -> None:
    """Say nothing for so long, while the clock is looked at."""
    for _ in range(20):
        leader.now += seconds / 20
        leader.clock.turns(leader.now)


def test_a_lost_leader_that_ticks_while_it_stands_has_to_say_that_it_goes_on():
    leader = Leader(playing(freewheel_seconds=2))
    leader.ticks(30)
    leader.start()
    leader.ticks(50)
    silent(leader, 10)
    assert leader.clock.status == "lost"
    leader.ticks(50)
    assert leader.clock.turns(leader.now) == []
    assert (leader.clock.status, leader.clock.rolling, leader.clock.due(10)) == ("locked", False, math.inf)
    leader.start()
    leader.ticks(25)
    assert leader.clock.turns(leader.now) == [Turn(0, rolling=True)]
    assert leader.clock.beat(leader.now) == pytest.approx(1, abs=1e-6)


def test_a_stop_after_ticks_fell_silent_is_obeyed_however_long_they_stay_away():
    leader = Leader(playing(freewheel_seconds=2))
    leader.start()
    leader.ticks(50)
    silent(leader, 0.2)
    assert leader.clock.status == "free-wheeling"
    leader.say(STOP)
    silent(leader, 30)
    assert leader.clock.status == "searching"
    leader.ticks(50)
    assert not leader.clock.rolling


def test_a_first_tick_that_comes_long_after_the_start_is_beat_0_all_the_same():
    leader = Leader(playing(freewheel_seconds=2))
    leader.ticks(50)
    leader.start()
    silent(leader, 30)
    assert leader.clock.rolling
    leader.ticks(25)
    assert leader.clock.turns(leader.now) == []
    assert leader.clock.beat(leader.now) == pytest.approx(1, abs=1e-6)


def test_a_lost_leader_that_says_where_it_is_does_not_say_that_it_goes():
    leader = Leader(playing(freewheel_seconds=2))
    leader.start()
    leader.ticks(50)
    silent(leader, 30)
    assert leader.clock.status == "lost"
    leader.say(position(40))
    leader.ticks(50)
    assert not leader.clock.rolling
    leader.start(CONTINUE, at=240)
    leader.ticks(25)
    assert leader.clock.beat(leader.now) == pytest.approx(11, abs=1e-6)


@pytest.mark.parametrize("come", [lambda now: now, in_periods], ids=["to the frame", "in periods"])
def test_ticks_that_fell_silent_are_forgotten_where_nothing_plays(come: Callable[[float], float]):
    leader = Leader(playing(), come)
    leader.ticks(100)
    leader.clock.turns(leader.now)
    assert leader.clock.status == "locked"
    leader.now += 100
    assert leader.clock.turns(leader.now) == []
    assert leader.clock.status == "searching"
    leader.tempo = 90
    leader.ticks(12)
    assert leader.clock.tempo == pytest.approx(90, abs=3)


def test_a_start_after_the_leader_was_lost_is_told_once():
    leader = Leader(playing(freewheel_seconds=0.5))
    leader.start()
    leader.ticks(50)
    for _ in range(2):
        leader.now += 0.4
        leader.clock.turns(leader.now)
    assert leader.clock.status == "lost"
    leader.start()
    assert leader.clock.status == "searching"
    assert leader.clock.turns(leader.now) == [Turn(0, rolling=True)]
    leader.ticks(1)
    assert (leader.clock.turns(leader.now), leader.clock.status) == ([], "locked")
