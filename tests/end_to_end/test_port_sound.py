"""What is heard: a real synthesizer sounds the right notes, and no ending of any process leaves one hanging."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from real_parts import MUSIC, SILENCE, kill, wait_for
from real_programs import pitch_class

from live_composer.port.protocol import Advance, Note, Notes, Raw, Release, Start, Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from real_parts import Recorder
    from real_programs import FluidSynth

pytestmark = pytest.mark.real

ORGAN = bytes((0xC0, 19))  # sounds for as long as its key is down
PEDAL = bytes((0xB0, 64, 127))
HELD = [Note(0, 1e6, 0, 60, 100)]

PARENT = """
import sys, time
from live_composer.port.client import PortProcess
from live_composer.port.protocol import Advance, Note, Notes, Open, Raw, Start
port = PortProcess()
port.open(Open("fsynth"))
port.send(Raw(0, bytes((0xC0, 19))))
port.send(Raw(0, bytes((0xB0, 64, 127))))
port.send(Notes([Note(0, 1e6, 0, 60, 100)]))
port.send(Start())
print(port.pid, flush=True)
time.sleep(600)
"""


def hold_a_note(open_port: Callable, recorder: Recorder):
    port, opened = open_port("fsynth")
    assert opened.port == "fsynth:midi_00"
    for data in (ORGAN, PEDAL):
        port.send(Raw(0, data))
    port.send(Notes(HELD))
    port.send(Start())
    wait_for(lambda: recorder.loudness(0.2) > MUSIC, "the sound")
    return port


def test_the_sound_has_the_pitch_class_of_the_note(recorder: Recorder, fluidsynth: FluidSynth, open_port: Callable):
    port, _ = open_port("fsynth", clock="manual")
    port.send(Raw(0, ORGAN))
    pitches = [60, 62, 66, 69, 71]
    port.send(Notes([Note(beat, 0.9, 0, pitch, 100) for beat, pitch in enumerate(pitches)]))
    port.send(Start())
    for pitch in pitches:
        wait_for(lambda: recorder.loudness(0.2) > MUSIC, "the sound")
        assert pitch_class(recorder.listen_for(0.5)) == pitch % 12
        port.send(Advance(0.95))
        wait_for(lambda: recorder.loudness(0.2) < SILENCE, "silence")
        port.send(Advance(0.05))


def test_silent_after_stop(recorder: Recorder, fluidsynth: FluidSynth, open_port: Callable):
    port = hold_a_note(open_port, recorder)
    port.send(Stop())
    wait_for(lambda: recorder.loudness() < SILENCE, "silence")


def test_silent_after_close(recorder: Recorder, fluidsynth: FluidSynth, open_port: Callable):
    assert hold_a_note(open_port, recorder).close() == 0
    wait_for(lambda: recorder.loudness() < SILENCE, "silence")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_silent_after_a_signal(recorder: Recorder, fluidsynth: FluidSynth, open_port: Callable, number: signal.Signals):
    port = hold_a_note(open_port, recorder)
    kill(port.pid, number)
    assert port.ended.get(timeout=10) == 0
    wait_for(lambda: recorder.loudness() < SILENCE, "silence")


def test_an_interrupt_is_for_the_parent(recorder: Recorder, fluidsynth: FluidSynth, open_port: Callable):
    port = hold_a_note(open_port, recorder)
    kill(port.pid, signal.SIGINT)
    beat = port.replies[-1].beat
    port.wait_for_beat(beat + 0.5)
    assert recorder.loudness() > MUSIC


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_silent_after_the_parent_has_died(recorder: Recorder, fluidsynth: FluidSynth, number: signal.Signals):
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent.stdout:
        assert int(parent.stdout.readline())
        wait_for(lambda: recorder.loudness(0.2) > MUSIC, "the sound")
        kill(parent.pid, number)
        parent.wait()
        wait_for(lambda: recorder.loudness() < SILENCE, "silence")


def test_another_port_releases_what_a_lost_one_left(recorder: Recorder, fluidsynth: FluidSynth, open_port: Callable):
    lost = hold_a_note(open_port, recorder)
    wait_for(lambda: bool(lost.sounding.notes), "the report")
    lost.kill()
    assert lost.ended.get(timeout=10) == -signal.SIGKILL
    assert recorder.loudness() > MUSIC
    port, _ = open_port("fsynth")
    port.send(Release(list(lost.sounding.notes)))
    wait_for(lambda: recorder.loudness() < SILENCE, "silence")
