"""`serve` into a real synthesizer: the sound follows the notes, and no ending leaves one hanging."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from real_parts import MUSIC, RATE, SILENCE, kill, note_offs, note_ons, wait_for
from real_programs import pitch_class
from serving import Serving

from live_composer.port.protocol import Note, Notes, Raw, Start

if TYPE_CHECKING:
    from collections.abc import Callable

    from real_parts import Recorder
    from real_programs import FluidSynth

pytestmark = pytest.mark.real

ORGAN = bytes((0xC0, 19))  # sounds for as long as its key is down
ATTACK, RELEASE = RATE // 10, RATE // 50
LONG = RATE // 4


@pytest.fixture(autouse=True)
def organ(recorder: Recorder, fluidsynth: FluidSynth, open_port: Callable) -> None:
    port, _ = open_port("fsynth")
    port.send(Raw(0, ORGAN))
    port.send(Notes([Note(0, 0.1, 0, 60, 100)]))
    port.send(Start())
    wait_for(lambda: recorder.loudness(0.1) > MUSIC, "the organ")
    assert port.close() == 0
    wait_for(lambda: recorder.loudness(0.1) < SILENCE, "silence")


def is_silent(recorder: Recorder) -> bool:
    return recorder.loudness(0.5) < SILENCE


def test_the_sound_follows_the_notes(recorder: Recorder):
    with Serving("fsynth", "--bars", "8", "--seed", "2", "--key", "Eb", tempo=100.0) as serving:
        serving.wait_for("opened")
        [output] = recorder.ports("live-composer:")
        recorder.listen(output)
        serving.end()
    ons, offs = note_ons(recorder.events), note_offs(recorder.events)
    followed: list[bool] = []
    for (begin, pitch), (end, _) in zip(ons, offs[-len(ons) :], strict=True):
        if end - begin >= LONG:
            sound = recorder.sound_between(begin + ATTACK, end - RELEASE)
            followed.append(pitch_class(sound) == pitch % 12)
    assert len(followed) >= 8
    assert sum(followed) >= 0.9 * len(followed)
    wait_for(lambda: is_silent(recorder), "silence")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_silent_after_the_daemon_ends(recorder: Recorder, number: signal.Signals):
    with Serving("fsynth", "--seed", "2") as serving:
        serving.wait_for("bar")
        wait_for(lambda: recorder.loudness(0.1) > MUSIC, "the music")
        serving.process.send_signal(number)
        wait_for(lambda: is_silent(recorder), "silence")
        assert serving.process.wait(20) == (-9 if number == signal.SIGKILL else 0)


def test_music_after_the_planner_is_killed_and_silence_after_stop(recorder: Recorder):
    with Serving("fsynth", "--seed", "2", tempo=200.0) as serving:
        serving.wait_for("bar")
        planner = serving.children()["plan"]
        kill(planner, signal.SIGKILL)
        serving.wait_for("trouble", what="planner", reason="")
        with pytest.raises(ProcessLookupError):
            os.kill(planner, 0)
        for _ in range(5):
            serving.wait_for("bar")
        wait_for(lambda: recorder.loudness(0.1) > MUSIC, "the music")
        serving.process.send_signal(signal.SIGTERM)
        serving.end()
        wait_for(lambda: is_silent(recorder), "silence")
