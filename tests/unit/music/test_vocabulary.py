"""The vocabulary has the paper's order, whatever its range."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import vocabularies

from live_composer.errors import BadInput
from live_composer.music.vocabulary import DEFAULT, HOLD, NOTE_OFF, Vocabulary, pitch_name, table, within_midi


def test_the_papers_38_events():
    assert (NOTE_OFF, HOLD, DEFAULT.size) == (0, 1, 38)
    assert (DEFAULT.event(48), DEFAULT.event(60), DEFAULT.event(83)) == (2, 14, 37)


@given(vocabularies(), st.data())
def test_every_event_has_its_pitch(vocabulary: Vocabulary, data: st.DataObject):
    pitch = data.draw(st.integers(vocabulary.lowest, vocabulary.highest))
    assert vocabulary.pitch(vocabulary.event(pitch)) == pitch
    assert vocabulary.size == vocabulary.event(vocabulary.highest) + 1 <= 128


@given(vocabularies(), st.integers(-100, 300))
def test_folding_moves_by_octaves_and_no_further_than_it_must(vocabulary: Vocabulary, pitch: int):
    folded = vocabulary.fold(pitch)
    assert vocabulary.lowest <= folded <= vocabulary.highest
    assert (folded - pitch) % 12 == 0
    assert folded == pitch or not vocabulary.lowest <= folded + (12 if pitch > folded else -12) <= vocabulary.highest


@given(st.integers(-200, 400))
def test_within_midi_moves_only_what_has_left_it(pitch: int):
    moved = within_midi(pitch)
    assert 0 <= moved <= 127
    assert (moved - pitch) % 12 == 0
    assert moved == pitch or not 0 <= pitch <= 127


@pytest.mark.parametrize(("lowest", "highest"), [(-1, 60), (60, 128), (60, 48), (60, 70), (0, 126)])
def test_ranges_that_make_no_sense_are_refused(lowest: int, highest: int):
    with pytest.raises(BadInput, match=f"not (from )?{lowest} to {highest}.$"):
        Vocabulary(lowest, highest)


def test_what_is_outside_the_range_is_refused():
    for pitch in (47, 84):
        with pytest.raises(BadInput, match=f"^Pitch {pitch} is outside the range 48 to 83.$"):
            DEFAULT.event(pitch)
    for event in (1, 38):
        with pytest.raises(BadInput, match=f"^Event {event} starts no pitch; pitches are 2 to 37.$"):
            DEFAULT.pitch(event)


def test_names():
    assert [pitch_name(pitch) for pitch in (60, 63, 69, 0, 127)] == ["C4", "Eb4", "A4", "C-1", "G9"]


def test_the_table_tells_every_event():
    assert table(Vocabulary(60, 71)).splitlines()[:6] == [
        "event  pitch  name",
        "    0      -  note off",
        "    1      -  hold",
        "    2     60  C4",
        "    3     61  C#4",
        "    4     62  D4",
    ]
    assert table(Vocabulary(60, 71)).endswith("\n   13     71  B4")


def test_the_module_prints_it():
    done = subprocess.run(
        [sys.executable, "-m", "live_composer.music.vocabulary"], capture_output=True, text=True, check=True
    )
    assert done.stdout == table() + "\n"
