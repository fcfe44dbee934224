"""The MIDI clock that others follow: 24 ticks a beat, on the beat of the notes."""

from __future__ import annotations

import itertools
import math

from live_composer.port.clock import Clock
from live_composer.port.clock_leader import ClockLeader
from live_composer.port.midi_bytes import CONTINUE, SONG_POSITION, START, STOP, TICK, TICKS_PER_BEAT
from live_composer.port.player import Player
from live_composer.port.protocol import Note, Notes, SetTempo, Start, Stop


def played(player: Player, until: float) -> list[tuple[float, bytes]]:
    """Play in steps of ten milliseconds: what comes long after its time would be left out."""
    return [(due.seconds, due.data) for step in range(round(until * 100) + 1) for due in player.pull(step / 100)]


def test_ticks_fall_on_the_beat_of_the_notes_at_every_tempo():
    player = Player(Clock(120), leader=ClockLeader())
    player.handle(Notes([Note(1, 1, 0, 60, 80)]), 0.0)
    player.handle(Start(0), 0.0)
    sent = played(player, 1.2)
    assert sent[0][1] == bytes((START,))
    [begin] = [seconds for seconds, data in sent if data[0] == 0x90]
    ticks = [seconds for seconds, data in sent if data[0] == TICK]
    assert min(abs(tick - begin) for tick in ticks) < 1e-9
    steps = {round(later - earlier, 9) for earlier, later in itertools.pairwise(ticks)}
    assert steps == {round(0.5 / TICKS_PER_BEAT, 9)}
    player.handle(SetTempo(60), 1.2)
    later = [seconds for seconds, data in played(player, 3.0) if data[0] == TICK]
    assert round(later[-1] - later[-2], 9) == round(1 / TICKS_PER_BEAT, 9)


def test_music_that_goes_on_later_says_where_and_stop_is_told_once():
    player = Player(Clock(120), leader=ClockLeader())
    player.handle(Start(42), 0.0)
    said = [data for _, data in played(player, 0.0)]
    assert said[:2] == [bytes((SONG_POSITION, 168 & 0x7F, 168 >> 7)), bytes((CONTINUE,))]
    player.handle(Stop(), 1.0)
    player.handle(Stop(), 1.1)
    assert [data for _, data in played(player, 2.0)].count(bytes((STOP,))) == 1
    assert player.next_due() == math.inf


def test_an_offset_moves_everything_alike():
    early, late = Player(Clock(120), offset=-0.05), Player(Clock(120), offset=0.05)
    for player in (early, late):
        player.handle(Notes([Note(0, 1, 0, 60, 80), Note(1, 1, 0, 62, 80)]), 0.0)
        player.handle(Start(0), 0.0)
    first, second = ([seconds for seconds, data in played(player, 9.0) if data[0] == 0x90] for player in (early, late))
    assert first[1] - first[0] == second[1] - second[0] == 0.5
    assert first[0] >= 0.0, "what is to be sent before its time starts the music later"
    assert second[0] == 0.05


def test_a_count_in_gives_the_tempo_and_start_before_the_first_beat():
    player = Player(Clock(120), leader=ClockLeader())
    player.handle(Start(-1), 0.0)
    sent = played(player, 0.6)
    [start] = [seconds for seconds, data in sent if data == bytes((START,))]
    ticks = [seconds for seconds, data in sent if data[0] == TICK]
    before, after = [tick for tick in ticks if tick < start], [tick for tick in ticks if tick > start]
    assert len(before) == TICKS_PER_BEAT
    assert before[-1] < start < after[0]
    assert round(after[0], 9) == round(player.clock.due(0), 9)
