"""A melody of the screen of learning is heard: FluidSynth plays it on JACK, and a recorder listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from learning_stage import samples
from real_parts import wait_for
from real_programs import FluidSynth

from live_composer.tui.hearing import FLUIDSYNTH, Hearing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from real_parts import Recorder

pytestmark = pytest.mark.real

SILENCE = 1e-4
STEREO = ("fluidsynth:left", "fluidsynth:right")


@pytest.fixture
def hearing(recorder: Recorder) -> Iterator[Hearing]:
    # After the recorder, so that it inherits which JACK server there is.
    hearing = Hearing()
    yield hearing
    hearing.close()


def test_fluidsynth_plays_a_melody_where_jack_has_the_sound_card(hearing: Hearing, recorder: Recorder):
    assert hearing.choices()[0] == FLUIDSYNTH
    assert hearing.play(samples()[0]) == FLUIDSYNTH
    wait_for(lambda: recorder.hear(*STEREO), "FluidSynth on JACK")
    wait_for(lambda: recorder.loudness(0.1) > SILENCE, "its sound")
    hearing.stop()
    wait_for(lambda: not recorder.hear(*STEREO), "its end")


def test_a_melody_that_a_synth_on_a_port_plays_ends_when_it_is_stopped(hearing: Hearing, recorder: Recorder):
    with FluidSynth(recorder):
        assert hearing.choices().count("fsynth:midi_00") == 1
        hearing.where = "fsynth"
        assert hearing.play(samples()[0]) == "fsynth:midi_00"
        wait_for(lambda: recorder.loudness(0.1) > SILENCE, "its sound")
        hearing.stop()
        wait_for(lambda: recorder.loudness(0.1) < SILENCE, "silence")
