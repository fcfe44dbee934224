"""The MIDI file format, byte by byte: notes and signatures of each track, in ticks.

Written for speed, since a corpus is thousands of files: one loop over the bytes of a track, no object an event. What a
melody does not need (controllers, system-exclusive messages, lyrics) is stepped over.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import NamedTuple

_HEADER = 14
_CHUNK = 8
_META, _SYSEX = 0xFF, (0xF0, 0xF7)
_COPYRIGHT, _NAME, _END = 0x02, 0x03, 0x2F
TEMPO, METRE, KEY = 0x51, 0x58, 0x59
_LONGEST_VARIABLE = 4


class BrokenMidi(ValueError):  # noqa: N818 - named as the project names its errors
    """The bytes are no MIDI file; the message says where and why."""


class RawNote(NamedTuple):
    """A note in ticks."""

    onset: int
    length: int
    pitch: int
    velocity: int
    channel: int


@dataclass(slots=True)
class RawTrack:
    """One track as the file has it.

    Attributes:
        name: the bytes of its name.
        copyright: the bytes of its copyright notice.
        notes: in the order in which they end.
        meta: (tick, type, bytes) of tempos, time signatures and key signatures.
        length: ticks to the end of the track.
    """

    name: bytes = b""
    copyright: bytes = b""
    notes: list[RawNote] = field(default_factory=list[RawNote])
    meta: list[tuple[int, int, bytes]] = field(default_factory=list[tuple[int, int, bytes]])
    length: int = 0


def read_tracks(data: bytes) -> tuple[int, list[RawTrack]]:
    """Read a MIDI file.

    Returns:
        the header's division (ticks in a beat; from 0x8000 on, a timing in seconds), and the tracks.

    Raises:
        BrokenMidi: it is no MIDI file, or ends too early.
    """
    if len(data) < _HEADER or data[:4] != b"MThd":
        raise BrokenMidi("it does not begin with a whole MIDI header")
    size, _, count, division = struct.unpack_from(">IHHH", data, 4)
    tracks: list[RawTrack] = []
    at = _CHUNK + size
    while len(tracks) < count:
        if at + _CHUNK > len(data):
            raise BrokenMidi(f"it ends after {len(tracks)} of its {count} tracks")
        kind, (size,) = data[at : at + 4], struct.unpack_from(">I", data, at + 4)
        at += _CHUNK
        if kind == b"MTrk":
            if at + size > len(data):
                raise BrokenMidi(f"track {len(tracks) + 1} is cut off")
            try:
                tracks.append(_read_track(data[at : at + size]))
            except (IndexError, BrokenMidi) as error:
                why = error if isinstance(error, BrokenMidi) else "an event is cut off"
                raise BrokenMidi(f"track {len(tracks) + 1}: {why}") from error
        at += size
    return division, tracks


def _read_track(data: bytes) -> RawTrack:  # noqa: C901, PLR0912, PLR0915 - one flat loop is what makes it fast
    """Read the events of a track; raises IndexError where they run past its end."""
    track = RawTrack()
    notes = track.notes
    sounding: dict[int, tuple[int, int]] = {}
    at, end, tick, status = 0, len(data), 0, 0
    while at < end:
        delta = data[at]
        at += 1
        if delta & 0x80:
            delta, at = _variable(data, at - 1)
        tick += delta
        byte = data[at]
        if byte & 0x80:
            status = byte
            at += 1
        kind = status & 0xF0
        if kind == 0x90 or kind == 0x80:  # noqa: PLR1714, PLR2004 - note on, note off
            pitch, velocity = data[at], data[at + 1]
            at += 2
            key = (status & 0x0F) << 8 | pitch
            started = sounding.pop(key, None)
            if started is not None and tick > started[0]:
                notes.append(RawNote(started[0], tick - started[0], pitch & 0x7F, started[1], key >> 8))
            if kind == 0x90 and velocity:  # noqa: PLR2004
                sounding[key] = (tick, velocity)
        elif kind in (0xA0, 0xB0, 0xE0):
            at += 2
        elif kind in (0xC0, 0xD0):
            at += 1
        elif status == _META:
            kind = data[at]
            size, at = _variable(data, at + 1)
            if kind == _END:
                break
            if kind == _NAME:
                track.name = data[at : at + size]
            elif kind == _COPYRIGHT:
                track.copyright = data[at : at + size]
            elif kind in (TEMPO, METRE, KEY):
                track.meta.append((tick, kind, data[at : at + size]))
            at += size
        elif status in _SYSEX:
            size, at = _variable(data, at)
            at += size
        else:
            raise BrokenMidi(f"byte {status:#04x} begins no event")
    if at > end:
        raise IndexError
    for key, (start, velocity) in sounding.items():
        if tick > start:
            notes.append(RawNote(start, tick - start, key & 0x7F, velocity, key >> 8))
    track.length = tick
    return track


def _variable(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of variable length; return it and where it ends."""
    value = 0
    for index in range(at, at + _LONGEST_VARIABLE):
        byte = data[index]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:  # noqa: PLR2004 - the top bit says that more follows
            return value, index + 1
    raise BrokenMidi("a length goes on for more than four bytes")
