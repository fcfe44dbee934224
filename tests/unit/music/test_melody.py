"""Events and the notes that they mean."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import melodies

from live_composer.errors import BadInput
from live_composer.music.key import Key
from live_composer.music.melody import Melody, Note, canonical, from_notes, heard_key, sounding_after
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import DEFAULT, HOLD, NOTE_OFF, Vocabulary

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
    for note, following in itertools.zip_longest(voice, voice[1:]):
        *_, highest = (other for other in notes if (other.onset, other.pitch) == (note.onset, note.pitch))
        assert note.length == min(highest.length, following.onset - note.onset if following else len(melody))


def test_a_note_goes_on_where_one_that_it_cut_short_would_have_ended():
    assert Melody(from_notes([Note(0, 4, 60), Note(2, 6, 62), Note(9, 1, 64)])).notes() == [
        Note(0, 2, 60), Note(2, 6, 62), Note(9, 1, 64)
    ]  # fmt: skip


@pytest.mark.parametrize("onset", [4, 6])
def test_notes_beyond_the_length_are_left_out(onset: int):
    assert from_notes([Note(0, 8, 60), Note(onset, 4, 62)], 4).tolist() == [14, HOLD, HOLD, HOLD]


def test_an_event_takes_a_byte():
    assert from_notes([Note(0, 8, 60)]).nbytes == Melody.of([14] * 8).events.nbytes == 8


def test_the_key_is_heard_in_how_long_notes_sound():
    # The white keys from A to A, once in passing and once with A minor's triad held.
    scale = [Note(step, 1, pitch) for step, pitch in enumerate((57, 59, 60, 62, 64, 65, 67))]
    held = [Note(7 + 8 * bar, 8, pitch) for bar, pitch in enumerate((57, 60, 64, 69))]
    assert heard_key(Melody(from_notes(scale + held))) == Key(9, "minor")
    held = [note._replace(pitch=pitch) for note, pitch in zip(held, (60, 64, 67, 48), strict=True)]
    assert heard_key(Melody(from_notes(scale + held))) == Key(0, "major")
    often = [Note(7 + step, 1, (57, 60, 64)[step % 3]) for step in range(24)]
    assert heard_key(Melody(from_notes(scale + often))) == Key(9, "minor")


@pytest.mark.parametrize("wrong", [-1, 49, 1000])
def test_what_is_no_event_is_refused_with_its_step(wrong: int):
    with pytest.raises(BadInput) as caught:
        Melody.of([14, 1, wrong], vocabulary=Vocabulary(48, 94))
    assert str(caught.value) == f"Event {wrong} at step 2 is not in the vocabulary (0 to 48)."


def test_the_vocabulary_says_what_an_event_sounds_like():
    melody = Melody.of([14, HOLD], Metre(3, 4), Vocabulary(24, 60))
    assert (melody.notes(), melody.metre) == ([Note(0, 2, 36)], Metre(3, 4))


def test_the_lowest_pitch_of_midi_sounds_too():
    melody = Melody.of([2, HOLD, 2], vocabulary=Vocabulary(0, 60))
    assert melody.notes() == [Note(0, 2, 0), Note(2, 1, 0)]


def test_events_are_copied():
    source = np.array([14, 1, 0])
    melody = Melody.of(source.tolist())
    source[0] = 20
    assert melody.events.tolist() == [14, 1, 0]
