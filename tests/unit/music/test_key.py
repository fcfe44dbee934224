"""Keys: names, ways home and guesses."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.errors import BadInput
from live_composer.music.key import SCALES, Key, guess_key, key_of_signature

keys = st.builds(Key, st.integers(0, 11), st.sampled_from(sorted(SCALES)))
WHITE = {0, 2, 4, 5, 7, 9, 11}


@given(keys)
def test_a_key_reads_what_it_writes(key: Key):
    assert Key.parse(str(key)) == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("C", Key(0, "major")), ("CM", Key(0, "major")), ("Cm", Key(0, "minor")), ("c minor", Key(0, "minor")),
        ("F#m", Key(6, "minor")), ("Bb", Key(10, "major")), ("bb", Key(10, "major")), ("F♯m", Key(6, "minor")),
        ("B", Key(11, "major")),
        ("Bminor", Key(11, "minor")), ("E dorian", Key(4, "dorian")), ("Edorian", Key(4, "dorian")),
        ("A♭ Ionian", Key(8, "major")), ("Cb", Key(11, "major")), (" D-minor ", Key(2, "minor")),
        ("G minor-pentatonic", Key(7, "minor-pentatonic")),
    ],
)  # fmt: skip
def test_ways_to_write_a_key(text: str, key: Key):
    assert Key.parse(text) == key


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "`` is no key; write one like"),
        ("H", "`H` is no key; write one like"),
        ("C doriann", "`doriann` in `C doriann` is no mode; did you mean `dorian`?"),
        ("C mixo", "did you mean `mixolydian`?"),
        ("C sad", "`sad` in `C sad` is no mode; modes are major, minor, dorian,"),
    ],
)
def test_what_is_no_key_is_refused_with_the_nearest(text: str, words: str):
    with pytest.raises(BadInput) as caught:
        Key.parse(text)
    assert words in str(caught.value)


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text: str):
    with contextlib.suppress(BadInput):
        assert Key.parse(text).mode in SCALES


@given(keys)
def test_home_is_white_and_the_shift_leads_from_it(key: Key):
    assert key.home.pitch_classes <= WHITE
    assert key.home.home == key.home
    assert key.home.shift == 0
    assert -6 <= key.shift <= 5
    assert {(pitch + key.shift) % 12 for pitch in key.home.pitch_classes} == key.pitch_classes


def test_a_key_moved_keeps_its_mode():
    assert Key.parse("D dorian").moved(3) == Key.parse("F dorian")
    assert Key.parse("D dorian").moved(-3) == Key.parse("B dorian")


def test_rungs_count_the_notes_of_the_scale():
    assert [Key().rung(pitch) for pitch in (0, 1, 2, 11, 12, 60, 61, 62)] == [0, 0, 1, 6, 7, 35, 35, 36]
    assert [Key(2, "pentatonic").rung(pitch) for pitch in (1, 2, 4, 5, 6, 14)] == [-1, 0, 1, 1, 2, 5]


@given(keys, st.integers(0, 115))
def test_the_next_note_of_the_scale_is_one_rung_up_and_an_octave_the_whole_scale(key: Key, pitch: int):
    upward = next(other for other in range(pitch + 1, pitch + 13) if other % 12 in key.pitch_classes)
    assert key.rung(upward) == key.rung(pitch) + 1
    assert key.rung(pitch + 12) == key.rung(pitch) + len(SCALES[key.mode])


def test_the_relative_modes_of_white_keys():
    homes = {mode: Key(0, mode).home.tonic for mode in ("major", "minor", "dorian", "mixolydian")}
    assert homes == {"major": 0, "minor": 9, "dorian": 2, "mixolydian": 7}


@given(st.sampled_from(sorted(SCALES)), st.integers(-7, 6))
def test_each_sharp_of_the_signature_is_a_fifth(mode: str, sharps: int):
    key, sharper = key_of_signature(sharps, mode), key_of_signature(sharps + 1, mode)
    assert (sharper.tonic - key.tonic) % 12 == 7
    assert key_of_signature(0, mode) == key.home


def test_signatures_by_name():
    assert [str(key_of_signature(sharps)) for sharps in (2, -3)] == ["D major", "Eb major"]
    assert [str(key_of_signature(sharps, "minor")) for sharps in (1, -1)] == ["E minor", "D minor"]


@given(keys.filter(lambda key: key.mode in {"major", "minor"}))
def test_a_scale_with_its_triad_held_is_its_key(key: Key):
    heard = np.zeros(12)
    heard[list(key.pitch_classes)] = 1
    triad = (0, 4, 7) if key.mode == "major" else (0, 3, 7)
    heard[[(key.tonic + interval) % 12 for interval in triad]] += (4, 2, 3)
    assert guess_key(heard.tolist()) == key


@pytest.mark.parametrize("heard", [[0.0] * 12, [1.0] * 12, [], [1.0]])
def test_where_nothing_can_be_heard_it_is_c_major(heard: list[float]):
    assert guess_key(heard) == Key()
