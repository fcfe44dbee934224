"""The port process on a real JACK server: every message, on its frame."""

from __future__ import annotations

import itertools
import random
import signal
import time
from typing import TYPE_CHECKING

import pytest
from real_parts import RATE, kill, note_offs, note_ons, wait_for

from live_composer.port.protocol import Advance, Heartbeat, Note, Notes, Raw, Release, SetTempo, Start, Stop
from live_composer.port.sounding import Sounding

if TYPE_CHECKING:
    from collections.abc import Callable

    from real_parts import JackServer, Recorder
    from real_programs import MidiDump

pytestmark = pytest.mark.real

SIXTEENTH = RATE // 8  # at 120 beats per minute


def sixteenths(count: int, length: float = 0.25) -> list[Note]:
    return [Note(step / 4, length, 0, 48 + step % 36, 80) for step in range(count)]


def test_five_minutes_in_freewheel_are_exact_to_the_frame(recorder: Recorder, open_port: Callable):
    port, opened = open_port("recorder")
    assert (opened.port, opened.backend, opened.virtual) == ("recorder:in", "jack", False)
    recorder.freewheel(on=True)
    port.send(Notes(sixteenths(2400, length=0.125)))
    port.send(Start())
    wait_for(lambda: len(recorder.events) >= 4800, "the last note")
    recorder.freewheel(on=False)
    start = recorder.events[0][0]
    assert note_ons(recorder.events) == [(start + step * SIXTEENTH, 48 + step % 36) for step in range(2400)]
    assert note_offs(recorder.events) == [
        (start + step * SIXTEENTH + SIXTEENTH // 2, 48 + step % 36) for step in range(2400)
    ]
    wait_for(lambda: len(port.sent) == 4800, "the report")
    assert port.sounding.notes == {}


def test_odd_beats_and_tempi_fall_on_the_nearest_frame(recorder: Recorder, open_port: Callable):
    chance = random.Random(1)
    beats = sorted(chance.uniform(0, 100) for _ in range(500))
    port, _ = open_port("recorder", tempo=133.7)
    recorder.freewheel(on=True)
    port.send(
        Notes([Note(0, 0.01, 0, 30, 80), *(Note(beat, 0.001, 0, 40 + n % 80, 80) for n, beat in enumerate(beats))])
    )
    port.send(Start())
    wait_for(lambda: len(note_offs(recorder.events)) == 501, "the last note")
    recorder.freewheel(on=False)
    (start, _), *onsets = note_ons(recorder.events)
    assert [frame - start for frame, _ in onsets] == [round(beat * 60 / 133.7 * RATE) for beat in beats]


def test_onsets_in_real_time_are_on_the_grid(recorder: Recorder, open_port: Callable):
    port, _ = open_port("recorder")
    recorder.undisturbed(lambda: port.play(Notes(sixteenths(24))))
    start = recorder.events[0][0]
    assert note_ons(recorder.events) == [(start + step * SIXTEENTH, 48 + step) for step in range(24)]
    assert note_offs(recorder.events) == [(start + (step + 1) * SIXTEENTH, 48 + step) for step in range(24)]


def test_a_change_of_tempo_keeps_the_beat(recorder: Recorder, open_port: Callable):
    port, _ = open_port("recorder")

    def attempt() -> None:
        port.replies.clear()
        for command in (SetTempo(120), Notes(sixteenths(32)), Start()):
            port.send(command)
        port.wait_for_beat(1)
        port.send(SetTempo(240))
        port.wait_for_beat(10)

    recorder.undisturbed(attempt)
    onsets = [frame for frame, _ in note_ons(recorder.events)]
    steps = [later - earlier for earlier, later in itertools.pairwise(onsets)]
    [turn] = [at for at, step in enumerate(steps) if at and step < SIXTEENTH - 1 <= steps[at - 1]]
    assert all(abs(step - SIXTEENTH) <= 1 for step in steps[:turn])
    assert SIXTEENTH // 2 - 1 <= steps[turn] <= SIXTEENTH
    assert all(abs(step - SIXTEENTH // 2) <= 1 for step in steps[turn + 1 :])
    assert len(onsets) == 32


def test_the_monitor_sees_every_message_in_order(recorder: Recorder, midi_dump: MidiDump, open_port: Callable):
    port, opened = open_port("midi-monitor", tempo=400)
    assert opened.port == "midi-monitor:input"
    seen: list[bytes] = []

    def attempt() -> None:
        before = len(midi_dump.data)
        port.play(Raw(0, bytes((0xC0, 19))), Notes(sixteenths(60)))
        wait_for(lambda: midi_dump.data[-1] == bytes((0xB0, 123, 0)), "the release")
        seen[:] = midi_dump.data[before:]

    recorder.undisturbed(attempt)
    assert seen == [message.data for message in port.sent]
    assert seen[:3] == [bytes((0xC0, 19)), bytes((0x90, 48, 80)), bytes((0x80, 48, 0))]
    assert len(seen) == 1 + 2 * 60 + 2


def test_more_than_a_period_holds_arrives_in_the_next_ones(recorder: Recorder, open_port: Callable):
    port, _ = open_port("recorder", clock="manual")
    notes = [Note(0, 1, channel, pitch, 80) for channel in range(16) for pitch in range(128)]
    recorder.freewheel(on=True)  # In real time an overrun of the server would lose some, or say them twice.
    port.send(Notes(notes + [Note(2, 1, note.channel, note.pitch, 80) for note in notes]))
    port.send(Start())
    port.send(Advance(10))
    wait_for(lambda: len(recorder.events) == len(port.sent) == 4 * len(notes), "the last message")
    recorder.freewheel(on=False)
    assert recorder.data == [message.data for message in port.sent]


def test_panic_releases_all_channels_and_the_music_goes_on(recorder: Recorder, open_port: Callable):
    port, _ = open_port("recorder")

    def attempt() -> None:
        port.replies.clear()
        for command in (Stop(), Notes([Note(0, 100, 3, 60, 80), Note(2, 1, 0, 72, 80)]), Start()):
            port.send(command)
        port.wait_for_beat(1)
        port.send(Release([(9, 40)]))
        port.wait_for_beat(2.5)

    recorder.undisturbed(attempt)
    silenced = [bytes((0xB0 | channel, controller, 0)) for channel in range(16) for controller in (64, 123, 120)]
    first = recorder.data.index(bytes((0x93, 60, 80)))
    assert recorder.data[first + 1 :] == [
        bytes((0x83, 60, 0)), bytes((0x89, 40, 0)), *silenced, bytes((0x90, 72, 80)),
    ]  # fmt: skip


def test_a_virtual_port_has_the_name_that_was_asked_for(recorder: Recorder, open_port: Callable):
    port, opened = open_port("IAC Bus 1")
    assert (opened.port, opened.virtual) == ("live-composer:IAC Bus 1", True)
    recorder.listen("live-composer:IAC Bus 1")
    recorder.undisturbed(lambda: port.play(Notes(sixteenths(4))))
    assert [pitch for _, pitch in note_offs(recorder.events)] == [48, 49, 50, 51]


def test_heartbeats_tell_the_period_and_that_nothing_is_late(recorder: Recorder, open_port: Callable):
    port, _ = open_port("null-ish, so virtual")
    port.send(Notes(sixteenths(8)))
    port.send(Start())
    port.wait_for_beat(2)
    heartbeat = port.heard(Heartbeat)[-1]
    assert heartbeat.period_ms == pytest.approx(256 / 48)
    assert heartbeat.late_p50_ms == 0


def test_a_server_that_dies_is_told(jack_server: JackServer, open_port: Callable):
    port, _ = open_port("of our own")
    port.send(Notes(sixteenths(1000)))
    port.send(Start())
    port.wait_for_beat(0.1)
    jack_server.kill()
    assert port.ended.get(timeout=20) == 4
    assert port.replies[-1].kind == "lost"
    assert "server" in port.replies[-1].reason


def test_a_server_that_freezes_is_told(jack_server: JackServer, open_port: Callable):
    port, _ = open_port("of our own")
    kill(jack_server.process.pid, signal.SIGSTOP)
    try:
        assert port.ended.get(timeout=20) == 4
        assert port.replies[-1].kind == "lost"
    finally:
        kill(jack_server.process.pid, signal.SIGCONT)


@pytest.mark.parametrize("target", ["midi-monitor", "rtmidi:midi-monitor"])
def test_a_receiver_that_goes_away_is_told(midi_dump: MidiDump, open_port: Callable, target: str):
    port, _ = open_port(target)
    midi_dump.process.kill()
    assert port.ended.get(timeout=20) == 4
    assert port.replies[-1].kind == "lost"
    assert "midi-monitor" in port.replies[-1].reason


def test_a_port_process_that_stalls_leaves_no_note_hanging(recorder: Recorder, open_port: Callable):
    port, _ = open_port("recorder")
    chance = random.Random(1)
    port.send(Notes([Note(step / 16, 1 / 32, 0, step % 128, 80) for step in range(200)]))
    port.send(Start())
    for _ in range(12):
        kill(port.pid, signal.SIGSTOP)
        time.sleep(chance.uniform(0.005, 0.1))
        kill(port.pid, signal.SIGCONT)
        time.sleep(chance.uniform(0.1, 0.3))
    port.wait_for_beat(14)
    heard = Sounding()
    for data in recorder.data:
        heard.sent(data)
    assert heard.notes == {}
