"""The player and clocks: it goes with one that others move, leads those who follow, and tells what the clock does."""

from __future__ import annotations

import math

import pytest

from live_composer.port.clock import Clock, ManualClock
from live_composer.port.clock_leader import LEAD_SECONDS, ClockLeader
from live_composer.port.midi_clock import MidiClock
from live_composer.port.player import Player
from live_composer.port.protocol import Advance, ClockState, Note, Notes, Raw, Rejoin, SetTempo, Start, Stop
from tests.unit.port.leader import PERIOD, Leader, in_periods

ON, OFF, CONTROL = 0x90, 0x80, 0xB0
TICK, BEGIN, CONTINUE, END = (bytes((status,)) for status in (0xF8, 0xFA, 0xFB, 0xFC))


def test_leading_says_start_ticks_24_times_a_beat_and_says_stop():
    player = Player(ManualClock(120), leader=ClockLeader())
    player.handle(Notes([Note(1, 0.5, 0, 60, 80)]), 0)
    player.handle(Start(), 0)
    player.handle(Advance(2), 0)
    sent = [(due.beat, due.data) for due in player.pull(0)]
    assert sent[0] == (0, BEGIN)
    assert [beat for beat, data in sent if data == TICK] == pytest.approx([tick / 24 for tick in range(49)])
    assert [data for beat, data in sent if beat == 1] == [TICK, bytes((ON, 60, 80))]
    player.handle(Stop(), 0)
    assert [due.data for due in player.pull(0)][-1] == END
    player.handle(Stop(), 0)
    assert END not in [due.data for due in player.pull(0)]


@pytest.mark.parametrize(("beat", "position", "first"), [(37.5, 150, 37.5), (37.6, 151, 37.75), (1, 4, 1)])
def test_leading_from_elsewhere_says_the_position_of_the_next_sixteenth(beat: float, position: int, first: float):
    player = Player(ManualClock(120), leader=ClockLeader())
    player.handle(Start(beat), 0)
    player.handle(Advance(1), 0)
    sent = [(due.beat, due.data) for due in player.pull(0)]
    assert [data for _, data in sent[:2]] == [bytes((0xF2, position & 127, position >> 7)), CONTINUE]
    assert sent[2] == (first, TICK)


def following() -> Player:
    player = Player(MidiClock(120, 5))
    player.handle(Start(), 0)
    return player


def hear(player: Player, now: float, *messages: bytes) -> list[bytes]:
    for data in messages:
        player.clock.hear(data, now)
    player.follow(now)
    return [due.data for due in player.pull(now)]


def test_the_first_note_falls_on_the_first_tick_after_start_and_what_sounds_ends_at_stop():
    player = following()
    player.handle(Notes([Note(0, 8, 0, 60, 80), Note(1, 8, 0, 62, 80)]), 0)
    assert hear(player, 1.0, BEGIN) == []
    assert hear(player, 1.02, TICK) == [bytes((ON, 60, 80))]
    assert hear(player, 1.03, END)[:1] == [bytes((OFF, 60, 0))]
    assert [state.rolling for state in player.states][-1] is False
    assert hear(player, 1.04, CONTINUE, TICK) == []
    for tick in range(2, 25):
        sent = hear(player, 1.04 + (tick - 1) / 48, TICK)
    assert sent == [bytes((ON, 62, 80))]


def test_being_moved_forgets_what_lies_before_and_is_told():
    player = following()
    player.handle(Notes([Note(0, 8, 0, 60, 80), Note(4, 8, 0, 62, 80)]), 0)
    hear(player, 1.0, BEGIN)
    player.states.clear()
    assert hear(player, 1.1, bytes((0xF2, 16, 0)), CONTINUE) == []
    assert [(state.beat, state.moved, state.rolling) for state in player.states] == [(4, True, True)]
    assert hear(player, 1.2, TICK) == [bytes((ON, 62, 80))]


def test_what_the_clock_of_others_does_is_told_every_second_and_the_internal_one_when_it_changes():
    player = following()
    for tick in range(48 * 5):
        hear(player, 1 + tick / 48, TICK)
    assert 5 <= len(player.states) <= 8
    player = Player(Clock(120))
    for now in range(20):
        player.follow(now)
    [state] = player.states
    assert state == ClockState("internal", "locked", 120)


def test_a_pedal_that_is_down_is_lifted_when_the_clock_of_others_stops():
    player = following()
    player.handle(Raw(0, bytes((CONTROL, 64, 127))), 0)
    hear(player, 1.0, BEGIN, TICK)
    assert bytes((CONTROL, 64, 0)) in hear(player, 1.1, END)


