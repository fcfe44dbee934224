"""The scene on stage, in short: every onset is on the leader's grid, in the notes and in the sound."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from real_parts import MUSIC
from scene import Scene

if TYPE_CHECKING:
    from pathlib import Path

    from real_parts import Conductor, Recorder

from live_composer.music import midi_file

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("jack_midi_clock") is None, reason="jack-midi-clock is not installed"),
]

SURE_MS, BOUND_MS = 0.1, 5.0


def test_every_onset_is_on_the_grid_of_a_clock_that_changes_stops_and_goes_on(
    recorder: Recorder, conductor: Conductor, tmp_path: Path
):
    def attempt() -> None:
        heard = Scene(recorder, conductor).play(13, chapter=0.8, tempo=200.0, record=tmp_path / "take.mid")
        assert (heard.heard[0].step, len(heard.begins)) == (0, 3)
        assert len(heard.heard) > 40
        assert np.percentile(heard.late_ms, 90) <= SURE_MS
        assert heard.late_ms.max() <= BOUND_MS  # within the first sixteenth after the tempo jumps
        assert heard.in_order
        assert heard.hanging == []
        assert heard.struck > 0.95
        assert heard.loudness[0] > MUSIC > 20 * heard.loudness[1]
        assert (heard.stopped["dropped"], heard.stopped["missed_plans"]) == (0, 0)
        [track] = midi_file.read_song(tmp_path / "take.mid").tracks
        assert 0 <= len(track.notes) - len(heard.heard) <= len(heard.begins)  # handed over when the clock stopped
        recorded = iter(track.notes)
        assert all(any(note.pitch == onset.pitch for note in recorded) for onset in heard.heard)

    recorder.fairly(attempt)
