from __future__ import annotations

import math
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.port.clock import Clock, ManualClock
from live_composer.port.player import Player
from live_composer.port.protocol import (
    Advance,
    Cancel,
    Close,
    Command,
    Note,
    Notes,
    Open,
    Raw,
    Release,
    SetOffset,
    SetTempo,
    Start,
    Stop,
)

ON, OFF, CONTROL = 0x90, 0x80, 0xB0

sixteenths = st.integers(0, 64).map(lambda step: step / 4)
notes = st.builds(
    Note, sixteenths, st.sampled_from([0.01, 0.25, 1 / 3, 1, 4]), st.integers(0, 1), st.integers(60, 62), st.just(80)
)


def play(*commands: Command, beats: float = 100) -> list[tuple[float, bytes]]:
    """Give commands, play by hand, and return (beat, message) of what is sent."""
    player = Player(ManualClock(120))
    for command in commands:
        player.handle(command, 0)
    player.handle(Advance(beats), 0)
    return [(beat, data) for beat, _, data in player.pull(0)]


def strikes(sent: list[tuple[float, bytes]]) -> list[tuple[float, int, int]]:
    return [(beat, data[0] & 15, data[1]) for beat, data in sent if data[0] & 0xF0 == ON]


def test_a_note_is_struck_and_released():
    assert play(Notes([Note(1, 0.5, 2, 60, 80)]), Start()) == [
        (1, bytes((ON | 2, 60, 80))),
        (1.5, bytes((OFF | 2, 60, 0))),
    ]


@given(st.lists(notes))
def test_every_note_is_struck_once_and_ends_before_the_next_of_its_pitch(played: list[Note]):
    sent = play(Notes(played), Start())
    assert sorted(strikes(sent)) == sorted((note.beat, note.channel, note.pitch) for note in played)
    sounding: set[tuple[int, int]] = set()
    for _, data in sent:
        key = data[0] & 15, data[1]
        if data[0] & 0xF0 == ON:
            assert key not in sounding
            sounding.add(key)
        else:
            assert key in sounding, "a note-off of nothing"
            sounding.remove(key)
    assert sounding == set()


@given(st.lists(notes))
def test_messages_come_in_the_order_of_their_beats(played: list[Note]):
    beats = [beat for beat, _ in play(Notes(played), Start())]
    assert beats == sorted(beats)


@given(st.lists(notes), st.lists(st.floats(0, 3), min_size=1, max_size=40))
def test_advancing_in_small_steps_sends_the_same(played: list[Note], steps: list[float]):
    player, sent = Player(ManualClock(120)), []
    for command in (Notes(played), Start(), *map(Advance, steps), Advance(200)):
        player.handle(command, 0)
        sent += [(beat, data) for beat, _, data in player.pull(0)]
    assert sent == play(Notes(played), Start(), beats=300)


@given(st.lists(notes), st.integers(1, 5))
def test_pulling_may_stop_early(played: list[Note], most: int):
    player, sent = Player(ManualClock(120)), []
    for command in (Notes(played), Start(), Advance(100)):
        player.handle(command, 0)
    while some := [(due.beat, due.data) for due in islice(player.pull(0), most)]:
        sent += some
    assert sent == play(Notes(played), Start())


def test_at_one_beat_what_ends_comes_first_then_programs_then_what_begins():
    sent = play(Notes([Note(0, 1, 0, 60, 80), Note(1, 1, 0, 64, 80)]), Raw(1, bytes((0xC0, 5))), Start(), beats=1)
    assert [data[0] for _, data in sent] == [ON, OFF, 0xC0, ON]


def test_a_pitch_struck_again_is_released_first_and_keeps_its_later_end():
    sent = play(Notes([Note(0, 4, 0, 60, 80), Note(1, 4, 0, 60, 70)]), Start())
    assert sent == [
        (0, bytes((ON, 60, 80))),
        (1, bytes((OFF, 60, 0))),
        (1, bytes((ON, 60, 70))),
        (5, bytes((OFF, 60, 0))),
    ]


@given(st.lists(notes), sixteenths, sixteenths)
def test_cancelling_forgets_what_is_to_come_and_releases_what_sounds(played: list[Note], now: float, start: float):
    player = Player(ManualClock(120))
    for command in (Notes(played), Start(), Advance(now)):
        player.handle(command, 0)
    before = [(due.beat, due.data) for due in player.pull(0)]
    player.handle(Cancel(start), 0)
    player.handle(Advance(100), 0)
    after = [(due.beat, due.data) for due in player.pull(0)]
    assert sorted(strikes(before + after)) == sorted(
        (note.beat, note.channel, note.pitch) for note in played if note.beat <= now or note.beat < start
    )
    assert player.sounding.notes == {}


def test_stopping_silences_and_forgets():
    player = Player(ManualClock(120))
    for command in (Notes([Note(0, 8, 3, 60, 80), Note(4, 1, 3, 64, 80)]), Start(), Advance(1)):
        player.handle(command, 0)
    assert len(list(player.pull(0))) == 1
    player.handle(Stop(), 0)
    assert [due.data for due in player.pull(0)] == [
        bytes((OFF | 3, 60, 0)),
        bytes((CONTROL | 3, 64, 0)),
        bytes((CONTROL | 3, 123, 0)),
    ]
    player.handle(Start(0), 0)
    player.handle(Advance(100), 0)
    assert list(player.pull(0)) == []


def test_starting_elsewhere_skips_what_lies_before_and_silences_what_sounds():
    player = Player(ManualClock(120))
    for command in (Notes([Note(beat, 8, 0, 60 + beat, 80) for beat in range(4)]), Start(), Advance(0)):
        player.handle(command, 0)
    assert len(list(player.pull(0))) == 1
    player.handle(Start(2), 0)
    player.handle(Advance(1), 0)
    assert [due.data[1] for due in player.pull(0)] == [60, 64, 123, 62, 63]


