"""MIDI files as scores: each track a part, the ones named as melody alone where there are such."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from live_composer.corpus.score import TICKS_PER_BEAT, TICKS_PER_STEP, Part, Score, ScoreNote
from live_composer.music.key import Key
from live_composer.music.metre import COMMON_TIME, Metre
from live_composer.music.midi_file import Song, read_song

if TYPE_CHECKING:
    from pathlib import Path

_MELODY = re.compile(r"melod|vocal|voice|\bvox\b|\blead\b|singer|sopran|gesang|chant", re.IGNORECASE)


def read_midi(path: Path) -> list[Score]:
    """Read a MIDI file; drums are left out.

    Raises:
        BadFile: the file is missing, broken, or no MIDI file.
    """
    song = read_song(path)
    metres, shift = _metres(song)
    keys = _keys(song)
    tracks = [track for track in song.tracks if not track.drums]
    named = [track for track in tracks if _MELODY.search(track.name)]
    length = round(song.length * TICKS_PER_BEAT) + shift
    parts = [
        Part(
            track.name,
            [
                ScoreNote(round(note.onset * TICKS_PER_BEAT) + shift, round(note.length * TICKS_PER_BEAT), note.pitch)
                for note in track.notes
            ],
            list(metres),
            [(tick + shift if tick else 0, key) for tick, key in keys],
            length,
        )
        for track in named or tracks
    ]
    return [Score(path.stem, "", parts, song.copyright)]


def _metres(song: Song) -> tuple[list[tuple[int, Metre | None]], int]:
    """Return the metres, and by how many ticks the song is moved so that it begins at a bar line.

    A first metre that is over before a bar of the second is a pick-up, as notation programs write it.
    """
    metres = [(round(beat * TICKS_PER_BEAT), metre) for beat, metre in song.metres]
    if not metres or metres[0][0] > 0:
        metres.insert(0, (0, COMMON_TIME))
    # Of several at one moment the last counts.
    metres = [
        item for item, following in zip(metres, [*metres[1:], (-1, None)], strict=True) if item[0] != following[0]
    ]
    shift = 0
    if len(metres) > 1:
        tick, metre = metres[1]
        whole = metre.steps_per_bar * TICKS_PER_STEP
        if tick < whole:
            shift = whole - tick
            metres = [(0, metre), *((later + shift, other) for later, other in metres[2:])]
    return list(metres), shift


def _keys(song: Song) -> list[tuple[int, Key | None]]:
    """Return the keys; a lone C major is what programs write when nobody chose, and says nothing."""
    if all(key == Key() for _, key in song.keys):
        return [(0, None)]
    return [(round(beat * TICKS_PER_BEAT), key) for beat, key in song.keys]
