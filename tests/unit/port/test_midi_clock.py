"""A MIDI clock is followed in phase and in tempo, through jitter, gaps and jumps."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

import pytest

from live_composer.port.clock import make_clock
from live_composer.port.midi_bytes import CONTINUE, SONG_POSITION, START, STOP, TICK
from live_composer.port.midi_clock import TICKS_PER_BEAT, MidiClock
from live_composer.port.tick_filter import TickFilter

if TYPE_CHECKING:
    from collections.abc import Callable

PERIOD = 256 / 48_000
"""An audio period: RtMidi on JACK tells every message at the start of one."""


def exact(seconds: float) -> float:
    return seconds


def by_period(seconds: float) -> float:
    return math.ceil(seconds / PERIOD) * PERIOD


class Leader:
    """A leader of a given tempo, heard as it is or through audio periods."""

    def __init__(self, bpm: float, heard: Callable[[float], float] = exact, freewheel: float = 5.0) -> None:
        self.bpm, self.heard, self.now = bpm, heard, 10.0
        clock = make_clock("midi", 120, freewheel)
        assert isinstance(clock, MidiClock)
        self.clock = clock
        self.clock.start(0, 0.0)

    def say(self, *data: int) -> None:
        self.clock.hear(bytes(data), self.heard(self.now))

    def tick(self, count: int, *, silent: bool = False) -> None:
        """Let so many ticks go by, the first of them now."""
        for _ in range(count):
            if not silent:
                self.say(TICK)
            self.clock.turns(self.heard(self.now))
            self.now += 60 / self.bpm / TICKS_PER_BEAT


@pytest.mark.parametrize("bpm", [40.0, 119.7, 123.0, 240.0])
def test_the_first_tick_after_start_is_beat_zero(bpm: float):
    leader = Leader(bpm)
    leader.tick(50)
    leader.say(START)
    begun = leader.now
    assert leader.clock.due(0) == math.inf
    leader.tick(TICKS_PER_BEAT * 8)
    beat = 60 / bpm
    assert leader.clock.beat(begun + 3 * beat) == pytest.approx(3, abs=1e-3)
    assert leader.clock.due(8) == pytest.approx(begun + 8 * beat, abs=1e-3)
    assert leader.clock.tempo == pytest.approx(bpm, rel=1e-4)
    assert (leader.clock.status, leader.clock.playing) == ("locked", True)


def test_ticks_that_come_by_audio_periods_are_smoothed():
    leader = Leader(123.0, by_period)
    leader.say(START)
    leader.tick(TICKS_PER_BEAT * 16)
    tempi: list[float] = []
    for _ in range(TICKS_PER_BEAT * 8):
        leader.tick(1)
        tempi.append(leader.clock.tempo)
    assert max(tempi) - min(tempi) < 2.0, "from tick to tick it is heard as 116 to 158"
    assert sum(tempi) / len(tempi) == pytest.approx(123.0, abs=0.1)


def test_a_new_tempo_is_followed_within_two_beats_and_the_beat_is_kept():
    leader = Leader(120.0)
    leader.say(START)
    leader.tick(TICKS_PER_BEAT * 4)
    leader.bpm = 90.0
    leader.tick(TICKS_PER_BEAT * 2)
    assert leader.clock.tempo == pytest.approx(90.0, rel=0.01)
    leader.tick(TICKS_PER_BEAT * 2)
    assert leader.clock.beat(leader.now) == pytest.approx(8, abs=0.02)


def test_stop_and_continue_go_on_where_the_leader_does():
    leader = Leader(120.0)
    leader.say(START)
    leader.tick(TICKS_PER_BEAT * 2 + 12)
    leader.say(STOP)
    assert not leader.clock.playing
    leader.tick(30)
    leader.say(CONTINUE)
    begun = leader.now
    leader.tick(TICKS_PER_BEAT)
    assert leader.clock.beat(begun) == pytest.approx(2.5, abs=0.05)


def test_a_song_position_is_where_the_next_tick_is():
    leader = Leader(120.0)
    leader.tick(24)
    leader.say(SONG_POSITION, 40, 1)  # sixteenth 168
    leader.say(CONTINUE)
    begun = leader.now
    leader.tick(TICKS_PER_BEAT)
    assert leader.clock.beat(begun) == pytest.approx(42, abs=1e-3)


def test_ticks_lost_on_the_way_are_counted():
    leader = Leader(120.0)
    leader.say(START)
    leader.tick(TICKS_PER_BEAT * 4)
    leader.tick(3, silent=True)
    leader.tick(TICKS_PER_BEAT * 4 - 3)
    assert leader.clock.beat(leader.now) == pytest.approx(8, abs=0.01)


def test_a_clock_that_falls_silent_is_gone_on_from_and_locked_again_without_a_jump():
    leader = Leader(120.0)
    leader.say(START)
    leader.tick(TICKS_PER_BEAT * 4)
    leader.tick(TICKS_PER_BEAT * 4, silent=True)
    assert (leader.clock.status, leader.clock.playing) == ("free-wheeling", True)
    assert leader.clock.beat(leader.now) == pytest.approx(8, abs=0.01)
    leader.tick(TICKS_PER_BEAT)
    assert leader.clock.status == "locked"
    assert leader.clock.beat(leader.now) == pytest.approx(9, abs=0.01)


def test_a_clock_that_stays_silent_is_lost_and_the_music_stops():
    leader = Leader(120.0, freewheel=1.0)
    leader.say(START)
    leader.tick(TICKS_PER_BEAT * 2)
    leader.tick(TICKS_PER_BEAT * 4, silent=True)
    assert (leader.clock.status, leader.clock.playing) == ("lost", False)


def test_whatever_is_heard_beats_stay_finite():
    chance = random.Random(1)
    leader = Leader(120.0)
    for _ in range(20_000):
        leader.now += chance.choice([0.0, 1e-4, 0.02, 0.5, 30.0]) * chance.random()
        kind = chance.choice([TICK, TICK, TICK, TICK, START, STOP, CONTINUE, SONG_POSITION])
        data = (kind, chance.randrange(128), chance.randrange(128)) if kind == SONG_POSITION else (kind,)
        leader.say(*data)
        leader.clock.turns(leader.now)
        assert math.isfinite(leader.clock.beat(leader.now))
        assert 10 <= leader.clock.tempo <= 600


def test_the_filter_finds_the_line_through_jitter():
    chance, period = random.Random(2), 60 / 123 / 24
    filtered = TickFilter(60 / 120 / 24)
    for tick in range(24 * 30):
        filtered.tick(tick * period + chance.uniform(0, PERIOD))
    assert filtered.period == pytest.approx(period, rel=0.005)
    assert filtered.phase == pytest.approx((24 * 30 - 1) * period + PERIOD / 2, abs=0.001)
