"""How fast a folder of MIDI files becomes melodies, beside pretty_midi doing the same reading in the same run.

    python benchmarks/corpus_reading.py [FILES]

The files are made here: songs of a melody, a bass, chords and drums, with controllers, pitch bends and running status.
"The same reading" is what a corpus needs of a file: every note of every track with onset and length in beats, the time
signatures and the key signatures. Extraction of melodies is timed as well, which pretty_midi does not do.
"""

from __future__ import annotations

import os
import platform
import random
import struct
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mido

from live_composer.config import CorpusBuild
from live_composer.corpus import build
from live_composer.music.midi_file import read_song

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FILES = 1000
TICKS = 480
SCALE = (0, 2, 4, 5, 7, 9, 11)
ROUNDS = 3


def variable(value: int) -> bytes:
    """Write a number of variable length."""
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(0x80 | value & 0x7F)
    return bytes(reversed(out))


def track(name: str, channel: int, notes: Iterable[tuple[int, int, int]], head: bytes = b"") -> bytes:
    """Write a track of (onset, length, pitch) in ticks."""
    text = name.encode()
    body = bytearray(b"\x00\xff\x03" + variable(len(text)) + text + head)
    body += bytes([0, 0xC0 | channel, 24, 0, 0xB0 | channel, 7, 100, 0, 0xB0 | channel, 10, 64])
    events = [(onset, 1, pitch) for onset, _, pitch in notes] + [(on + length, 0, pitch) for on, length, pitch in notes]
    tick, status = 0, 0
    for number, (at, sounds, pitch) in enumerate(sorted(events)):
        if number % 16 == 0:
            body += variable(at - tick) + bytes([0xE0 | channel, number & 0x7F, 64])
            tick, status = at, 0xE0 | channel
        body += variable(at - tick)
        if status != 0x90 | channel:
            status = 0x90 | channel
            body.append(status)
        body += bytes([pitch, 80 if sounds else 0])
        tick = at
    body += b"\x00\xff\x2f\x00"
    return b"MTrk" + struct.pack(">I", len(body)) + bytes(body)


def song(seed: int, bars: int = 48) -> bytes:
    """Make a song of four tracks, some 1,200 notes."""
    draw = random.Random(seed)
    key = draw.randrange(-5, 6)
    head = (
        b"\x00\xff\x58\x04\x04\x02\x18\x08\x00\xff\x59\x02"
        + struct.pack("b", key)
        + b"\x00\x00\xff\x51\x03\x07\xa1\x20"
    )
    tonic = 60 + key * 7 % 12 - 6
    melody, chords, bass, drums = list[Any](), list[Any](), list[Any](), list[Any]()
    degree = 4
    for bar in range(bars):
        start, beat = bar * 4 * TICKS, 0.0
        while beat < 4:
            length = min(draw.choice((0.5, 0.5, 1.0, 1.0, 1.5)), 4 - beat)
            degree = min(max(degree + draw.choice((-2, -1, -1, 0, 1, 1, 2)), 0), 13)
            pitch = tonic + 12 * (degree // 7) + SCALE[degree % 7]
            melody.append((start + int(beat * TICKS), int(length * TICKS) - 10, pitch))
            beat += length
        root = draw.choice((0, 3, 4, 5))
        for half in (0, 2):
            at = start + half * TICKS
            chords += [(at, 2 * TICKS - 20, tonic + SCALE[(root + third) % 7]) for third in (0, 2, 4)]
            bass += [(at + step * TICKS, TICKS - 30, tonic - 24 + SCALE[root]) for step in (0, 1)]
        drums += [(start + step * TICKS // 2, 60, 42 if step % 2 else 36) for step in range(8)]
    tracks = [
        track("Lead", 0, melody, head), track("Piano", 1, chords), track("Bass", 2, bass), track("Drums", 9, drums),
    ]  # fmt: skip
    return b"MThd" + struct.pack(">IHHH", 6, 1, len(tracks), TICKS) + b"".join(tracks)


def ours(paths: list[Path]) -> int:
    return sum(len(each.notes) for path in paths for each in read_song(path).tracks)


def by_mido(paths: list[Path]) -> int:
    """Parse the bytes and no more: notes would still have to be made of the messages."""
    return sum(
        message.type == "note_on" and message.velocity > 0
        for path in paths
        for messages in mido.MidiFile(str(path)).tracks
        for message in messages
    )


def theirs(paths: list[Path]) -> int:
    import pretty_midi

    total = 0
    for path in paths:
        midi = pretty_midi.PrettyMIDI(str(path))
        resolution = midi.resolution
        for instrument in midi.instruments:
            notes = [
                (midi.time_to_tick(note.start) / resolution, midi.time_to_tick(note.end) / resolution, note.pitch)
                for note in instrument.notes
            ]
            total += len(notes)
        _ = midi.time_signature_changes, midi.key_signature_changes
    return total


def whole(paths: list[Path], jobs: int, folder: Path) -> int:
    options = CorpusBuild(output=folder / f"corpus-{jobs}", jobs=jobs)
    return len(build.build((str(paths[0].parent),), options).melodies)


def seconds(work: Callable[[], int]) -> tuple[float, int]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def main() -> None:
    warnings.simplefilter("ignore")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FILES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "songs"
        folder.mkdir()
        paths = [folder / f"{number:04}.mid" for number in range(count)]
        for number, path in enumerate(paths):
            path.write_bytes(song(number))
        size = sum(path.stat().st_size for path in paths)
        machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        print(f"{machine}; seconds, best of {ROUNDS}")
        print(f"{count:,} files of {size / count / 1024:.0f} KiB each, four tracks\n")
        rows: list[tuple[str, Callable[[], int], str]] = [
            ("notes and signatures, 1 process: ours", lambda: ours(paths), "notes"),
            ("notes and signatures, 1 process: pretty_midi", lambda: theirs(paths), "notes"),
            ("messages alone, 1 process: mido", lambda: by_mido(paths), "notes"),
            ("`corpus build`, whole, --jobs 1", lambda: whole(paths, 1, Path(name)), "melodies"),
            ("`corpus build`, whole, --jobs 2", lambda: whole(paths, 2, Path(name)), "melodies"),
        ]
        best = [float("inf")] * len(rows)
        results = [0] * len(rows)
        for _ in range(ROUNDS):
            for index, (_, work, _) in enumerate(rows):
                taken, results[index] = seconds(work)
                best[index] = min(best[index], taken)
        for (title, _, unit), taken, result in zip(rows, best, results, strict=True):
            print(f"{title:48} {taken:7.2f} s   {count / taken:7.0f} files/s   {result:>9,} {unit}")
        print(f"\npretty_midi takes {best[1] / best[0]:.1f} times as long for the same reading")


if __name__ == "__main__":
    main()