def test_panic_silences_every_channel_and_the_music_goes_on():
    player = Player(ManualClock(120))
    for command in (Notes([Note(0, 8, 0, 60, 80), Note(4, 1, 0, 64, 80)]), Start(), Advance(1)):
        player.handle(command, 0)
    list(player.pull(0))
    player.handle(Release([(5, 50)]), 0)
    sent = [due.data for due in player.pull(0)]
    assert sent[:2] == [bytes((OFF, 60, 0)), bytes((OFF | 5, 50, 0))]
    assert sent[2:] == [bytes((CONTROL | channel, number, 0)) for channel in range(16) for number in (64, 123, 120)]
    player.handle(Advance(10), 0)
    assert [due.data for due in player.pull(0)] == [bytes((ON, 64, 80)), bytes((OFF, 64, 0))]


def test_messages_of_others_are_known_to_sound():
    player = Player(ManualClock(120))
    for command in (Raw(0, bytes((ON | 1, 50, 90))), Start(), Advance(1)):
        player.handle(command, 0)
    list(player.pull(0))
    assert list(player.sounding.notes) == [(1, 50)]


def test_each_message_is_due_at_its_beat():
    player = Player(Clock(120))
    player.handle(Notes([Note(1, 0.5, 0, 60, 80)]), 10)
    assert player.next_due() == math.inf
    player.handle(Start(), 10)
    assert player.next_due() == 10.5
    assert list(player.pull(10.4)) == []
    assert [due.seconds for due in player.pull(10.5)] == [10.5]
    player.handle(SetTempo(60), 10.5)
    assert player.next_due() == 11


def test_an_offset_that_is_changed_moves_what_is_still_to_come():
    player = Player(Clock(120))
    player.handle(Notes([Note(1, 0.5, 0, 60, 80), Note(4, 0.5, 0, 62, 80)]), 0)
    player.handle(Start(), 0)
    player.handle(SetOffset(100), 0)
    assert player.next_due() == pytest.approx(0.6)
    assert [due.seconds for now in (0.6, 0.85) for due in player.pull(now)] == pytest.approx([0.6, 0.85])
    player.handle(SetOffset(-250), 1)
    assert player.next_due() == pytest.approx(1.75)


def test_an_onset_that_is_much_too_late_is_dropped_and_nothing_hangs():
    player = Player(Clock(120))
    player.handle(Notes([Note(0, 1, 0, 60, 80), Note(4, 1, 0, 64, 80)]), 0)
    player.handle(Start(), 0)
    list(player.pull(0))
    late = 4 * 0.5 + Clock.patience + 0.01
    assert [due.data[0] for due in player.pull(late)] == [OFF]
    assert player.dropped == 1
    player.handle(Notes([Note(5, 1, 0, 65, 80)]), late)
    assert len(list(player.pull(late + 0.3))) == 1


@pytest.mark.parametrize(
    ("nonsense", "says"),
    [
        (Open("null"), "Open means nothing to this port"),
        (Close(), "Close means nothing to this port"),
        (Advance(1), "Advance means nothing to this port"),
        (Raw(0, b"\x90\x3c"), "90 3c is no MIDI message"),
    ],
)
def test_what_makes_no_sense_is_refused(nonsense: Command, says: str):
    with pytest.raises(ValueError, match=says):
        Player(Clock(120)).handle(nonsense, 0)


def test_every_onset_that_is_too_late_is_counted_and_one_at_the_last_moment_is_played():
    player = Player(Clock(120))
    player.handle(Notes([Note(beat, 1, 0, 60 + beat, 80) for beat in (0, 1, 2)]), 0)
    player.handle(Start(), 0)
    assert [due.data[1] for due in player.pull(2 * 0.5 + Clock.patience)] == [62]
    assert player.dropped == 2


def test_every_advance_is_counted():
    player = Player(ManualClock(120))
    for _ in range(3):
        player.handle(Advance(1), 0)
    assert player.advances == 3


def test_a_pitch_that_somebody_else_strikes_anew_is_theirs_to_end():
    theirs = bytes((ON, 60, 90))
    assert play(Notes([Note(0, 4, 0, 60, 80)]), Raw(1, theirs), Start()) == [(0, bytes((ON, 60, 80))), (1, theirs)]


def test_whatever_is_sent_has_its_beat_and_the_moment_of_it():
    player = Player(Clock(120))
    player.handle(Notes([Note(0, 4, 0, 60, 80), Note(1, 1, 0, 60, 70)]), 10)
    player.handle(Raw(3, bytes((0xC0, 5))), 10)
    player.handle(Start(), 10)
    assert [due for now in (10, 10.5, 11, 11.5) for due in player.pull(now)] == [
        (0, 10, bytes((ON, 60, 80))),
        (1, 10.5, bytes((OFF, 60, 0))),
        (1, 10.5, bytes((ON, 60, 70))),
        (2, 11, bytes((OFF, 60, 0))),
        (3, 11.5, bytes((0xC0, 5))),
    ]


@pytest.mark.parametrize("command", [Release([]), Start(40), Stop()], ids=["release", "start", "stop"])
def test_what_is_silenced_is_silenced_there_and_then(command: Command):
    player = Player(Clock(120))
    player.handle(Notes([Note(0, 8, 0, 60, 80)]), 0)
    player.handle(Start(), 0)
    [*player.pull(0)]
    player.handle(command, 1.5)
    sent = [*player.pull(1.5)]
    assert sent[0].data == bytes((OFF, 60, 0))
    assert {(due.beat, due.seconds) for due in sent} == {(3, 1.5)}
