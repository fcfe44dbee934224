"""The port process in time with others: MIDI clocks that nobody here wrote, JACK's transport, Ableton Link."""

from __future__ import annotations

import importlib.util
import shutil
import statistics
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from real_parts import RATE, note_ons, wait_for
from real_programs import ClockDump, MidiClockLeader

from live_composer.port.protocol import ClockState, Note, Notes, SetTempo, Start, Stop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from real_parts import Conductor, Keyboard, Recorder

pytestmark = pytest.mark.real

TICK, START, CONTINUE, STOP = (bytes((status,)) for status in (0xF8, 0xFA, 0xFB, 0xFC))
needs_clocks = pytest.mark.skipif(shutil.which("jack_midi_clock") is None, reason="jack-midi-clock is not installed")
needs_link = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("link", "aalink")), reason="Ableton Link is not installed"
)


def sixteenths(count: int, first: int = 0) -> Notes:
    return Notes([Note(step / 4, 0.1, 0, 36 + step % 80, 80) for step in range(first, first + count)])


def last_state(port) -> ClockState:  # noqa: ANN001
    return port.heard(ClockState)[-1]


def ticks_of(beats: float, tempo: float, first: float = 0.0) -> list[tuple[int, bytes]]:
    return [(round((first + tick * 60 / tempo / 24) * RATE), TICK) for tick in range(round(beats * 24))]


def test_notes_fall_on_the_ticks_to_the_frame(recorder: Recorder, keyboard: Keyboard, open_port: Callable):
    port, _ = open_port("jack:recorder", listen="jack:keyboard", clock="midi", tempo=90)
    recorder.listen("keyboard:out")
    port.send(sixteenths(32))
    port.send(Start())
    port.settle()
    recorder.freewheel(on=True)
    keyboard.play_at([(0, START), *ticks_of(9, 133)])
    wait_for(lambda: len(note_ons(recorder.events)) == 32, "the last note")
    recorder.freewheel(on=False)
    ticks = [frame for frame, data in recorder.events if data == TICK]
    onsets = [frame for frame, _ in note_ons(recorder.events)]
    assert onsets[0] == ticks[0]
    assert max(abs(onset - tick) for onset, tick in zip(onsets, ticks[::6], strict=False)) <= 2


def test_stop_continue_position_and_a_new_tempo(recorder: Recorder, keyboard: Keyboard, open_port: Callable):
    port, _ = open_port("jack:recorder", listen="jack:keyboard", clock="midi")
    recorder.listen("keyboard:out")
    port.send(sixteenths(120))
    port.send(Start())
    port.settle()
    first = [(0, START), *ticks_of(4, 120), (round(1.99 * RATE), STOP)]
    then = [(3 * RATE, bytes((0xF2, 32, 0))), (3 * RATE, CONTINUE), *ticks_of(8, 150, first=3.01)]
    recorder.freewheel(on=True)
    keyboard.play_at(first + then)
    wait_for(lambda: recorder.data.count(TICK) == 12 * 24, "the last tick")
    wait_for(lambda: last_state(port).status != "locked", "the silence")
    recorder.freewheel(on=False)
    ticks = [frame for frame, data in recorder.events if data == TICK]
    onsets = note_ons(recorder.events)
    places = ticks[: 4 * 24 : 6] + ticks[4 * 24 :: 6]
    assert [pitch for _, pitch in onsets[:48]] == [36 + step % 80 for step in (*range(16), *range(32, 64))]
    off = [abs(frame - place) for (frame, _), place in zip(onsets, places, strict=False)]
    assert max(off[:16]) <= 2
    assert off[16] == 0
    assert max(off[18:48]) <= 2
    assert any(state.moved and state.beat == 8 for state in port.heard(ClockState))


def test_through_rtmidi_the_clock_is_averaged(recorder: Recorder, keyboard: Keyboard, open_port: Callable):
    port, _ = open_port("rtmidi:recorder", listen="rtmidi:keyboard", clock="midi")
    port.send(sixteenths(64))
    port.send(Start())
    port.settle()

    def attempt() -> None:
        port.replies.clear()
        keyboard.play_at([(0, START), *ticks_of(16, 123)])
        wait_for(lambda: bool(port.heard(ClockState)) and last_state(port).beat > 15, "the last beat")

    recorder.undisturbed(attempt)
    tempi = [state.tempo for state in port.heard(ClockState) if state.beat > 8]
    assert all(tempo == pytest.approx(123, abs=1.5) for tempo in tempi)


