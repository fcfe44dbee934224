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
from live_composer.music.vocabulary import HOLD, Vocabulary
from live_composer.rules.tunes import TUNES

if TYPE_CHECKING:
    from pathlib import Path

KEYS = [Key(tonic, mode) for tonic in range(12) for mode in SCALES]
TIMED_IN_SECONDS = " is timed in seconds (SMPTE), not in beats; export it with a tempo."
shared_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def song_of(*messages: mido.Message, ticks_per_beat: int = 480) -> bytes:
    buffer = io.BytesIO()
    midi = mido.MidiFile(ticks_per_beat=ticks_per_beat)
    midi.tracks.append(mido.MidiTrack(messages))
    midi.save(file=buffer)
    return buffer.getvalue()


def song_of_bytes(*events: bytes) -> bytes:
    """Return a file of one track with such events, as other programs may write them."""
    body = b"".join(events) + b"\0\xff\x2f\0"
    return b"MThd\0\0\0\6\0\1\0\1\0\x60MTrk" + len(body).to_bytes(4) + body


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


def test_a_file_message_by_message(tmp_path: Path):
    path = tmp_path / "song.mid"
    notes = [
        SongNote(1.0, 0.5, 62, 70, 3),
        SongNote(0.0, 1.0, 60, 90, 0),
        # What has no length is heard for a tick all the same.
        SongNote(1.5, 0.0, 64, 80, 0),
    ]
    metres = [(0.0, Metre(6, 8)), (1.0, Metre(3, 4))]
    write_notes(
        path,
        notes,
        1.5,
        tempos=[(0.0, 120.0), (1.0, 90.0)],
        metres=metres,
        name="élan",
        texts=["one", "two"],
        data=b"x",
    )
    song = mido.MidiFile(path, charset="utf-8")
    told = [(one.time, *(value for name, value in one.dict().items() if name != "time")) for one in song.tracks[0]]
    clicks = (24, 8)  # a quarter note, as everybody has it
    assert song.ticks_per_beat == 480
    assert told == [
        (0, "track_name", "élan"),
        (0, "text", "one"),
        (0, "text", "two"),
        # 0x7d is the number that no manufacturer has.
        (0, "sequencer_specific", (0x7D, ord("x"))),
        (0, "set_tempo", 500_000),
        (0, "time_signature", 6, 8, *clicks),
        (0, "note_on", 60, 90, 0),
        # Where one note ends as the next begins, the end comes first; what changes comes before both.
        (480, "set_tempo", 666_667),
        (0, "time_signature", 3, 4, *clicks),
        (0, "note_off", 60, 0, 0),
        (0, "note_on", 62, 70, 3),
        (240, "note_off", 62, 0, 3),
        (0, "note_on", 64, 80, 0),
        (1, "note_off", 64, 0, 0),
        (0, "end_of_track"),
    ]


def test_a_melody_is_a_track_of_that_name_on_the_first_channel(tmp_path: Path):
    path = tmp_path / "tune.mid"
    write_melody(path, Melody.of([14, HOLD]))
    (track,) = read_song(path).tracks
    assert (track.name, track.channel, track.notes) == ("melody", 0, [SongNote(0.0, 0.5, 60, 90, 0)])
    assert not any(message.type in {"text", "sequencer_specific"} for message in mido.MidiFile(path).tracks[0])
    write_melody(path, Melody.of([14, HOLD]), name="Frère Jacques")
    assert read_song(path).tracks[0].name == "Frère Jacques"


def test_a_melody_is_read_in_another_key_and_folded_into_the_range(tmp_path: Path):
    path = tmp_path / "tune.mid"
    write_melody(path, Melody.of([14, 37]))
    assert [note.pitch for note in read_melody(path, shift=3).notes()] == [63, 74]
    assert [note.pitch for note in read_melody(path, Vocabulary(24, 47), -1).notes()] == [47, 46]


def test_a_tune_of_the_longest_length_is_read(tmp_path: Path):
    path = tmp_path / "long.mid"
    path.write_bytes(song_of(*a_note(channel=0, length=1 << 20), ticks_per_beat=4))
    assert read_melody(path).notes() == [Note(0, 1 << 20, 60)]


def test_where_a_file_says_nothing_it_is_120_in_common_time(tmp_path: Path):
    path = tmp_path / "plain.mid"
    path.write_bytes(song_of(*a_note(channel=0, length=480)))
    song = read_song(path)
    assert (song.tempo, song.metres, song.keys, song.copyright) == (120.0, [], [], "")
    assert read_melody(path).metre == Metre(4, 4)


