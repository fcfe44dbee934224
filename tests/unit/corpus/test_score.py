"""Bars laid out in time: pick-ups, repeats, endings, and bars of the wrong length."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from live_composer.corpus.score import TICKS_PER_BEAT, Bar, ScoreNote, lay_out
from live_composer.music.key import Key
from live_composer.music.metre import Metre

FOUR = Metre(4, 4)


def bar(*beats: float, pitch: int = 60, **marks: object) -> Bar:
    """A bar of notes of the given lengths in beats, all of one pitch that names the bar."""
    made = Bar(FOUR, Key(), **marks)  # type: ignore[arg-type]
    for length in beats:
        made.notes.append(ScoreNote(made.length, round(length * TICKS_PER_BEAT), pitch))
        made.length += round(length * TICKS_PER_BEAT)
    return made


def played(bars: list[Bar], *, repeats: bool) -> list[int]:
    return [note.pitch for note in lay_out(bars, repeats=repeats).notes]


def onsets(bars: list[Bar]) -> list[float]:
    return [note.onset / TICKS_PER_BEAT for note in lay_out(bars).notes]


def lengths(bars: list[Bar]) -> list[float]:
    return [note.length / TICKS_PER_BEAT for note in lay_out(bars).notes]


def test_a_pick_up_stands_at_the_end_of_a_whole_bar():
    assert onsets([bar(1), bar(4), bar(3)]) == [3, 4, 8]


def test_the_end_of_a_section_and_the_next_pick_up_make_one_bar():
    part = lay_out([bar(1), bar(4), bar(3, ends=True, closes=True), bar(1, opens=True), bar(4), bar(3)])
    assert [note.onset / TICKS_PER_BEAT for note in part.notes] == [3, 4, 8, 11, 12, 16]
    assert part.slips == 0


def test_a_short_bar_is_held_to_its_end():
    bars = [bar(4), bar(3), bar(4)]
    assert (onsets(bars), lengths(bars), lay_out(bars).slips) == ([0, 4, 8], [4, 4, 4], 1)


def test_a_pick_up_after_a_whole_bar_lengthens_the_note_before_it():
    bars = [bar(4), bar(4, ends=True), bar(1), bar(4), bar(4)]
    assert (onsets(bars), lengths(bars)) == ([0, 4, 11, 12, 16], [4, 7, 1, 4, 4])


def test_a_bar_a_little_too_long_is_cut_and_a_double_one_is_two():
    bars = [bar(4), bar(4, 0.5), bar(4, 4), bar(4)]
    assert (onsets(bars), lay_out(bars).slips) == ([0, 4, 8, 12, 16], 1)


def test_repeats_are_left_out_or_played():
    bars = [
        bar(4, pitch=60),
        bar(4, pitch=62, closes=True),
        bar(4, pitch=64, opens=True),
        bar(4, pitch=65, closes=True),
    ]
    assert played(bars, repeats=False) == [60, 62, 64, 65]
    assert played(bars, repeats=True) == [60, 62, 60, 62, 64, 65, 64, 65]


def test_endings():
    first, second = frozenset({1}), frozenset({2})
    bars = [
        bar(4, pitch=60), bar(4, pitch=61, endings=first), bar(4, pitch=62, endings=first, closes=True),
        bar(4, pitch=63, endings=second), bar(4, pitch=64), bar(4, pitch=65, closes=True),
    ]  # fmt: skip
    assert played(bars, repeats=False) == [60, 63, 64, 65]
    assert played(bars, repeats=True) == [60, 61, 62, 60, 63, 64, 65, 64, 65]


def test_three_rounds():
    bars = [
        bar(4, pitch=60), bar(4, pitch=61, endings=frozenset({1, 2}), closes=True),
        bar(4, pitch=62, endings=frozenset({3})),
    ]  # fmt: skip
    assert played(bars, repeats=True) == [60, 61, 60, 61, 60, 62]
    assert played(bars, repeats=False) == [60, 62]


def test_a_last_ending_that_says_repeat_is_the_end():
    bars = [bar(4, pitch=60), bar(4, pitch=61, endings=frozenset({1}), closes=True)]
    bars.append(bar(4, pitch=62, endings=frozenset({2}), closes=True))
    assert played(bars, repeats=True) == [60, 61, 60, 62]


def test_ties_join_notes_of_one_pitch_across_bar_lines():
    first, second = bar(4), bar(2, 2)
    first.notes[0] = first.notes[0]._replace(tied=True)
    part = lay_out([first, second])
    assert [(note.onset, note.length) for note in part.notes] == [
        (0, 6 * TICKS_PER_BEAT), (6 * TICKS_PER_BEAT, 2 * TICKS_PER_BEAT),
    ]  # fmt: skip


@given(st.lists(st.sampled_from([0.5, 1, 3, 3.5, 4, 4.5, 8, 9]), min_size=1, max_size=12), st.booleans())
def test_every_bar_begins_on_a_bar_line_and_no_notes_overlap(beats: list[float], repeats: bool):
    part = lay_out([bar(length) for length in beats], repeats=repeats)
    assert part.length % (4 * TICKS_PER_BEAT) == 0
    for note, following in zip(part.notes, part.notes[1:], strict=False):
        assert note.onset + note.length <= following.onset
    full = [note for note in part.notes if note.length >= 4 * TICKS_PER_BEAT]
    assert all(note.onset % (4 * TICKS_PER_BEAT) == 0 for note in full if note.length % (4 * TICKS_PER_BEAT) == 0)
