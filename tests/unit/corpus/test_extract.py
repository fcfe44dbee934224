"""The rules of extraction, one by one; and three readers that agree on one melody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from score_writers import abc, musicxml, tune

from live_composer.config import CorpusBuild
from live_composer.corpus.extract import extract
from live_composer.corpus.reading import read_scores
from live_composer.corpus.score import TICKS_PER_BEAT, TICKS_PER_STEP, Part, Score, ScoreNote
from live_composer.music.key import Key
from live_composer.music.melody import Melody, Note, from_notes
from live_composer.music.metre import Metre
from live_composer.music.midi_file import write_melody
from live_composer.music.vocabulary import FIRST_PITCH, HOLD, NOTE_OFF

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.corpus.extract import Harvest

LENIENT = CorpusBuild(minimum_bars=1, minimum_pitches=1, transpose=False, maximum_steps=4096, silence_bars=1000)


def part(notes: list[Note], metre: str = "4/4", key: Key | None = Key(), **others: Any) -> Part:  # noqa: B008
    """A part of notes given in steps (fractions of a step are allowed)."""
    ticks = [ScoreNote(round(n.onset * TICKS_PER_STEP), round(n.length * TICKS_PER_STEP), n.pitch) for n in notes]
    return Part("part", ticks, [(0, Metre.parse(metre))], [(0, key)], **others)


def harvest(*parts: Part, **options: Any) -> Harvest:
    return extract(Score("", "", list(parts)), replace(CorpusBuild(), **options))


def only(*parts: Part, **options: Any) -> Melody:
    found = harvest(*parts, **options)
    assert found.dropped == {}
    (melody,) = found.melodies
    return Melody(melody.events, melody.metre)


def test_a_tune_in_c_comes_out_as_it_is():
    assert only(part(tune())).notes() == tune()


@pytest.mark.parametrize(
    ("notes", "options", "reason"),
    [
        (tune(bars=6), {}, "too short"),
        (tune(bars=7), {"minimum_bars": 8}, "too short"),
        ([Note(4 * n, 4, 60 + n % 4) for n in range(32)], {}, "too few pitches"),
        ([Note(4 * n + 0.5, 3, 60 + n % 12) for n in range(32)], {}, "off the grid"),
        ([Note(n * 4 / 3, 1, 60 + n % 12) for n in range(96)], {}, "off the grid"),
        ([Note(4 * n, 4, 60 + third) for n in range(32) for third in (0, 4, 7)], {}, "chords"),
        ([Note(0, 200, 96), *tune()], {}, "chords"),
        ([Note(n.onset, n.length, n.pitch + 36) for n in tune()] + tune(), {"fold": False, "chords": 1.0}, ""),
        ([Note(2 * n, 2, 30 + n) for n in range(80)], {"fold": False}, "out of range"),
        ([], {}, "no notes"),
    ],
)
def test_what_breaks_a_rule_is_dropped_by_its_name(notes: list[Note], options: dict[str, Any], reason: str):
    found = harvest(part(notes), **options)
    assert dict(found.dropped) == ({reason: 1} if reason else {})


def test_bars_of_the_wrong_length_are_counted():
    assert harvest(part(tune(), slips=2, bars=8)).dropped == {"bars of the wrong length": 1}
    assert only(part(tune(), slips=1, bars=8)).notes() == tune()


def test_seven_bars_begun_are_enough():
    notes = tune(bars=7)[:-7]
    assert only(part(notes)).notes() == notes


def test_a_bar_of_silence_splits():
    first, second = tune(bars=8), [note._replace(onset=note.onset + 9 * 16 + 4) for note in tune(bars=8, offset=1)]
    one, other = harvest(part(first + second)).melodies
    assert Melody(one.events).notes() == first
    # The second begins in the middle of a bar, and is written from that bar's line.
    assert Melody(other.events).notes() == [note._replace(onset=note.onset + 4) for note in tune(bars=8, offset=1)]
    assert len(harvest(part(first + second), silence_bars=1.5).melodies) == 1


def test_a_rest_shorter_than_a_bar_is_a_note_off():
    notes = tune()
    notes[10] = notes[10]._replace(length=1)
    melody = only(part(notes))
    assert melody.events[notes[10].onset : notes[10].onset + 3].tolist()[1] == NOTE_OFF


def test_long_melodies_are_cut_at_a_bar_line():
    melody = only(part(tune(bars=60)))
    assert (len(melody), melody.notes()) == (512, tune(bars=32))
    assert len(only(part(tune(bars=60), metre="3/4"), maximum_steps=100)) == 96


def test_three_melodies_a_file_when_asked_so():
    parts = [part(tune(offset=offset)) for offset in range(5)]
    found = harvest(*parts, per_file=3)
    assert (len(found.melodies), found.dropped["more than enough of one tune"]) == (3, 2)


@pytest.mark.parametrize(
    ("key", "shift", "name"),
    [
        (Key(2), 2, "D major"),
        (Key(10), -2, "Bb major"),
        (Key(2, "minor"), 5, "D minor"),
        (Key(5, "lydian"), 0, "F lydian"),
    ],
)
def test_the_written_key_leads_home(key: Key, shift: int, name: str):
    notes = [note._replace(pitch=note.pitch + shift) for note in tune()]
    found = harvest(part(notes, key=key)).melodies[0]
    pitches = [note.pitch % 12 for note in Melody(found.events).notes()]
    assert pitches == [note.pitch % 12 for note in tune()]
    assert str(found.key) == name
    assert Melody(harvest(part(notes, key=key), transpose=False).melodies[0].events).notes() == notes


def test_without_a_written_key_it_is_guessed():
    notes = [Note(4 * n, 4, 65 + step) for n, step in enumerate((0, 4, 7, 0, 5, 9, 7, 4, 2, 7, 0, 0) * 3)]
    found = harvest(part(notes, key=None)).melodies[0]
    assert str(found.key) == "F major"
    assert Melody(found.events).notes()[0].pitch == 60


def test_a_minor_tune_under_a_signature_called_major_is_named_minor():
    notes = [Note(4 * n, 4, 69 + step) for n, step in enumerate((0, 3, 7, 8, 7, 3, 2, 0, -2, 0, 7, 0) * 3)]
    assert str(harvest(part(notes)).melodies[0].key) == "A minor"


def test_melodies_lie_in_the_middle_and_strays_are_folded():
    low = [note._replace(pitch=note.pitch - 36) for note in tune()]
    assert only(part(low)).notes() == tune()
    low[3] = low[3]._replace(pitch=low[3].pitch + 48)
    assert {note.pitch for note in only(part(low)).notes()} <= set(range(48, 84))


def test_a_change_of_metre_or_key_begins_a_new_melody():
    second = [note._replace(onset=note.onset + 8 * 16) for note in tune(offset=1)]
    there = 8 * 4 * TICKS_PER_BEAT
    metres = part(tune() + second)
    metres.metres.append((there, Metre(2, 4)))
    assert [str(melody.metre) for melody in harvest(metres).melodies] == ["4/4", "2/4"]
    keys = part(tune() + [note._replace(pitch=note.pitch + 2) for note in second])
    keys.keys.append((there, Key(2)))
    assert [str(melody.key) for melody in harvest(keys).melodies] == ["C major", "D major"]
    relative = part(tune() + second)
    relative.keys.append((there, Key(9, "minor")))
    assert len(harvest(relative).melodies) == 1


def test_music_without_a_metre_is_dropped():
    free = part(tune())
    free.metres[0] = (0, None)
    assert harvest(free).dropped == {"no metre": 1}


def test_a_pick_up_in_two_four_stands_before_a_bar_of_four_four():
    notes = [Note(6, 2, 67), *(note._replace(onset=note.onset + 8) for note in tune())]
    melody = only(part(notes, metre="2/4"))
    assert melody.notes() == [note._replace(onset=note.onset + 8) for note in notes]
    assert only(part(tune(), metre="2/4")).notes() == tune()
    assert only(part(notes, metre="4/4")).notes() == notes


def test_the_highest_of_a_few_chords_is_kept():
    notes = tune()
    chord = [*notes[:8], notes[8]._replace(pitch=notes[8].pitch - 5), notes[8], *notes[9:]]
    assert only(part(chord)).notes() == notes
    assert harvest(part(chord), chords=0.0).dropped == {"chords": 1}


def test_a_held_low_note_gives_way_and_one_beneath_is_left_out():
    notes = tune()
    legato = [
        note._replace(length=note.length + 1) if note.pitch < following.pitch else note
        for note, following in zip(notes, [*notes[1:], notes[0]], strict=True)
    ]
    assert only(part(legato)).notes()[:-1] == notes[:-1]
    held = [Note(0, 8, 83), Note(4, 2, 60), *[note._replace(onset=note.onset + 8) for note in tune()]]
    first, second = only(part(held)).notes()[:2]
    assert (first.onset, first.length, second.onset, first.pitch - second.pitch) == (0, 8, 8, 83 - tune()[0].pitch)


def test_of_two_32nds_the_one_on_the_grid_is_kept():
    notes = tune(bars=9)
    notes[5:6] = [Note(10, 0.5, 84), Note(10.5, 1.5, notes[5].pitch)]
    assert [note.pitch for note in only(part(notes), transpose=False, fold=True).notes() if note.onset == 10] == [72]


def melody_of(notes: list[tuple[int, int, int]], metre: Metre) -> Melody:
    """Notes one after the other, from (rest before, length, pitch)."""
    onset, made = 0, list[Note]()
    for rest, length, pitch in notes:
        made.append(Note(onset + rest, length, pitch))
        onset += rest + length
    return Melody(from_notes(made), metre)


written = st.builds(
    melody_of,
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 20), st.integers(48, 83)), min_size=1, max_size=30),
    st.sampled_from([Metre(4, 4), Metre(3, 4), Metre(6, 8), Metre(9, 8), Metre(5, 4)]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written)
def test_three_readers_agree_on_one_melody(tmp_path: Path, melody: Melody):
    (tmp_path / "a.abc").write_text(abc(melody))
    (tmp_path / "a.musicxml").write_text(musicxml(melody))
    write_melody(tmp_path / "a.mid", melody)
    start = melody.notes()[0].onset // melody.metre.steps_per_bar * melody.metre.steps_per_bar
    expected = melody.events[start:]
    # In which octave it lies is a rule of its own.
    for name in ("a.abc", "a.musicxml", "a.mid"):
        (score,) = read_scores(tmp_path / name)
        (found,) = extract(score, LENIENT).melodies
        shift = found.events[found.events >= FIRST_PITCH] - expected[expected >= FIRST_PITCH]
        assert set((shift % 12).tolist()) == {0}
        assert np.where(found.events >= FIRST_PITCH, 2, found.events).tolist() == (
            np.where(expected >= FIRST_PITCH, 2, expected).tolist()
        )
        assert found.metre == melody.metre


@given(
    st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 400), st.integers(0, 127)), min_size=1, max_size=60),
    st.sampled_from(["4/4", "6/8", "5/8", "12/8", "2/2"]),
    st.integers(1, 600),
)
def test_whatever_comes_melodies_are_canonical_and_within_bounds(
    rows: list[tuple[int, int, int]], metre: str, maximum: int
):
    notes = sorted(Note(onset / 3, length / 3, pitch) for onset, length, pitch in rows)
    options = CorpusBuild(minimum_bars=1, minimum_pitches=1, off_grid=1, chords=1, maximum_steps=maximum)
    for found in extract(Score("", "", [part(notes, metre, None)]), options).melodies:
        melody = Melody.of(found.events.tolist(), found.metre)
        assert 0 < len(melody) <= maximum
        assert from_notes(melody.notes(), len(melody)).tolist() == melody.events.tolist()
        assert melody.notes()[0].onset < max(melody.metre.steps_per_bar, 16) + melody.metre.steps_per_bar
        assert (melody.events != HOLD).any()
