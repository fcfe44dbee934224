"""The paper's rules of extraction: from the parts of a score to melodies on the grid, in their home key.

A part is cut where its metre or key changes and where it is silent for a bar; what is left is a melody when it is long
and varied enough. Every rule is an option (`config.CorpusBuild`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from live_composer.corpus.score import TICKS_PER_STEP
from live_composer.music.key import Key, guess_key
from live_composer.music.metre import Metre, family
from live_composer.music.vocabulary import FIRST_PITCH, HOLD, NOTE_OFF, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from live_composer.config import CorpusBuild
    from live_composer.corpus.score import Part, Score
    from live_composer.music.melody import Events

    Ints = NDArray[np.int64]

_T = TypeVar("_T")

_OFF_GRID = TICKS_PER_STEP // 4
"""An onset further than this from a sixteenth is off the grid: triplets and 32nds are, a loose hand is not."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """A melody as it was found.

    Attributes:
        events: (steps,), from a bar line on, in the home key.
        metre: its time signature.
        key: the key it was in.
    """

    events: Events
    metre: Metre
    key: Key


@dataclass(slots=True)
class Harvest:
    """What a score gave: melodies, and how many parts or stretches were dropped, by reason."""

    melodies: list[Extracted] = field(default_factory=list[Extracted])
    dropped: Counter[str] = field(default_factory=Counter[str])


class _Dropped(Exception):  # noqa: N818 - says what happened, and is never seen outside
    """A part, or a stretch of one, breaks a rule."""


def extract(score: Score, options: CorpusBuild) -> Harvest:
    """Find the melodies of a score.

    Args:
        score: as a reader gave it.
        options: the rules.

    Returns:
        at most `options.per_file` melodies, and what was dropped and why.
    """
    harvest = Harvest()
    vocabulary = Vocabulary(options.lowest, options.highest)
    guessed = _guess(score)
    for part in score.parts:
        try:
            notes = _notes(part, options)
        except _Dropped as reason:
            harvest.dropped[str(reason)] += 1
            continue
        for stretch, metre, key in _stretches(part, notes):
            if metre is None:
                harvest.dropped["no metre"] += 1
                continue
            for phrase in _phrases(stretch, metre, options.silence_bars):
                _take(harvest, phrase, metre, key or guessed, options, vocabulary)
    return harvest


def _take(  # noqa: PLR0913, PLR0917 - one melody and all that bears on it
    harvest: Harvest, phrase: Ints, metre: Metre, key: Key, options: CorpusBuild, vocabulary: Vocabulary
) -> None:
    try:
        melody = _melody(phrase, metre, key, options, vocabulary)
    except _Dropped as reason:
        harvest.dropped[str(reason)] += 1
        return
    if len(harvest.melodies) < options.per_file:
        harvest.melodies.append(melody)
    else:
        harvest.dropped["more than enough of one tune"] += 1


def _notes(part: Part, options: CorpusBuild) -> Ints:
    """Return (notes, 3): onset and end in steps, and pitch, one note at a time, in order."""
    if not part.notes:
        raise _Dropped("no notes")
    if part.slips > options.slips * part.bars:
        raise _Dropped("bars of the wrong length")
    ticks = np.array([note[:3] for note in part.notes], dtype=np.int64)
    onsets, ends, pitches = ticks[:, 0], ticks[:, 0] + ticks[:, 1], ticks[:, 2]
    steps = (onsets + TICKS_PER_STEP // 2) // TICKS_PER_STEP
    errors = np.abs(onsets - steps * TICKS_PER_STEP)
    if (errors > _OFF_GRID).mean() > options.off_grid:
        raise _Dropped("off the grid")
    stops = np.maximum(steps + 1, (ends + TICKS_PER_STEP // 2) // TICKS_PER_STEP)
    order = np.lexsort((pitches, onsets))
    steps, stops, onsets, ends = steps[order], stops[order], onsets[order], ends[order]
    together = (steps[1:] == steps[:-1]) & (onsets[1:] < ends[:-1])
    if together.sum() > options.chords * len(ticks):
        raise _Dropped("chords")
    if (stops[:-1] <= steps[1:]).all():
        return np.stack([steps, stops, pitches[order]], axis=1)
    rows = np.stack([steps, stops, pitches[order], errors[order], onsets, ends], axis=1)
    return _highest(rows, options.chords)


def _highest(rows: Ints, most: float) -> Ints:
    """Return (notes, 3) of the highest notes, where a share of at most `most` lies beneath them.

    Of notes that follow each other within one step, the one nearest to the grid is kept.

    Args:
        rows: (notes, 6): onset and end in steps, pitch, distance from the grid, onset and end in ticks; in order.
        most: the share that may be left out for sounding beneath another note.
    """
    kept: list[list[int]] = []
    beneath = 0
    for row in rows.tolist():
        step, _, pitch, error, onset, _ = row
        above = kept[-1] if kept else None
        if above is None or step >= above[1]:
            kept.append(row)
        elif step > above[0]:
            # A note that starts under a higher one is beneath it; otherwise it ends the one before.
            if pitch < above[2]:
                beneath += 1
            else:
                kept.append(row)
        else:
            chord = onset < above[5]
            beneath += chord
            if pitch > above[2] if chord else error < above[3]:
                kept[-1] = row
    if beneath > most * len(rows):
        raise _Dropped("chords")
    return np.array(kept, dtype=np.int64)[:, :3]


def _stretches(part: Part, notes: Ints) -> Iterator[tuple[Ints, Metre | None, Key | None]]:
    """Cut where the metre or the key changes; each stretch is counted from its own first bar line."""
    metres = [(tick // TICKS_PER_STEP, metre) for tick, metre in part.metres] or [(0, None)]
    marks = [(_bar_line(metres, tick // TICKS_PER_STEP), key) for tick, key in part.keys]
    # The first key holds from the start, though a pick-up may stand before its mark.
    keys = [(0, marks[0][1]), *marks[1:]] if marks else [(0, None)]
    cuts = {0, int(notes[-1, 0]) + 1}
    cuts.update(step for (_, before), (step, metre) in pairwise(metres) if metre != before)
    cuts.update(step for (_, before), (step, key) in pairwise(keys) if _shift(key) != _shift(before))
    for start, end in pairwise(sorted(cuts)):
        inside = notes[(notes[:, 0] >= start) & (notes[:, 0] < end)] - [start, start, 0]
        if len(inside):
            yield inside, _at(metres, start), _at(keys, start)


def _bar_line(metres: Sequence[tuple[int, Metre | None]], step: int) -> int:
    """Return the bar line nearest to a step."""
    start, metre = [(0, None), *(mark for mark in metres if mark[0] <= step)][-1]
    whole = metre.steps_per_bar if metre else 1
    return start + (step - start + whole // 2) // whole * whole


def _at(marks: Sequence[tuple[int, _T]], step: int) -> _T | None:
    """Return what is in force at a step."""
    return next((value for start, value in reversed(marks) if start <= step), None)


def _shift(key: Key | None) -> int | None:
    return key.shift if key else None


def _phrases(notes: Ints, metre: Metre, silence: float) -> Iterator[Ints]:
    """Cut where nothing sounds for so many bars; each phrase is counted from its first bar line."""
    whole = metre.steps_per_bar
    gaps = notes[1:, 0] - notes[:-1, 1]
    for phrase in np.split(notes, np.flatnonzero(gaps >= silence * whole) + 1):
        start = int(phrase[0, 0]) // whole * whole
        yield phrase - [start, start, 0]


def _melody(notes: Ints, metre: Metre, key: Key, options: CorpusBuild, vocabulary: Vocabulary) -> Extracted:
    """Make a melody of a phrase, or say which rule it breaks."""
    whole, lead = metre.steps_per_bar, _lead(int(notes[0, 0]), metre)
    most = (options.maximum_steps - lead) // whole * whole
    notes = notes[notes[:, 0] < most]
    length = min(int(notes[-1, 1]), most) if len(notes) else 0
    if length <= (options.minimum_bars - 1) * whole:
        raise _Dropped("too short")
    if len(np.unique(notes[:, 2] % 12)) < options.minimum_pitches:
        raise _Dropped("too few pitches")
    pitches = _in_range(notes[:, 2] - (key.shift if options.transpose else 0), options, vocabulary)
    events = np.full(lead + length, HOLD, dtype=np.int8)
    onsets, ends = notes[:, 0], notes[:, 1]
    offs = ends[:-1][ends[:-1] < onsets[1:]]
    events[lead + offs] = NOTE_OFF
    events[lead + onsets] = pitches - vocabulary.lowest + FIRST_PITCH
    return Extracted(events, metre, _named(key, notes))


def _in_range(pitches: Ints, options: CorpusBuild, vocabulary: Vocabulary) -> Ints:
    """Move a melody by octaves to where most of it is in range, and fold the rest into it.

    Where several octaves do, a melody that is transposed goes to the one nearest to the middle of the range, so that
    melodies of all keys and voices come to lie in one register; another stays as near to where it was as it can.
    """
    off_middle = vocabulary.lowest + vocabulary.highest - int(pitches.min()) - int(pitches.max())
    middle = round(off_middle / 24)

    def cost(octaves: int) -> tuple[int, int]:
        moved = pitches + 12 * octaves
        strays = int(((moved < vocabulary.lowest) | (moved > vocabulary.highest)).sum())
        return strays, abs(off_middle - 24 * octaves) if options.transpose else abs(octaves)

    best = min(sorted({*range(middle - 2, middle + 3), 0}), key=cost)
    moved = pitches + 12 * best
    if cost(best)[0]:
        if not options.fold:
            raise _Dropped("out of range")
        moved = np.array([vocabulary.fold(pitch) for pitch in moved.tolist()], dtype=np.int64)
    return moved


def _lead(first: int, metre: Metre) -> int:
    """Return the steps to put before a pick-up, so that the first whole bar begins a bar of the metre's family.

    A pick-up in 2/4 thus stands at the end of a bar of 4/4, as which 2/4 is read.
    """
    whole, read_as = metre.steps_per_bar, family(metre)
    return (read_as.steps_per_bar - whole) % read_as.steps_per_bar if read_as and first and whole else 0


def _guess(score: Score) -> Key:
    """Guess the key of a score from all its notes."""
    weights = [0.0] * 12
    for part in score.parts:
        for note in part.notes:
            weights[note.pitch % 12] += note.length
    return guess_key(weights)


def _named(key: Key, notes: Ints) -> Key:
    """Name the minor key where a signature that is called major is meant so: heard as minor, and closed so."""
    relative = Key((key.tonic + 9) % 12, "minor")
    if key.mode != "major" or int(notes[-1, 2]) % 12 != relative.tonic:
        return key
    weights = np.bincount(notes[:, 2] % 12, weights=notes[:, 1] - notes[:, 0], minlength=12)
    return relative if guess_key(weights.tolist()) == relative else key
