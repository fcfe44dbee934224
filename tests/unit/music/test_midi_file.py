"""MIDI files: what is written comes back, and nothing that is no MIDI file does harm."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import mido
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import melodies

from live_composer.errors import BadFile
from live_composer.music.key import SCALES, Key
from live_composer.music.melody import Melody, Note
from live_composer.music.metre import Metre
from live_composer.music.midi_file import SongNote, read_key, read_melody, read_song, write_melody, write_notes
from live_composer.music.vocabulary import HOLD
from live_composer.rules.tunes import TUNES

if TYPE_CHECKING:
    from pathlib import Path

KEYS = [Key(tonic, mode) for tonic in range(12) for mode in SCALES]

shared_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def song_of(*messages: mido.Message, ticks_per_beat: int = 480) -> bytes:
    buffer = io.BytesIO()
    midi = mido.MidiFile(ticks_per_beat=ticks_per_beat)
    midi.tracks.append(mido.MidiTrack(messages))
    midi.save(file=buffer)
    return buffer.getvalue()


def a_note(channel: int, length: int) -> list[mido.Message]:
    on = mido.Message("note_on", channel=channel, note=60)
    return [on, mido.Message("note_off", channel=channel, note=60, time=length)]


@shared_folder
@given(melodies().filter(lambda melody: melody.notes()), st.floats(20, 400))
def test_round_trip_is_exact(tmp_path: Path, melody: Melody, tempo: float):
    path = tmp_path / "melody.mid"
    write_melody(path, melody, tempo)
    back = read_melody(path, melody.vocabulary)
    assert back.events.tolist() == melody.events.tolist()
    assert (back.metre, back.vocabulary) == (melody.metre, melody.vocabulary)
    assert read_song(path).tempo == pytest.approx(tempo, rel=1e-5)


def test_middle_c_is_event_14_in_the_right_octave_and_length(tmp_path: Path):
    path = tmp_path / "c.mid"
    write_melody(path, Melody.of([14, *[HOLD] * 3, 0, *[HOLD] * 11]))
    on, off, end = [message for message in mido.MidiFile(path).tracks[0] if message.type[:3] in {"not", "end"}]
    assert (on.type, on.note, off.type, off.note) == ("note_on", 60, "note_off", 60)
    assert (on.time, off.time, end.time) == (0, 480, 1440)


@shared_folder
@given(melodies().filter(lambda melody: melody.notes()), st.sampled_from(KEYS))
def test_a_key_is_heard_in_every_note_and_written_as_its_signature(tmp_path: Path, melody: Melody, key: Key):
    path = tmp_path / "moved.mid"
    write_melody(path, melody, key=key)
    song = read_song(path)
    heard = [note.pitch for track in song.tracks for note in track.notes]
    assert len(heard) == len(melody.notes())
    assert {(pitch - note.pitch - key.shift) % 12 for pitch, note in zip(heard, melody.notes(), strict=True)} == {0}
    [(beat, written)] = song.keys
    assert beat == 0
    assert written == key if key.mode in {"major", "minor"} else written.pitch_classes >= key.pitch_classes


def test_only_what_changes_is_written(tmp_path: Path):
    path = tmp_path / "changes.mid"
    keys = [(0.0, Key()), (4.0, Key()), (8.0, Key(2)), (12.0, Key())]
    write_notes(path, [], 16.0, tempos=[(0.0, 90.0), (4.0, 90.0)], keys=keys)
    assert read_song(path).keys == [keys[0], *keys[2:]]
    assert [message.type for message in mido.MidiFile(path).tracks[0]].count("set_tempo") == 1


@pytest.mark.parametrize(
    ("written", "told"),
    [("D", "D major"), ("C", "D major"), ("Bm", "B minor"), ("A", "D major"), (None, "D major")],
)
def test_a_signature_is_believed_where_the_notes_lie_in_it(tmp_path: Path, written: str | None, told: str):
    tune = TUNES["Frère Jacques"]
    keys = [(0.0, Key.parse(written))] if written else []
    notes = [SongNote(note.onset / 4, note.length / 4, note.pitch + 2, 90, 0) for note in tune.notes()]
    path = tmp_path / "tune.mid"
    write_notes(path, notes, len(tune) / 4, keys=keys)
    assert str(read_key(path, read_melody(path))) == told


def test_reading_off_the_grid_rounds_to_it(tmp_path: Path):
    path = tmp_path / "played.mid"
    path.write_bytes(
        song_of(
            mido.Message("note_on", note=60, velocity=80, time=7),
            mido.Message("note_on", note=60, velocity=0, time=228),
            mido.Message("note_on", note=96, velocity=80, time=3),
            mido.Message("note_off", note=96, time=1),
            mido.MetaMessage("end_of_track", time=241),
        )
    )
    melody = read_melody(path)
    assert melody.notes() == [Note(0, 2, 60), Note(2, 1, 72)]
    assert len(melody) == 4


@pytest.mark.parametrize("name", ["C", "D", "Eb", "F#", "Am", "Em", "Fm", "C#m", "Cb", "C#"])
def test_a_key_signature_is_the_key_that_mido_wrote(tmp_path: Path, name: str):
    path = tmp_path / "song.mid"
    path.write_bytes(song_of(mido.MetaMessage("key_signature", key=name)))
    assert read_song(path).keys == [(0.0, Key.parse(name))]


def test_what_a_song_says_of_itself(tmp_path: Path):
    path = tmp_path / "song.mid"
    path.write_bytes(
        song_of(
            mido.MetaMessage("track_name", name="lead"),
            mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(90)),
            mido.MetaMessage("time_signature", numerator=6, denominator=8),
            mido.MetaMessage("key_signature", key="Bbm"),
            mido.Message("note_on", channel=2, note=70, velocity=80),
            mido.Message("note_on", channel=9, note=36, velocity=80),
            mido.Message("note_off", channel=9, note=36, time=96),
            mido.MetaMessage("time_signature", numerator=3, denominator=4, time=96),
            ticks_per_beat=96,
        )
    )
    song = read_song(path)
    assert {(track.name, track.channel, track.drums) for track in song.tracks} == {
        ("lead", 2, False),
        ("lead", 9, True),
    }
    assert song.metres == [(0.0, Metre(6, 8)), (2.0, Metre(3, 4))]
    assert song.keys == [(0.0, Key(10, "minor"))]
    assert (song.tempo, song.length) == (pytest.approx(90), 2.0)
    lead = next(track for track in song.tracks if not track.drums)
    # A note that is never released lasts to the end of its track.
    assert [(note.pitch, note.onset, note.length) for note in lead.notes] == [(70, 0.0, 2.0)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"RIFF1234WAVE", "is not a MIDI file"),
        (b"MThd", "is a broken MIDI file: it does not begin with a whole MIDI header"),
        (b"MThd\0\0\0\6\0\1\0\1\xe7\x28MTrk\0\0\0\4\0\xff\x2f\0", "timed in seconds"),
        (b"MThd\0\0\0\6\0\1\0\1\0\0MTrk\0\0\0\4\0\xff\x2f\0", "timed in seconds|broken"),
        (song_of(), "holds no melody"),
        (song_of(*a_note(channel=9, length=9)), "holds no melody"),
        (song_of(*a_note(channel=0, length=0x0FFFFFFF), ticks_per_beat=1), "too long"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_used_are_named(tmp_path: Path, content: bytes, words: str):
    path = tmp_path / "file.mid"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=words) as caught:
        read_melody(path)
    assert str(path) in str(caught.value)


def read_or_refuse(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        read_melody(path)
    except BadFile as error:
        assert str(path) in str(error)  # noqa: PT017 - either outcome is right


@shared_folder
@given(melodies(), st.data())
def test_truncated_and_damaged_files_are_read_or_refused(tmp_path: Path, melody: Melody, data: st.DataObject):
    path = tmp_path / "damaged.mid"
    write_melody(path, melody)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read_or_refuse(path, bytes(content[: data.draw(st.integers(0, len(content)))]))


@shared_folder
@given(st.binary(max_size=300), st.sampled_from([b"", b"MThd\0\0\0\6\0\1\0\1\0\x60MTrk\0\0\1\0"]))
def test_random_bytes_are_read_or_refused(tmp_path: Path, content: bytes, before: bytes):
    read_or_refuse(tmp_path / "random.mid", before + content)
