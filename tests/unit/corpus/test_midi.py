"""MIDI files as scores: which tracks, which metre, which key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mido
import pytest
from score_writers import midi

from live_composer.corpus.midi import read_midi
from live_composer.corpus.score import TICKS_PER_BEAT, TICKS_PER_STEP
from live_composer.music.melody import Note

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.corpus.score import Score

NOTE = [Note(0, 4, 60)]


def read(folder: Path, data: bytes) -> Score:
    path = folder / "My song.mid"
    path.write_bytes(data)
    (only,) = read_midi(path)
    return only


def metre(beats: int, unit: int, tick: int = 0) -> mido.MetaMessage:
    return mido.MetaMessage("time_signature", numerator=beats, denominator=unit, time=tick)


@pytest.mark.parametrize(
    ("names", "read_of_them"),
    [
        (("Piano", "Bass"), ["Piano", "Bass"]),
        (("Piano", "Lead vocal", "Bass"), ["Lead vocal"]),
        (("MELODY", "Voice 2", "x"), ["MELODY", "Voice 2"]),
        (("Leader", "Invoice"), ["Invoice"]),
    ],
)
def test_tracks_named_as_melody_are_read_alone(tmp_path: Path, names: tuple[str, ...], read_of_them: list[str]):
    song = read(tmp_path, midi(*[NOTE] * len(names), names=names))
    assert [part.name for part in song.parts] == read_of_them
    assert song.title == "My song"


def test_drums_are_left_out(tmp_path: Path):
    assert read(tmp_path, midi(NOTE, channel=9)).parts == []


def test_notes_in_ticks_of_a_score(tmp_path: Path):
    part = read(tmp_path, midi([Note(2, 4, 60), Note(7, 1, 62)])).parts[0]
    assert [(note.onset, note.length, note.pitch) for note in part.notes] == [
        (2 * TICKS_PER_STEP, 4 * TICKS_PER_STEP, 60), (7 * TICKS_PER_STEP, TICKS_PER_STEP, 62),
    ]  # fmt: skip


def test_a_short_first_metre_is_a_pick_up(tmp_path: Path):
    head = (metre(1, 4), metre(3, 4, 480))
    part = read(tmp_path, midi([Note(0, 4, 60), Note(4, 4, 62)], head=head)).parts[0]
    # The head's second metre comes a beat after the first; the notes of `midi` begin there.
    assert [(tick // TICKS_PER_BEAT, str(value)) for tick, value in part.metres] == [(0, "3/4")]
    assert part.notes[0].onset == 3 * TICKS_PER_BEAT


def test_without_a_metre_it_is_common_time_until_one_comes(tmp_path: Path):
    part = read(tmp_path, midi([Note(0, 64, 60)], head=(metre(3, 4, 480 * 8),))).parts[0]
    assert [(tick // TICKS_PER_BEAT, str(value)) for tick, value in part.metres] == [(0, "4/4"), (8, "3/4")]


@pytest.mark.parametrize(
    ("keys", "expected"), [((), "None"), (("C",), "None"), (("D",), "D major"), (("Am",), "A minor")]
)
def test_a_lone_c_major_says_nothing(tmp_path: Path, keys: tuple[str, ...], expected: str):
    head = [mido.MetaMessage("key_signature", key=key) for key in keys]
    assert str(read(tmp_path, midi(NOTE, head=head)).parts[0].keys[0][1]) == expected


def test_the_copyright_notice_is_told(tmp_path: Path):
    head = (mido.MetaMessage("copyright", text="(c) nobody"),)
    assert read(tmp_path, midi(NOTE, head=head)).rights == "(c) nobody"
