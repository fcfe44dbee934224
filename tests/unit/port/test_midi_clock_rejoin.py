"""Another port process takes over, and goes on where the leader of the MIDI clock is."""

from __future__ import annotations

import pytest

from live_composer.port.clock import Turn
from tests.unit.port.leader import CONTINUE, START, STOP, Leader, playing, position


@pytest.mark.parametrize("heard", [0, 1, 30])
@pytest.mark.parametrize("wrong", [-0.008, 0.0, 0.008])
def test_another_process_goes_on_at_the_tick_that_the_leader_is_at(heard: int, wrong: float):
    leader = Leader(playing())
    leader.tick = 1000
    leader.clock.start(0, leader.now)
    lost, beat = leader.now, (leader.tick + 0.4) / 24
    leader.ticks(20, heard=False)
    leader.ticks(heard)
    leader.clock.turns(leader.now)
    leader.clock.rejoin(beat, lost + 0.4 * 60 / 120 / 24 + wrong, leader.now + 0.004)
    [turn] = leader.clock.turns(leader.now + 0.004)
    assert (turn.rolling, leader.clock.playing) == (True, True)
    assert leader.clock.status == ("locked" if heard else "free-wheeling")
    assert turn.beat == pytest.approx((leader.tick + 0.2) / 24, abs=0.02)
    leader.off = []
    leader.ticks(50)
    assert leader.clock.beat(leader.now) == pytest.approx(leader.tick / 24, abs=1e-3)
    assert max(map(abs, leader.off)) < 1e-3
    assert leader.clock.status == "locked"


def test_another_process_believes_a_leader_that_has_said_more_since():
    leader = Leader(playing())
    leader.start()
    leader.ticks(10)
    leader.clock.turns(leader.now)
    leader.clock.rejoin(100, leader.now, leader.now)
    assert leader.clock.turns(leader.now) == []
    assert leader.clock.beat(leader.now) == pytest.approx(9 / 24, abs=1e-3)


@pytest.mark.parametrize("when", [-3.0, 1000.0], ids=["long ago", "on another server"])
def test_another_process_that_knows_no_place_waits_for_ticks(when: float):
    leader = Leader(playing(freewheel_seconds=2))
    leader.clock.rejoin(100, leader.now + when, leader.now)
    [_, turn] = leader.clock.turns(leader.now)
    assert (turn.rolling, leader.clock.status) == (False, "lost")
    assert turn.beat == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize("gone", [0.0, 2.0], ids=["nothing", "all that may be"])
def test_another_process_goes_on_without_ticks_from_where_the_leader_must_be(gone: float):
    clock = playing(freewheel_seconds=2)
    clock.rejoin(100.1, 10 - gone, 10)
    assert clock.turns(10) == [Turn(100.1 + 2 * gone, rolling=True)]
    assert clock.status == "free-wheeling"
    assert [clock.beat(10), clock.beat(10.25)] == pytest.approx([100.1 + 2 * gone, 100.6 + 2 * gone])


def test_another_process_that_hears_stop_first_stands_at_the_next_tick():
    clock = playing()
    clock.rejoin(100.3, 10, 10)  # tick 2407.2
    clock.hear(STOP, 10.001)
    assert clock.turns(10.001)[-1] == Turn(2408 / 24, rolling=False)


@pytest.mark.parametrize("said", [START, STOP, CONTINUE, position(4)], ids=["start", "stop", "continue", "position"])
def test_another_process_believes_whatever_the_leader_says(said: bytes):
    clock = playing()
    clock.hear(said, 10)
    clock.turns(10)
    clock.rejoin(100, 10, 10)
    assert clock.turns(10) == []
