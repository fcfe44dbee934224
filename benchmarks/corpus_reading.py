"""How fast a folder of MIDI files becomes melodies, beside pretty_midi doing the same reading in the same run.

    python benchmarks/corpus_reading.py [FILES]

The files are made here: songs of a melody, a bass, chords and drums, with controllers, pitch bends and running status.
"The same reading" is what a corpus needs of a file: every note of every track with onset and length in beats, the time
signatures and the key signatures; pretty_midi reads a tenth of the files, so that nobody waits for it. The whole build
(extraction, duplicates, report) is timed as well, which has no peer.
"""

from __future__ import annotations

import importlib.util
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
PEER_FILES = 100
TICKS = 480
SCALE = (0, 2, 4, 5, 7, 9, 11)
ROUNDS = 2


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


def seconds(work: Callable[[], int]) -> tuple[float, float, int]:
    """Return wall clock and processor time (of child processes as well), and what came of the work."""
    began, before = time.perf_counter(), os.times()
    result = work()
    return time.perf_counter() - began, sum(os.times()[:4]) - sum(before[:4]), result


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
        print(f"{machine}; best of {ROUNDS}")
        print(f"{count:,} files of {size / count / 1024:.0f} KiB each, four tracks\n")
        some = paths[:PEER_FILES]
        rows: list[tuple[str, int, Callable[[], int], str]] = [
            ("notes and signatures, one process: ours", count, lambda: ours(paths), "notes"),
            ("messages alone, one process: mido", len(some), lambda: by_mido(some), "notes"),
            ("`corpus build`, the whole of it, --jobs 1", count, lambda: whole(paths, 1, Path(name)), "melodies"),
            ("`corpus build`, the whole of it, --jobs 2", count, lambda: whole(paths, 2, Path(name)), "melodies"),
        ]
        peer = importlib.util.find_spec("pretty_midi") is not None
        if peer:
            rows.insert(1, ("notes and signatures, one process: pretty_midi", len(some), lambda: theirs(some), "notes"))
        wall = [float("inf")] * len(rows)
        processor = [float("inf")] * len(rows)
        results = [0] * len(rows)
        for _ in range(ROUNDS):
            for index, (_, _, work, _) in enumerate(rows):
                taken, computed, results[index] = seconds(work)
                wall[index], processor[index] = min(wall[index], taken), min(processor[index], computed)
        print(f"{'':46} {'files':>6} {'wall s':>7} {'CPU s':>7} {'files/s':>8}")
        for (title, read, _, unit), *times, result in zip(rows, wall, processor, results, strict=True):
            print(f"{title:46} {read:6,} {times[0]:7.2f} {times[1]:7.2f} {read / times[0]:8.0f}   {result:,} {unit}")
        ratio = processor[1] / len(some) / (processor[0] / count)
        print(
            f"\npretty_midi takes {ratio:.1f} times as much CPU a file"
            if peer
            else "\npretty_midi is not installed here"
        )


if __name__ == "__main__":
    main()
