"""A note as a rule sees it."""

from __future__ import annotations

from live_composer.music.key import Key
from live_composer.music.metre import Metre
from live_composer.rules import Context, Note

C, D, G, B = 14, 16, 21, 25


def test_the_first_note_of_all_has_nothing_before_it():
    note = Note([], C, Context())
    assert (note.pitch, note.previous, note.interval, note.intervals, note.since) == (60, None, 0, [], None)
    assert (note.starts, note.is_hold, note.is_off, note.is_first, note.is_last) == (True, False, False, True, False)


def test_what_came_before_skips_holds_and_rests():
    note = Note([C, 1, D, 0, 1], G, Context(first_step=8))
    assert (note.previous, note.interval, note.intervals) == (62, 5, [2, 5])
    assert (note.pitches, note.onsets, note.since) == ([60, 62], [8, 10], 3)


def test_a_hold_has_no_pitch_and_no_interval():
    note = Note([C, D], 1, Context())
    assert (note.pitch, note.interval, note.intervals, note.in_key, note.is_tonic) == (None, 0, [2], True, False)
    assert Note([C], 0, Context()).is_off


def test_key_and_chord():
    minor = Context(key=Key.parse("D minor"), chord=frozenset({2, 5, 9}))
    assert (Note([], D, minor).is_tonic, Note([], D, minor).in_chord) == (True, True)
    assert (Note([], B, minor).in_key, Note([], B, minor).in_chord) == (False, False)
    assert Note([], B, Context()).in_chord


def test_where_it_stands():
    note = Note([1] * 4, C, Context(metre=Metre(6, 8), length=None, first_step=14, phrase=2))
    assert (note.step, note.bar, note.beat, note.strength, note.on_beat) == (18, 1, 1.5, 2, True)
    assert not (note.ends_bar)
    assert not (note.ends_phrase)
    assert not (note.is_last)
    last = Note([1] * 23, C, Context(metre=Metre(6, 8), length=24, phrase=4))
    assert (last.ends_bar, last.ends_phrase, last.is_last) == (True, True, True)


def test_a_pick_up_comes_before_step_0_and_ends_no_phrase():
    note = Note([1] * 15, C, Context(first_step=-16))
    assert (note.step, note.bar, note.beat, note.ends_bar, note.ends_phrase) == (-1, -1, 3.75, True, False)
    assert Note([1] * 16, C, Context(first_step=-16)).is_first


def test_a_phrase_may_be_a_step():
    context = Context(metre=Metre(1, 16), length=None, phrase=1)
    assert [context.ends_phrase(step) for step in (-1, 0, 1)] == [False, True, True]


def test_phrases_follow_one_another():
    context = Context(length=None, phrase=2)
    assert [step for step in range(-40, 100) if context.ends_phrase(step)] == [31, 63, 95]
    assert [step for step in range(50) if Context(length=40, phrase=2).ends_phrase(step)] == [31, 39]