def test_tracks_tell_in_the_order_of_beats_and_at_one_beat_the_first_track_wins(tmp_path: Path):
    path = tmp_path / "two.mid"
    late = [mido.MetaMessage("time_signature", numerator=3, denominator=4, time=480)]
    late += [mido.MetaMessage("key_signature", key="D"), mido.MetaMessage("key_signature", key="C")]
    early = [mido.MetaMessage("copyright", text="(c) 1999 somebody"), mido.MetaMessage("key_signature", key="Em")]
    early += [mido.MetaMessage("time_signature", numerator=6, denominator=8)]
    early += [mido.MetaMessage("time_signature", numerator=2, denominator=4, time=480)]
    tracks = [late, early, [mido.MetaMessage("copyright", text="(c) others")]]
    mido.MidiFile(ticks_per_beat=480, tracks=[mido.MidiTrack(each) for each in tracks]).save(path)
    song = read_song(path)
    assert song.metres == [(0.0, Metre(6, 8)), (1.0, Metre(3, 4)), (1.0, Metre(2, 4))]
    assert song.keys == [(0.0, Key(4, "minor")), (1.0, Key(2)), (1.0, Key(0))]
    assert song.copyright == "(c) 1999 somebody"


def test_malformed_events_say_nothing_and_do_no_harm(tmp_path: Path):
    path = tmp_path / "odd.mid"
    path.write_bytes(
        song_of_bytes(
            # A tempo with a byte too many, tempos of no length, a metre of half a number, keys of eight sharps and of
            # half a number.
            b"\0\xff\x51\4\x03\xd0\x90\1",
            b"\0\xff\x51\0", b"\0\xff\x51\3\0\0\0", b"\0\xff\x58\1\3", b"\0\xff\x59\2\x08\0", b"\0\xff\x59\1\1"
        )
    )  # fmt: skip
    song = read_song(path)
    assert (song.tempo, song.metres, song.keys) == (240.0, [(0.0, Metre(4, 4))], [])


def test_a_beat_may_be_a_single_tick(tmp_path: Path):
    path = tmp_path / "coarse.mid"
    path.write_bytes(song_of(*a_note(channel=0, length=3), ticks_per_beat=1))
    assert read_melody(path).notes() == [Note(0, 12, 60)]


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
            mido.Message("note_on", channel=2, note=70, velocity=81),
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
    assert lead.notes == [SongNote(0.0, 2.0, 70, 81, 2)]


def test_names_lose_what_pads_them_and_what_is_no_text(tmp_path: Path):
    path = tmp_path / "named.mid"
    path.write_bytes(song_of_bytes(b"\0\xff\x03\x09 l\xe9ad\0\r\n\0", b"\0\x90\x3c\x40", b"\x60\x80\x3c\0"))
    assert read_song(path).tracks[0].name == "l\N{REPLACEMENT CHARACTER}ad"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", " is empty, not a MIDI file."),
        (b"MThd" * ((1 << 20) + 1), " is too large for a MIDI file (4,194,308 bytes; at most 4,194,304 are read)."),
        (b"RIFF1234WAVE", " is not a MIDI file (it does not begin with MThd)."),
        (b"MThd", " is a broken MIDI file: it does not begin with a whole MIDI header."),
        (b"MThd\0\0\0\6\0\1\0\1\xe7\x28MTrk\0\0\0\4\0\xff\x2f\0", TIMED_IN_SECONDS),
        (b"MThd\0\0\0\6\0\1\0\1\x80\0MTrk\0\0\0\4\0\xff\x2f\0", TIMED_IN_SECONDS),
        (b"MThd\0\0\0\6\0\1\0\1\0\0MTrk\0\0\0\4\0\xff\x2f\0", TIMED_IN_SECONDS),
        (song_of(), " holds no melody: there are no notes outside the drum channel."),
        (song_of(*a_note(channel=9, length=9)), " holds no melody: there are no notes outside the drum channel."),
        (song_of(*a_note(channel=0, length=(1 << 20) + 1), ticks_per_beat=4),
         " is too long for a melody: 1,048,577 sixteenths, and at most 1,048,576 are read."),
    ],
    ids=["empty", "large", "no MIDI", "broken", "SMPTE", "frames", "no beat", "no notes", "drums", "long"],
)  # fmt: skip
def test_files_that_cannot_be_used_are_named(tmp_path: Path, content: bytes, words: str):
    path = tmp_path / "file.mid"
    path.write_bytes(content)
    with pytest.raises(BadFile) as caught:
        read_melody(path)
    assert str(caught.value) == f"{path}{words}"


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
