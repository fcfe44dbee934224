"""Events and the notes that they mean."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import melodies

from live_composer.errors import BadInput
from live_composer.music.melody import Melody, Note, canonical, from_notes, sounding_after
from live_composer.music.vocabulary import DEFAULT, HOLD, NOTE_OFF

events = st.lists(st.integers(0, DEFAULT.size - 1), max_size=60)


def test_a_tune_by_hand():
    melody = Melody.of([HOLD, 14, HOLD, 16, NOTE_OFF, HOLD, 18, HOLD])
    assert melody.notes() == [Note(1, 2, 60), Note(3, 1, 62), Note(6, 2, 64)]
    assert (len(melody), melody.bars) == (8, 0.5)


@given(melodies())
def test_events_to_notes_and_back(melody: Melody):
    again = from_notes(melody.notes(), len(melody), melody.vocabulary)
    assert again.tolist() == melody.events.tolist()


@given(events)
def test_canonical_form_sounds_the_same_and_is_its_own(given_events: list[int]):
    melody = Melody.of(given_events)
    canon = Melody(canonical(melody.events))
    assert canon.notes() == melody.notes()
    assert canonical(canon.events).tolist() == canon.events.tolist()
    assert canon.events.tolist() == from_notes(melody.notes(), len(melody)).tolist()


@given(events)
def test_sounding_after_says_whether_the_last_note_reaches_the_end(given_events: list[int]):
    melody = Melody.of(given_events)
    reaches = any(note.onset + note.length == len(melody) for note in melody.notes())
    assert sounding_after(melody.events) == reaches


@given(st.lists(st.builds(Note, st.integers(0, 40), st.integers(1, 20), st.integers(48, 83)), max_size=12))
def test_any_notes_become_one_voice(notes: list[Note]):
    melody = Melody(from_notes(notes))
    assert len(melody) == max((note.onset + note.length for note in notes), default=0)
    voice = melody.notes()
    assert {note.onset for note in voice} == {note.onset for note in notes}
    for note in voice:
        together = [other for other in notes if other.onset == note.onset]
        assert note.pitch == max(other.pitch for other in together)
    for note, following in itertools.pairwise(voice):
        assert note.onset + note.length <= following.onset


def test_notes_beyond_the_length_are_left_out():
    assert from_notes([Note(0, 8, 60), Note(6, 4, 62)], 4).tolist() == [14, HOLD, HOLD, HOLD]


@pytest.mark.parametrize("wrong", [-1, 38, 1000])
def test_what_is_no_event_is_refused_with_its_step(wrong: int):
    with pytest.raises(BadInput, match=f"Event {wrong} at step 2"):
        Melody.of([14, 1, wrong])


def test_events_are_copied():
    source = np.array([14, 1, 0])
    melody = Melody.of(source.tolist())
    source[0] = 20
    assert melody.events.tolist() == [14, 1, 0]
