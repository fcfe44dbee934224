"""MIDI files: songs read as notes in beats, melodies written and read back exactly."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import mido

from live_composer import files
from live_composer.errors import BadFile, BadInput
from live_composer.music import midi_bytes
from live_composer.music.key import Key, key_of_signature
from live_composer.music.melody import Melody, Note, from_notes, heard_key
from live_composer.music.metre import COMMON_TIME, Metre
from live_composer.music.units import STEPS_PER_BEAT, beats
from live_composer.music.vocabulary import DEFAULT, Vocabulary, within_midi

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from live_composer.music.midi_bytes import RawTrack

_T = TypeVar("_T")
_TICKS_PER_BEAT = 480
_DEFAULT_TEMPO = 120.0
_VELOCITY = 90
_LARGEST = 4 << 20
_LONGEST = 1 << 20
_DRUMS = 9
_SMPTE = 1 << 15
_MICROSECONDS = 60e6
_MOST_SHARPS = 7
_FREE_NUMBER = b"\x7d"
"""The manufacturer's number that is nobody's."""


class SongNote(NamedTuple):
    """A note of a song: onset and length in beats, MIDI pitch, velocity and channel (from 0)."""

    onset: float
    length: float
    pitch: int
    velocity: int
    channel: int


@dataclass(slots=True)
class Track:
    """One track and channel of a song."""

    name: str
    channel: int
    notes: list[SongNote] = field(default_factory=list["SongNote"])

    @property
    def drums(self) -> bool:
        """Whether this is General MIDI's percussion channel."""
        return self.channel == _DRUMS


@dataclass(slots=True)
class Song:
    """A MIDI file as notes in beats.

    Attributes:
        tracks: those that hold notes, split by channel.
        metres: (beat, metre), in order.
        keys: (beat, key), as the file's key signatures say.
        tempo: beats per minute at the start.
        length: beats up to the last end of track.
        copyright: the file's notice.
    """

    tracks: list[Track]
    metres: list[tuple[float, Metre]]
    keys: list[tuple[float, Key]]
    tempo: float
    length: float
    copyright: str = ""


def read_song(path: Path) -> Song:
    """Read any MIDI file.

    Raises:
        BadFile: the file is missing, too large, broken, not MIDI, or timed in seconds (SMPTE).
    """
    data = files.read_bytes(path, "MIDI file", _LARGEST)
    if not data.startswith(b"MThd"):
        raise BadFile(f"{path} is not a MIDI file (it does not begin with MThd).")
    try:
        division, tracks = midi_bytes.read_tracks(data)
    except midi_bytes.BrokenMidi as error:
        raise BadFile(f"{path} is a broken MIDI file: {error}.") from error
    if not 0 < division < _SMPTE:
        raise BadFile(f"{path} is timed in seconds (SMPTE), not in beats; export it with a tempo.")
    return _song(tracks, division)


def _song(tracks: Iterable[RawTrack], ticks_per_beat: int) -> Song:
    song = Song([], [], [], _DEFAULT_TEMPO, 0.0)
    tempos: list[tuple[float, float]] = []
    for track in tracks:
        song.tracks.extend(_by_channel(track, ticks_per_beat))
        song.copyright = song.copyright or _text(track.copyright)
        song.length = max(song.length, track.length / ticks_per_beat)
        for tick, kind, data in track.meta:
            beat = tick / ticks_per_beat
            if kind == midi_bytes.TEMPO and (microseconds := int.from_bytes(data[:3])):
                tempos.append((beat, _MICROSECONDS / microseconds))
            elif kind == midi_bytes.METRE:
                song.metres.append((beat, _metre(data)))
            elif kind == midi_bytes.KEY:
                song.keys.extend((beat, key) for key in _key(data))
    song.metres.sort(key=lambda item: item[0])
    song.keys.sort(key=lambda item: item[0])
    if tempos:
        song.tempo = min(tempos)[1]
    return song


def _by_channel(raw: RawTrack, ticks_per_beat: int) -> list[Track]:
    name = _text(raw.name)
    channels: dict[int, Track] = {}
    for onset, length, pitch, velocity, channel in sorted(raw.notes):
        note = SongNote(onset / ticks_per_beat, length / ticks_per_beat, pitch, velocity, channel)
        channels.setdefault(channel, Track(name, channel)).notes.append(note)
    return list(channels.values())


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").strip("\0 \r\n")


def _metre(data: bytes) -> Metre:
    """Read a time signature: the count, and the unit as a power of two."""
    try:
        return Metre(data[0], 1 << data[1])
    except (BadInput, IndexError):
        return COMMON_TIME


def _key(data: bytes) -> list[Key]:
    """Read a key signature: sharps as a signed byte, and whether it is minor; none where it is malformed."""
    if len(data) < 2:  # noqa: PLR2004
        return []
    sharps = int.from_bytes(data[:1], signed=True)
    return [key_of_signature(sharps, "minor" if data[1] else "major")] if abs(sharps) <= _MOST_SHARPS else []


