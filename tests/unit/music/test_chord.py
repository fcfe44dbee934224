"""Chord names and the pitch classes they stand for."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.errors import BadInput
from live_composer.music.chord import QUALITIES, moved, name, parse

NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


@pytest.mark.parametrize(
    ("text", "chord"),
    [
        ("C", {0, 4, 7}), ("Am", {9, 0, 4}), ("G7", {7, 11, 2, 5}), ("F#m7b5", {6, 9, 0, 4}), ("g♯", {8, 0, 3}),
        ("B♭maj7", {10, 2, 5, 9}), ("Cb", {11, 3, 6}), ("D min7", {2, 5, 9, 0}), ("Bø", {11, 2, 5, 9}),
        ("E+", {4, 8, 0}), ("  Asus ", {9, 2, 4}), ("G5", {7, 2}),
        # A note in the bass is one more pitch of the chord.
        ("C/E", {0, 4, 7}), ("C/d", {0, 2, 4, 7}), ("Am/F#", {9, 0, 4, 6}), ("Dm7/Bb", {2, 5, 9, 0, 10}),
        ("", set()), ("  ", set()),
    ],
)  # fmt: skip
def test_chords_as_players_write_them(text: str, chord: set[int]):
    assert parse(text) == chord


@given(st.sampled_from(sorted(QUALITIES)), st.integers(0, 11))
def test_a_chord_on_another_root_is_the_same_chord_moved(quality: str, root: int):
    assert sorted(parse(NAMES[root] + quality)) == moved(parse(f"C{quality}"), root)


@given(st.sampled_from(sorted(QUALITIES)), st.integers(0, 11))
def test_the_name_of_a_chord_stands_for_it(quality: str, root: int):
    chord = parse(NAMES[root] + quality)
    assert parse(name(chord)) == chord


@pytest.mark.parametrize(
    ("chord", "told"),
    [({9, 0, 4}, "Am"), ({7, 11, 2, 5}, "G7"), ({9, 0, 4, 7}, "Am7"), ({0, 1, 2}, "C Db D"), ({6}, "F#"), (set(), "")],
)
def test_a_chord_is_named_and_what_is_none_by_its_notes(chord: set[int], told: str):
    assert name(chord) == told


@given(st.frozensets(st.integers(0, 11)), st.integers(-30, 30))
def test_a_chord_moved_there_and_back_is_the_chord_in_order(chord: frozenset[int], semitones: int):
    assert moved(moved(chord, semitones), -semitones) == sorted(chord)


@pytest.mark.parametrize("text", ["H", "Cx", "C/H", "C/", "/C", "maj7", "C E"])
def test_what_is_no_chord_is_refused_with_examples(text: str):
    with pytest.raises(BadInput) as caught:
        parse(text)
    assert str(caught.value) == f"`{text}` is no chord; write one like C, Am, G7, F#m7b5 or C/E."


@given(st.text("ACGHabgm#b♯♭/7-+ø °", max_size=6))
def test_any_text_is_read_or_refused(text: str):
    with contextlib.suppress(BadInput):
        assert parse(text) <= set(range(12))
