"""Recording: every note of a session, kept small, written as a MIDI file now and then and at the end."""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from live_composer.errors import CannotWrite
from live_composer.music import midi_file
from live_composer.music.midi_file import SongNote
from live_composer.music.units import beats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from live_composer.live.bars import BarSpan
    from live_composer.live.score import Score
    from live_composer.music.key import Key
    from live_composer.music.metre import Metre

_T = TypeVar("_T")
_Marks: TypeAlias = list[tuple[float, _T]]
"""What holds from which beat on."""
_NOTE = struct.Struct("<dfBBB")
"""Onset and length in beats, pitch, velocity, channel: 15 bytes a note, a megabyte for 8 hours of two notes a beat."""
_SHORTEST = 0.01
_HEARD = 0.01
"""The least change of tempo that is heard as one."""
_BARS = 32
"""After so many bars the file is written anew, so that a power cut loses no more than that."""


class Recording:
    """A session in one file. Where the music is stopped and begins again, the file goes on at the next bar line.

    Attributes:
        path: the file.
        trouble: why it could not be written the last time; empty when all is well.
    """

    def __init__(
        self, path: Path, tempo: float, metre: Metre, key: Key, on_trouble: Callable[[], None] = lambda: None
    ) -> None:
        self.path = path
        self.trouble = ""
        self._on_trouble = on_trouble
        self._notes = bytearray()
        self._tempos = [(0.0, tempo)]
        self._metres = [(0.0, metre)]
        self._keys = [(0.0, key)]
        self._offset = self._length = 0.0
        self._taken_to = -1
        self._bars = 0
        self._saving: asyncio.Task[None] | None = None

    def collect(self, score: Score, before: int) -> None:
        """Take the notes that were struck before a step and have ended."""
        taken_to = self._taken_to
        for note in score.since(taken_to + 1):
            if note.step >= before or note.end is None or note.off is None:
                break  # A gate that ends a note early may be wrong about when the melody does.
            if note.step > taken_to:
                length = max(_SHORTEST, note.off - note.beat)
                self._notes += _NOTE.pack(self._offset + note.beat, length, note.pitch, note.velocity, note.channel - 1)
            self._taken_to = note.step

    def bar(self, bar: BarSpan, tempos: Iterable[tuple[int, float]], key: Key, score: Score, heard: int) -> None:
        """Take note that a bar is settled: its metre, the tempos from which steps on, the key, and what was heard.

        What was not yet may never be: the music may be stopped before.
        """
        self.collect(score, min(heard, bar.end))
        begin = self._offset + beats(bar.begin)
        self._length = max(self._length, self._offset + beats(bar.end))
        _mark(self._metres, begin, bar.metre)
        for step, tempo in tempos:
            # A clock that is followed is never quite the same: within a bar only what can be heard counts.
            if step <= bar.begin or abs(tempo / self._tempos[-1][1] - 1) > _HEARD:
                _mark(self._tempos, self._offset + beats(max(step, bar.begin)), tempo)
        _mark(self._keys, begin, key)
        self._bars += 1
        if self._bars % _BARS == 0 and not self._saving:
            self._saving = asyncio.create_task(self._save())

    def halt(self, bar: BarSpan, score: Score, *, back: int | None, line: int = 0) -> None:
        """Take note that the music was stopped in `bar`, and waits, or went back to a step of the bar at `line`."""
        self.collect(score, 1 << 60)
        if back is not None:
            self._length = self._offset + beats(bar.end)
            self._offset = self._length - beats(line)
            self._taken_to = back - 1

    async def _save(self) -> None:
        """Write the file aside; what is wrong is told, and tried again after some bars."""
        try:
            marks = [*self._tempos], [*self._metres], [*self._keys]
            await asyncio.to_thread(self._write, bytes(self._notes), self._length, *marks)
            trouble = ""
        except CannotWrite as error:
            trouble = str(error)
        self._saving = None
        if trouble != self.trouble:
            self.trouble = trouble
            self._on_trouble()

    async def close(self) -> None:
        """Write the file, whole or not at all; nothing where nothing was played.

        Raises:
            CannotWrite: it could not be written.
        """
        if self._saving:
            await self._saving
        if self._notes:
            self._write(bytes(self._notes), self._length, self._tempos, self._metres, self._keys)

    def _write(
        self, notes: bytes, length: float, tempos: _Marks[float], metres: _Marks[Metre], keys: _Marks[Key]
    ) -> None:
        song = (SongNote(*fields) for fields in _NOTE.iter_unpack(notes))
        midi_file.write_notes(self.path, song, length, tempos=tempos, metres=metres, keys=keys, name="live-composer")


def _mark(marks: _Marks[_T], begin: float, value: _T) -> None:
    """Take note of a value that holds from a beat on, where it is another one; what held from there holds no more."""
    if value != marks[-1][1]:
        if begin <= marks[-1][0]:
            marks.pop()
        marks.append((begin, value))
