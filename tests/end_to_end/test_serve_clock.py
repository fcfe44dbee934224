"""`serve` in time with others: a MIDI clock that nobody here wrote, and JACK's transport, through the whole daemon."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from grid import Onset, hanging, onsets, steps_of_ticks, steps_of_transport
from real_parts import RATE, kill, note_ons, wait_for
from real_programs import MidiClockLeader
from serving import Serving

if TYPE_CHECKING:
    from real_parts import Conductor, Keyboard, Recorder

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("jack_midi_clock") is None, reason="jack-midi-clock is not installed"),
]

EXACT, TIMEBASE = 4, 13
"""Frames: ticks are rounded to frames and told by a line that is not; a timebase tells whole ticks of 1920 a beat."""
CLOCK, INPUT = "jack_midi_clock:mclk_out", "live-composer:in"
BY_TICKS = ("--clock", "midi", "--input", "jack:jack_midi_clock", "--seed", "4")
BY_KEYS = ("--clock", "midi", "--input", "jack:keyboard", "--seed", "4")
SIXTEENTH = RATE * 60 // 200 // 4
FEW = 0.1
ALL_NOTES_OFF = bytes((0xB0, 123, 0))


def grow(recorder: Recorder, notes: int) -> int:
    """Wait for so many more notes; return how many there are."""
    wanted = len(note_ons(recorder.events)) + notes
    wait_for(lambda: len(note_ons(recorder.events)) >= wanted, f"{notes} more notes")
    return wanted


def wait_until_armed(serving: Serving) -> None:
    serving.wait_for("opened")
    wait_for(lambda: serving.status().transport == "playing", "the first plan")


def conduct(recorder: Recorder, conductor: Conductor, serving: Serving) -> list[int]:
    """Start, change the tempo, stop, go on, stop, go on from elsewhere; return how many notes each stop found."""
    conductor.roll()
    grow(recorder, 8)
    conductor.conduct(150.0)
    grow(recorder, 12)
    assert serving.status().clock.tempo == pytest.approx(150, abs=0.5)
    stops: list[int] = []
    for place in (None, RATE * 60):
        conductor.halt()
        wait_for(lambda: not serving.status().clock.rolling and not hanging(recorder.events), "the stop")
        stops.append(len(note_ons(recorder.events)))
        if place:
            conductor.locate(place)
        conductor.roll()
        grow(recorder, 6)
    conductor.halt()
    wait_for(lambda: not serving.status().clock.rolling and not hanging(recorder.events), "the last stop")
    return stops


def late(heard: list[Onset], frames: int = EXACT) -> list[Onset]:
    return [onset for onset in heard if abs(onset.late) > frames]


def assert_on_the_clock(heard: list[Onset], stops: list[int]) -> None:
    """From the first beat on, on from where it was stopped, and on from where it was put."""
    assert (heard[0].step, abs(heard[0].late) <= EXACT) == (0, True)
    for begin, end in itertools.pairwise([0, *stops, len(heard)]):
        assert all(before.step < after.step for before, after in itertools.pairwise(heard[begin:end]))
    first, second = (heard[stop].step - heard[stop - 1].step for stop in stops)
    assert 0 < first < 16
    assert second > 400


def test_the_transport_of_jack_starts_stops_goes_on_changes_and_moves(recorder: Recorder, conductor: Conductor):
    def attempt() -> None:
        conductor.locate(0)
        conductor.conduct(200.0)
        with Serving("recorder", "--clock", "jack", "--seed", "4") as serving:
            wait_until_armed(serving)
            recorder.watch_transport()
            stops = conduct(recorder, conductor, serving)
            serving.process.terminate()
            assert serving.end()["dropped"] == 0
        heard = onsets(recorder.events, steps_of_transport(recorder.places, conductor.tempi()))
        assert_on_the_clock(heard, stops)
        assert late(heard, TIMEBASE) == []

    recorder.fairly(attempt)


def test_a_midi_clock_that_drops_out_is_bridged_and_joined_again_without_a_jump(
    recorder: Recorder, conductor: Conductor
):
    def attempt() -> None:
        conductor.locate(0)
        conductor.conduct(200.0)
        with MidiClockLeader(recorder, 200.0), Serving("recorder", *BY_TICKS) as serving:
            wait_until_armed(serving)
            recorder.listen(CLOCK)
            conductor.roll()
            grow(recorder, 8)
            subprocess.run(["jack_disconnect", CLOCK, INPUT], check=True)
            wait_for(lambda: serving.status().clock.state == "free-wheeling", "the silence")
            grow(recorder, 8)
            assert serving.status().clock.state == "free-wheeling"
            subprocess.run(["jack_connect", CLOCK, INPUT], check=True)
            wait_for(lambda: serving.status().clock.state == "locked", "the return")
            grow(recorder, 8)
            conductor.halt()
            serving.process.terminate()
            serving.end()
        heard = onsets(recorder.events, steps_of_ticks(recorder.events))
        assert late(heard) == []
        assert all(before.step < after.step for before, after in itertools.pairwise(heard))
        assert hanging(recorder.events) == []

    recorder.fairly(attempt)


def leads(begin: int, sixteenths: int, *first: bytes) -> list[tuple[int, bytes]]:
    """Return what a leader at 200 BPM says from a frame on."""
    ticks = [(begin + tick * SIXTEENTH // 6, b"\xf8") for tick in range(sixteenths * 6)]
    return [*((begin, data) for data in first), *ticks]


def test_a_leader_that_says_again_where_it_stands_cuts_no_note(recorder: Recorder, keyboard: Keyboard):
    place, stop = bytes((0xF2, 24, 0)), 24 * SIXTEENTH
    go_on = stop + RATE
    says = [*leads(0, 24, b"\xfa"), (stop, b"\xfc"), *((stop + third * RATE // 4, place) for third in (1, 2, 3))]
    recorder.listen("keyboard:out")

    def attempt() -> None:
        with Serving("recorder", *BY_KEYS) as serving:
            wait_until_armed(serving)
            keyboard.play_at([*says, *leads(go_on, 24, b"\xfb"), (go_on + stop, b"\xfc")])
            wait_for(lambda: recorder.data.count(b"\xfc") == 2, "the last stop")
            serving.process.terminate()
            serving.end()
        _, begin, end = (frame for frame, data in recorder.events if data in {b"\xfb", b"\xfc"})
        second = [data for frame, data in recorder.events if begin <= frame < end - SIXTEENTH]
        assert ALL_NOTES_OFF not in second
        assert len(note_ons([(0, data) for data in second])) >= 4
        notes = onsets(recorder.events, steps_of_ticks(recorder.events))
        assert late(notes) == []
        assert all(before.step < after.step for before, after in itertools.pairwise(notes))

    recorder.fairly(attempt)


def test_a_port_process_that_is_lost_while_a_clock_goes_is_replaced_and_on_its_grid(
    recorder: Recorder, keyboard: Keyboard
):
    recorder.listen("keyboard:out")

    def attempt() -> None:
        with Serving("recorder", *BY_KEYS) as serving:
            wait_until_armed(serving)
            keyboard.play_at([*leads(0, 80, b"\xfa"), (80 * SIXTEENTH, b"\xfc")])
            before = grow(recorder, 6)
            kill(serving.children()["port"])
            grow(recorder, 8)
            wait_for(lambda: b"\xfc" in recorder.data, "the stop")
            wait_for(lambda: not hanging(recorder.events), "silence")
            serving.process.terminate()
            assert serving.end()["ports_replaced"] == 1
        notes = onsets(recorder.events, steps_of_ticks(recorder.events))
        # At a wrong tick all would be late from there on; an overrun has one said again, a period later.
        assert len(late(notes)) <= FEW * len(notes)
        assert all(earlier.step <= later.step for earlier, later in itertools.pairwise(notes))
        assert notes[-1].step > notes[before].step + 16
        bars = [report["number"] for report in serving.reports if report["event"] == "bar"]
        assert bars == sorted(set(bars))

    recorder.fairly(attempt)