def read_melody(path: Path, vocabulary: Vocabulary = DEFAULT, shift: int = 0) -> Melody:
    """Read the melody of a MIDI file: its first track with notes, on the grid, folded into the vocabulary's range.

    What `write_melody` wrote comes back exactly, when it was in canonical form and holds a note.

    Args:
        path: the file.
        vocabulary: the range of pitches.
        shift: semitones to move every pitch by.

    Raises:
        BadFile: the file cannot be read, holds no notes, or is endless.
    """
    song = read_song(path)
    track = next((track for track in song.tracks if not track.drums), None)
    if track is None:
        raise BadFile(f"{path} holds no melody: there are no notes outside the drum channel.")
    length = round(song.length * STEPS_PER_BEAT)
    if length > _LONGEST:
        raise BadFile(f"{path} is too long for a melody: {length:,} sixteenths, and at most {_LONGEST:,} are read.")
    notes = [
        Note(
            onset,
            max(1, round((note.onset + note.length) * STEPS_PER_BEAT) - onset),
            vocabulary.fold(note.pitch + shift),
        )
        for note in track.notes
        for onset in [round(note.onset * STEPS_PER_BEAT)]
    ]
    metre = song.metres[0][1] if song.metres else COMMON_TIME
    return Melody(from_notes(notes, length, vocabulary), metre, vocabulary)


def read_key(path: Path, melody: Melody) -> Key:
    """Return the key of a melody that was read from a file: as its signature says, if that can be believed, or sounds.

    Raises:
        BadFile: the file cannot be read.
    """
    keys = read_song(path).keys
    return heard_key(melody, keys[0][1] if keys else None)


def write_melody(
    path: Path, melody: Melody, tempo: float = _DEFAULT_TEMPO, key: Key | None = None, name: str = "melody"
) -> None:
    """Write a melody as a MIDI file, whole or not at all.

    Args:
        path: where to.
        melody: its length becomes the end of the track, so that rests at the end are kept.
        tempo: beats per minute.
        key: move it there from the key's home, and write its signature; what leaves MIDI's range is moved back by
            octaves. Where it is not given the melody stays as it is.
        name: the track's name.

    Raises:
        CannotWrite: the file could not be written.
    """
    shift = key.shift if key else 0
    notes = [
        SongNote(
            note.onset / STEPS_PER_BEAT, note.length / STEPS_PER_BEAT, within_midi(note.pitch + shift), _VELOCITY, 0
        )
        for note in melody.notes()
    ]
    length = beats(len(melody))
    keys = [(0.0, key)] if key else []
    write_notes(path, notes, length, tempos=[(0.0, tempo)], metres=[(0.0, melody.metre)], keys=keys, name=name)


def write_notes(  # noqa: PLR0913 - what a file holds
    path: Path,
    notes: Iterable[SongNote],
    length: float,
    *,
    tempos: Sequence[tuple[float, float]] = ((0.0, _DEFAULT_TEMPO),),
    metres: Sequence[tuple[float, Metre]] = ((0.0, COMMON_TIME),),
    keys: Sequence[tuple[float, Key]] = (),
    name: str = "melody",
    texts: Sequence[str] = (),
    data: bytes = b"",
) -> None:
    """Write notes as a MIDI file of one track, whole or not at all.

    Args:
        path: where to.
        notes: in any order.
        length: beats up to the end of the track.
        tempos: (beat, beats per minute), in order; what stays as it was is left out.
        metres: (beat, metre), likewise.
        keys: (beat, key), likewise.
        name: the track's name.
        texts: lines of text at the start, for people.
        data: for programs: a sequencer-specific event at the start, under the number that is free for anyone's use.

    Raises:
        CannotWrite: the file could not be written.
    """
    meta: list[tuple[int, Any]] = [
        (0, mido.MetaMessage("track_name", name=name)),
        *((0, mido.MetaMessage("text", text=text)) for text in texts),
        *((0, mido.MetaMessage("sequencer_specific", data=_FREE_NUMBER + data)) for _ in [data] if data),
        *((_ticks(beat), mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(one))) for beat, one in _changes(tempos)),
        *((_ticks(beat), _time_signature(metre)) for beat, metre in _changes(metres)),
        *((_ticks(beat), _key_signature(key)) for beat, key in _changes(keys)),
    ]
    track = mido.MidiTrack()
    now = 0
    for tick, message in sorted([*meta, *_messages(notes)], key=lambda item: item[0]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, _ticks(length) - now)))
    midi = mido.MidiFile(ticks_per_beat=_TICKS_PER_BEAT, charset="utf-8")
    midi.tracks.append(track)
    buffer = io.BytesIO()
    midi.save(file=buffer)
    files.write_bytes(path, buffer.getvalue())


def _changes(marks: Iterable[tuple[float, _T]]) -> Iterator[tuple[float, _T]]:
    """Yield the marks that change something."""
    last = None
    for beat, value in marks:
        if value != last:
            yield beat, value
        last = value


def _messages(notes: Iterable[SongNote]) -> list[tuple[int, Any]]:
    """Return (tick, message), the ends before the beginnings: at equal ticks they stay in this order."""
    ons: list[tuple[int, Any]] = []
    offs: list[tuple[int, Any]] = []
    for note in notes:
        on, off = _ticks(note.onset), _ticks(note.onset + note.length)
        channel, pitch = note.channel, note.pitch
        ons.append((on, mido.Message("note_on", note=pitch, velocity=note.velocity, channel=channel)))
        offs.append((max(off, on + 1), mido.Message("note_off", note=pitch, velocity=0, channel=channel)))
    return offs + ons


def _time_signature(metre: Metre) -> Any:
    return mido.MetaMessage("time_signature", numerator=metre.beats, denominator=metre.unit)


def _key_signature(key: Key) -> Any:
    """Return the signature of a key's scale; MIDI knows no other modes than major and minor, so its third decides."""
    place = key.sharps + (4 if key.minor else 1)
    sign = ("", "#", "b")[place // 7]
    return mido.MetaMessage("key_signature", key="FCGDAEB"[place % 7] + sign + ("m" if key.minor else ""))


def _ticks(beat: float) -> int:
    return max(0, round(beat * _TICKS_PER_BEAT))
