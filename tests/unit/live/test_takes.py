"""A take is what sounded, and reads back as such."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from live_composer.errors import CannotWrite
from live_composer.live.takes import Take
from live_composer.music import midi_file
from live_composer.music.melody import Note
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import DEFAULT, HOLD, NOTE_OFF

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def take() -> Take:
    take = Take(Metre(3, 4), DEFAULT)
    for step, (event, pitch) in enumerate([(2, 50), (HOLD, None), (NOTE_OFF, None), (30, 71), (30, 88), (HOLD, None)]):
        take.add(step, event, pitch)
    return take


def test_notes_are_kept_at_sounding_pitch(take: Take):
    assert take.melody.notes() == [Note(0, 2, 50), Note(3, 1, 71), Note(4, 2, 88)]


def test_what_was_not_heard_is_forgotten(take: Take):
    take.cut(4)
    assert take.melody.notes() == [Note(0, 2, 50), Note(3, 1, 71)]
    take.add(1, 5, 60)
    assert take.melody.notes() == [Note(0, 1, 50), Note(1, 1, 60)]


def test_the_file_reads_back(take: Take, tmp_path: Path):
    take.write(tmp_path / "take.mid", 90)
    song = midi_file.read_song(tmp_path / "take.mid")
    assert round(song.tempo, 3) == 90
    assert song.metres[0][1] == Metre(3, 4)
    assert [(note.onset * 4, note.length * 4, note.pitch) for note in song.tracks[0].notes] == take.melody.notes()


def test_a_take_that_cannot_be_written_leaves_nothing(take: Take, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite):
        take.write(tmp_path / "file" / "take.mid", 120)
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["file"]
