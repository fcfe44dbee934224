"""The port process on RtMidi, here over JACK: what ALSA, CoreMIDI and Windows get, as far as that can be tried."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from real_parts import RATE, note_offs, note_ons, wait_for

from live_composer.errors import NoPort
from live_composer.port.loop import FROZEN_SECONDS
from live_composer.port.protocol import Advance, Heartbeat, Note, Notes, Start

if TYPE_CHECKING:
    from collections.abc import Callable

    from real_parts import JackServer, Recorder
    from real_programs import MidiDump

pytestmark = pytest.mark.real


def test_every_note_in_order_and_near_the_grid(recorder: Recorder, open_port: Callable):
    port, opened = open_port("rtmidi:recorder")
    assert (opened.port, opened.backend, opened.virtual) == ("recorder:in", "rtmidi JACK", False)
    recorder.undisturbed(lambda: port.play(Notes([Note(step / 4, 0.2, 0, 48 + step, 80) for step in range(24)])))
    onsets = note_ons(recorder.events)
    assert [pitch for _, pitch in onsets] == [pitch for _, pitch in note_offs(recorder.events)] == [*range(48, 72)]
    late = [frame - onsets[0][0] - step * RATE // 8 for step, (frame, _) in enumerate(onsets)]
    assert abs(statistics.median(late)) < RATE / 20  # it sends at the start of a period; the first one may be off too


def test_a_virtual_port_has_the_name_that_was_asked_for(recorder: Recorder, open_port: Callable):
    port, opened = open_port("rtmidi:IAC Bus 1")
    assert (opened.port, opened.virtual) == ("IAC Bus 1", True)
    recorder.listen("live-composer:IAC Bus 1")
    port.send(Notes([Note(0, 0.5, 0, 60, 80)]))
    port.send(Start())
    wait_for(lambda: bool(note_offs(recorder.events)), "the note")


def test_a_port_that_freezes_with_its_server_loses_its_heartbeat_and_can_be_ended(
    jack_server: JackServer, open_port: Callable
):
    port, _ = open_port("rtmidi:of our own", clock="manual")
    port.send(Start())
    jack_server.kill()
    port.send(Notes([Note(step, 0.5, 0, 60, 80) for step in range(4000)]))
    port.send(Advance(5000))
    try:
        wait_for(lambda: not still_beats(port), "the freeze", seconds=10)
    finally:
        assert port.close(timeout=1) != 0


def test_a_frozen_port_without_a_parent_ends_itself(jack_server: JackServer, open_port: Callable):
    port, _ = open_port("rtmidi:of our own", clock="manual")
    port.send(Start())
    jack_server.kill()
    port.send(Notes([Note(step, 0.5, 0, 60, 80) for step in range(4000)]))
    port.send(Advance(5000))
    wait_for(lambda: not still_beats(port), "the freeze", seconds=10)
    assert port.ended.get(timeout=3 * FROZEN_SECONDS) != 0  # nobody ended it


def still_beats(port) -> bool:  # noqa: ANN001
    before = len(port.heard(Heartbeat))
    time.sleep(1)
    return len(port.heard(Heartbeat)) > before


def test_several_that_fit_are_listed(recorder: Recorder, midi_dump: MidiDump, open_port: Callable):
    with pytest.raises(NoPort, match=r"`r` fits 2 MIDI ports: .*recorder:in"):
        open_port("rtmidi:r")


def test_a_lost_port_is_not_replaced_by_a_virtual_one(recorder: Recorder, open_port: Callable):
    with pytest.raises(NoPort, match=r"No MIDI port fits `Korg`; there are: .*recorder:in.*file:take"):
        open_port("Korg", virtual=False)


def test_a_client_name_that_is_too_long_is_told(jack_server: JackServer, open_port: Callable):
    with pytest.raises(NoPort, match="at most 63 bytes"):
        open_port("jack:x", client="x" * 64)


def test_the_command_lists_what_there_is(recorder: Recorder):
    command = [sys.executable, "-m", "live_composer", "ports", "--json"]
    listings = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)
    assert [listing["backend"] for listing in listings] == ["jack", "rtmidi"]
    assert all("recorder:in" in listing["ports"] for listing in listings)
    text = subprocess.run(command[:-1], check=True, capture_output=True, timeout=60, text=True)
    assert "  recorder:in\n" in text.stdout
    assert text.stderr == ""
