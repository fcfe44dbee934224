"""The bytes of MIDI files: read as mido reads them, or refused."""

from __future__ import annotations

import io
from itertools import accumulate

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.music.midi_bytes import KEY, METRE, TEMPO, BrokenMidi, RawNote, RawTrack, read_tracks

HEAD = b"MThd\0\0\0\6\0\1\0\1\0\x60"


def track(body: bytes) -> bytes:
    return HEAD + b"MTrk" + len(body).to_bytes(4, "big") + body


def notes_of(body: bytes) -> list[RawNote]:
    return read_tracks(track(body))[1][0].notes


messages = st.one_of(
    st.builds(
        mido.Message, st.sampled_from(["note_on", "note_off"]), note=st.integers(50, 53), channel=st.integers(0, 2),
        velocity=st.sampled_from([0, 64]), time=st.integers(0, 70_000),
    ),
    st.builds(mido.Message, st.just("control_change"), control=st.integers(0, 127), time=st.integers(0, 300)),
    st.builds(mido.Message, st.just("program_change"), program=st.integers(0, 127), time=st.integers(0, 300)),
    st.builds(mido.Message, st.just("aftertouch"), value=st.integers(0, 127), time=st.integers(0, 300)),
    st.builds(mido.Message, st.just("polytouch"), value=st.integers(0, 127), time=st.integers(0, 300)),
    st.builds(mido.Message, st.just("pitchwheel"), pitch=st.integers(-8192, 8191), time=st.integers(0, 300)),
    st.builds(mido.Message, st.just("sysex"), data=st.lists(st.integers(0, 127), max_size=200), time=st.integers(0, 9)),
    st.builds(mido.MetaMessage, st.just("lyrics"), text=st.text("abc", max_size=200), time=st.integers(0, 9)),
    st.builds(mido.MetaMessage, st.just("set_tempo"), tempo=st.integers(1, 2**24 - 1), time=st.integers(0, 9)),
)  # fmt: skip


def as_mido_has_it(messages: mido.MidiTrack) -> set[RawNote]:
    """The notes of a track, paired from mido's messages."""
    tick, notes, sounding = 0, set[RawNote](), dict[tuple[int, int], tuple[int, int]]()

    def end(channel: int, pitch: int) -> None:
        start, velocity = sounding.pop((channel, pitch), (tick, 0))
        if tick > start:
            notes.add(RawNote(start, tick - start, pitch, velocity, channel))

    for message in messages:
        tick += message.time
        if message.type in {"note_on", "note_off"}:
            end(message.channel, message.note)
            if message.type == "note_on" and message.velocity:
                sounding[message.channel, message.note] = (tick, message.velocity)
    for channel, pitch in list(sounding):
        end(channel, pitch)
    return notes


def tempos_of(messages: mido.MidiTrack) -> list[tuple[int, int]]:
    ticks = accumulate(message.time for message in messages)
    return [(tick, one.tempo) for tick, one in zip(ticks, messages, strict=True) if one.type == "set_tempo"]


@given(st.lists(st.lists(messages, max_size=40), min_size=1, max_size=3))
def test_notes_and_lengths_are_those_that_mido_reads(tracks: list[list[mido.Message]]):
    midi = mido.MidiFile(ticks_per_beat=96, tracks=[mido.MidiTrack(each) for each in tracks])
    buffer = io.BytesIO()
    midi.save(file=buffer)
    division, raw = read_tracks(buffer.getvalue())
    again = mido.MidiFile(file=io.BytesIO(buffer.getvalue()))
    assert division == 96
    for each, messages in zip(raw, again.tracks, strict=True):
        assert set(each.notes) == as_mido_has_it(messages)
        assert each.length == sum(message.time for message in messages)
        tempos = [(tick, int.from_bytes(data, "big")) for tick, kind, data in each.meta if kind == TEMPO]
        assert tempos == tempos_of(messages)


def test_running_status_and_a_velocity_of_zero():
    body = bytes([0, 0x91, 60, 90, 10, 60, 0, 5, 62, 80, 0x81, 0, 62, 0, 0, 0xFF, 0x2F, 0])
    assert notes_of(body) == [RawNote(0, 10, 60, 90, 1), RawNote(15, 128, 62, 80, 1)]


def test_a_note_struck_again_ends_and_one_never_released_lasts():
    body = bytes([0, 0x90, 60, 90, 10, 60, 80, 10, 0xFF, 0x2F, 0])
    assert notes_of(body) == [RawNote(0, 10, 60, 90, 0), RawNote(10, 10, 60, 80, 0)]


def test_a_note_that_ends_where_it_began_is_none():
    assert notes_of(bytes([0, 0x90, 60, 90, 0, 0x80, 60, 0, 9, 0xFF, 0x2F, 0])) == []
    assert notes_of(bytes([0, 0x90, 60, 90, 0, 0xFF, 0x2F, 0])) == []


def test_a_track_may_be_empty():
    assert read_tracks(track(b""))[1] == [RawTrack()]


def test_a_track_may_lack_its_end():
    assert notes_of(bytes([0, 0x90, 60, 90, 10, 0x80, 60, 0])) == [RawNote(0, 10, 60, 90, 0)]


def test_names_and_signatures():
    body = b"\0\xff\x03\x04lead\0\xff\x02\x03(c)" + b"\5\xff\x58\x04\3\2\x18\x08\0\xff\x59\2\xfe\1\0\xff\x2f\0"
    (read,) = read_tracks(track(body))[1]
    assert (read.name, read.copyright, read.length) == (b"lead", b"(c)", 5)
    assert read.meta == [(5, METRE, b"\3\2\x18\x08"), (5, KEY, b"\xfe\1")]


def test_chunks_of_another_kind_are_skipped_and_a_long_header_is_read():
    body = bytes([0, 0x90, 60, 90, 10, 0x80, 60, 0, 0, 0xFF, 0x2F, 0])
    data = (
        track(body)
        .replace(b"MTrk", b"XFIH\0\0\0\2abMTrk")
        .replace(b"\0\0\0\6\0\1\0\1\0\x60", b"\0\0\0\x07\0\1\0\1\0\x60!")
    )
    assert read_tracks(data)[1][0].notes == [RawNote(0, 10, 60, 90, 0)]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"MThd\0\0", "it does not begin with a whole MIDI header"),
        (HEAD, "it ends after 0 of its 1 tracks"),
        (HEAD + b"MTrk\0\0\0\x09\0", "track 1 is cut off"),
        (HEAD + b"MTrk\xff\xff\xff\xff\0", "track 1 is cut off"),
        (track(b"\0\x90\x3c"), "track 1: an event is cut off"),
        (track(b"\0\xff\x03\x20abc"), "track 1: an event is cut off"),
        (track(b"\0\x40\x3c"), "track 1: byte 0x00 begins no event"),
        (track(b"\0\xf4\x3c"), "track 1: byte 0xf4 begins no event"),
        (track(b"\xff\xff\xff\xff\xff\x00"), "track 1: a length goes on for more than four bytes"),
    ],
)
def test_what_is_broken_is_told(data: bytes, words: str):
    with pytest.raises(BrokenMidi) as caught:
        read_tracks(data)
    assert str(caught.value) == words


@given(st.binary(max_size=60))
def test_random_bytes_are_read_or_refused(body: bytes):
    try:
        notes_of(body)
    except BrokenMidi:
        return