@needs_clocks
def test_jack_midi_clock_leads(recorder: Recorder, conductor: Conductor, open_port: Callable):
    with MidiClockLeader(recorder, tempo=97):
        port, _ = open_port("jack:recorder", listen="jack_midi_clock", clock="midi")
        recorder.listen("jack_midi_clock:mclk_out")
        port.send(sixteenths(2000))
        port.send(Start())

        def attempt() -> None:
            port.settle()
            conductor.locate(0)
            conductor.roll()
            wait_for(lambda: len(note_ons(recorder.events)) >= 24, "the notes")
            conductor.halt()
            wait_for(lambda: not last_state(port).rolling, "the stop")
            port.send(sixteenths(2000))

        recorder.undisturbed(attempt)
        start = recorder.data.index(START)
        ticks = [frame for frame, data in recorder.events[start:] if data == TICK]
        onsets = [frame for frame, _ in note_ons(recorder.events)]
        assert onsets[0] == ticks[0]
        off = [onset - tick for onset, tick in zip(onsets[:24], ticks[::6], strict=False)]
        assert max(map(abs, off)) <= 4


@needs_clocks
@pytest.mark.parametrize("target", ["jack", "rtmidi"])
def test_jack_mclk_dump_hears_us_lead(recorder: Recorder, open_port: Callable, tmp_path: Path, target: str):
    with ClockDump(tmp_path) as dump:
        port, _ = open_port(f"{target}:mclk", tempo=137, send_clock=True)

        def attempt() -> None:
            port.send(Start(4))
            time.sleep(2.5)
            port.send(Stop())
            wait_for(lambda: "STOP" in dump.text.upper(), "the stop")

        recorder.undisturbed(attempt)
        tempi = dump.tempi
        assert "CONTINUE" in dump.text.upper()
        assert statistics.median(tempi) == pytest.approx(137, abs=0.2 if target == "jack" else 20)
        assert len(tempi) > 100


def test_a_clock_that_falls_silent_is_told_and_outlasted(recorder: Recorder, keyboard: Keyboard, open_port: Callable):
    port, _ = open_port("jack:recorder", listen="jack:keyboard", clock="midi", freewheel_seconds=1)
    port.send(Notes([Note(0, 1000, 0, 60, 80)]))
    port.send(Start())
    port.settle()
    keyboard.play_at([(0, START), *ticks_of(2, 120)])
    wait_for(lambda: last_state(port).status == "free-wheeling", "the silence")
    assert bytes((0x80, 60, 0)) not in recorder.data
    wait_for(lambda: last_state(port).status == "lost", "the loss")
    wait_for(lambda: bytes((0x80, 60, 0)) in recorder.data, "the release")
    keyboard.play_at(ticks_of(2, 120))
    wait_for(lambda: any(state.status == "locked" and state.rolling and state.moved and state.beat > 2
                         for state in port.heard(ClockState)), "the return")  # fmt: skip


@pytest.mark.parametrize("timebase", [True, False])
@pytest.mark.parametrize("target", ["jack:recorder", "rtmidi:recorder"])
def test_the_transport_of_jack_is_followed(
    recorder: Recorder, conductor: Conductor, open_port: Callable, target: str, timebase: bool
):
    if timebase:
        conductor.conduct(100.0)
    port, _ = open_port(target, clock="jack", tempo=100)
    port.send(sixteenths(400))
    port.send(Start())

    def attempt() -> None:
        port.settle()
        port.replies.clear()
        conductor.locate(0)
        conductor.roll()
        wait_for(lambda: len(note_ons(recorder.events)) >= 16, "the notes")
        conductor.locate(RATE * 48)
        wait_for(
            lambda: any(abs(state.beat - 80) < 0.5 and state.moved for state in port.heard(ClockState)), "the move"
        )
        conductor.halt()
        wait_for(lambda: not last_state(port).rolling, "the stop")
        port.send(sixteenths(400))

    recorder.undisturbed(attempt)
    onsets = [frame for frame, pitch in note_ons(recorder.events)][:16]
    steps = [later - earlier for earlier, later in pairwise(onsets)]
    exact = target.startswith("jack")
    assert all(abs(step - RATE * 0.15) <= (2 if exact else RATE / 50) for step in steps)


def test_a_change_of_the_timebase_is_followed(recorder: Recorder, conductor: Conductor, open_port: Callable):
    conductor.conduct(100.0)
    port, _ = open_port("jack:recorder", clock="jack")
    port.send(Start())
    conductor.roll()
    wait_for(lambda: bool(port.heard(ClockState)) and last_state(port).tempo == 100, "the tempo")
    conductor.conduct(150.0)
    wait_for(lambda: last_state(port).tempo == 150, "the new tempo")


@needs_link
def test_a_session_of_link_is_shared(recorder: Recorder, open_port: Callable):
    import asyncio

    import aalink

    async def session() -> None:
        peer = aalink.Link(97.0)
        peer.quantum, peer.enabled = 4, True
        port, _ = await asyncio.to_thread(open_port, "rtmidi:recorder", clock="link", tempo=120)
        port.send(Start())

        async def until(happened: Callable[[], bool]) -> None:
            async with asyncio.timeout(20):
                while not happened():
                    await asyncio.sleep(0.01)

        await until(lambda: bool(port.heard(ClockState)) and last_state(port).peers >= 1)
        peer.tempo = 140.0
        await until(lambda: abs(last_state(port).tempo - 140) < 0.01)
        port.send(SetTempo(150))
        await until(lambda: abs(peer.tempo - 150) < 0.01)

    asyncio.run(session())