def test_what_is_released_by_a_stop_is_told_where_and_when_it_is():
    player = Player(ManualClock(120), leader=ClockLeader())
    for command in (Notes([Note(0, 8, 0, 60, 80)]), Start()):
        player.handle(command, 0)
    player.handle(Advance(2), 0)
    [*player.pull(0)]
    player.handle(Stop(), 7.5)
    assert player.next_due() == -math.inf
    told = [*player.pull(7.5)]
    assert (player.next_due(), player.clock.playing) == (math.inf, False)
    assert {(beat, seconds) for beat, seconds, _ in told} == {(2, 7.5)}
    assert [data for _, _, data in told if data[0] == OFF] == [bytes((OFF, 60, 0))]
    assert bytes((0xFC,)) in [data for *_, data in told]


def test_what_is_sent_before_its_beat_has_time_to_be():
    """Half a beat early, and behind the Start that followers need a moment to act on."""
    player = Player(Clock(120), offset=-0.25, leader=ClockLeader())
    player.handle(Notes([Note(0, 1, 0, 60, 80)]), 10)
    player.handle(Start(), 10)
    begin, tick, note = [*player.pull(10 + LEAD_SECONDS + 0.001)]
    assert begin == (0, 10, BEGIN)
    assert (tick.data, note.data) == (TICK, bytes((ON, 60, 80)))
    assert [tick.seconds, note.seconds] == pytest.approx([10 + LEAD_SECONDS] * 2)


def test_one_that_follows_leads_on():
    player = Player(MidiClock(120, 5), leader=ClockLeader())
    player.handle(Start(), 0)
    player.handle(Notes([Note(0, 8, 0, 60, 80)]), 0)
    told = []
    for now, data in ((1.0, BEGIN), (1.25, TICK), (1.26, END), (2.0, CONTINUE)):
        player.clock.hear(data, now)
        player.follow(now)
        told.append([*player.pull(now)])
    assert told[0] == [(0, 1.0, BEGIN)]
    assert told[1] == [(0, 1.25, TICK), (0, 1.25, bytes((ON, 60, 80)))]
    assert (told[2][0].data, told[2][-1].data, {due.seconds for due in told[2]}) == (bytes((OFF, 60, 0)), END, {1.26})
    assert [data for _, _, data in told[3]] == [bytes((0xF2, 1, 0)), CONTINUE]


def test_one_that_stops_while_its_leader_goes_on_tells_its_followers_where_that_was():
    player = Player(MidiClock(120, 5), leader=ClockLeader())
    player.handle(Start(), 0)
    hear(player, 1.0, BEGIN)
    for tick in range(25):
        hear(player, 1.0 + tick / 48, TICK)
    player.handle(Stop(), 1.75)
    [end] = [due for due in player.pull(1.75) if due.data == END]
    assert (end.beat, end.seconds) == (pytest.approx(1.5), 1.75)


def test_another_player_goes_on_where_the_leader_was():
    player = following()
    player.handle(Rejoin(100, 1.0), 1.5)
    player.follow(1.5)
    assert player.clock.playing
    assert player.clock.beat(1.5) == pytest.approx(101)


def test_a_clock_of_others_is_told_at_first_and_every_second():
    player = Player(MidiClock(90, 5))
    for quarter in range(10):
        player.follow(quarter / 4)
    assert [*player.states] == [
        ClockState("midi", "searching", 90, seconds=seconds, own_seconds=seconds) for seconds in (0, 1, 2)
    ]


def test_all_that_is_known_of_a_clock_is_told():
    player = following()
    leader = Leader(player.clock, in_periods)
    leader.start()
    leader.ticks(100)
    player.clock.peers = 2
    player.follow(now := leader.now)
    [state] = player.states
    assert (state.tempo, state.beat) == (pytest.approx(120, abs=1), pytest.approx(99 / 24, abs=0.02))
    assert 0 < state.phase_ms < 1000 * PERIOD
    assert (state.source, state.status, state.rolling, state.moved, state.peers) == ("midi", "locked", True, True, 2)
    assert (state.seconds, state.own_seconds) == (now, now)


def test_a_ramp_is_told_every_second_until_its_end():
    player = Player(Clock(60))
    player.handle(Start(), 0)
    player.handle(SetTempo(120, 12), 0)
    for now in range(20):
        player.follow(now)
    assert [state.tempo for state in player.states] == [60 + 7.5 * second for second in range(9)]
