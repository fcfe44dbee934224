"""Events become what the port plays: pitches in the key, accents on the beats, an end for every note."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.live.performer import Performer, velocity
from live_composer.music.key import Key
from live_composer.music.melody import Melody, canonical
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import DEFAULT, Vocabulary
from live_composer.port.protocol import Notes, Raw


@given(st.lists(st.integers(0, 37), max_size=60), st.integers(-6, 5), st.integers(1, 16))
def test_onsets_and_ends_are_those_of_the_melody(events: list[int], shift: int, channel: int):
    performer = Performer(Metre(4, 4), DEFAULT, channel, shift)
    melody = Melody(canonical(Melody.of(events).events))
    commands = [command for step, event in enumerate(melody.events.tolist()) for command in performer.play(step, event)]
    commands += performer.end(len(melody))
    struck = [note for command in commands if isinstance(command, Notes) for note in command.notes]
    ended = [command for command in commands if isinstance(command, Raw)]
    notes = melody.notes()
    assert [(note.beat * 4, note.pitch - shift, note.channel + 1) for note in struck] == [
        (note.onset, note.pitch, channel) for note in notes
    ]
    assert [(end.beat * 4, end.data) for end in ended] == [
        (note.onset + note.length, bytes((0x80 | channel - 1, note.pitch + shift, 0))) for note in notes
    ]
    assert performer.notes == len(notes)


def test_a_note_ends_at_the_pitch_it_was_struck_at_although_the_key_has_changed():
    performer = Performer(Metre(4, 4), DEFAULT, 1, Key.parse("D").shift)
    performer.play(0, 2)
    performer.shift = 0
    [end, strike] = performer.play(4, 2)
    assert isinstance(end, Raw)
    assert isinstance(strike, Notes)
    assert (end.data[1], strike.notes[0].pitch) == (50, 48)


def test_the_widest_vocabulary_stays_in_midis_range():
    performer = Performer(Metre(4, 4), Vocabulary(0, 125), 1, -6)
    assert performer.pitch(2) == 6
    performer.shift = 5
    assert performer.pitch(127) == 118


@pytest.mark.parametrize(
    ("metre", "accents"),
    [("4/4", "B...b...b...b..."), ("3/4", "B...b...b..."), ("6/8", "B.....b....."), ("2/2", "B...b...b...b...")],
)
def test_bars_and_beats_are_accented(metre: str, accents: str):
    parsed = Metre.parse(metre)
    loudness = {100: "B", 88: "b", 76: "."}
    heard = "".join(loudness[velocity(parsed, step)] for step in range(2 * parsed.steps_per_bar))
    assert heard == 2 * accents
