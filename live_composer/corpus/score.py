"""A score as all readers give it: parts of notes in ticks, with their metres and keys, from bar line to bar line.

A tick is so short that every note of a score, down to 64ths and in tuplets of 3, 5, 7 and 9, is a whole number of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from live_composer.music.units import STEPS_PER_BEAT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live_composer.music.key import Key
    from live_composer.music.metre import Metre

_T = TypeVar("_T")

TICKS_PER_BEAT = 20160
TICKS_PER_STEP = TICKS_PER_BEAT // STEPS_PER_BEAT


class ScoreNote(NamedTuple):
    """A note: onset and length in ticks (the onset counted from the start of its part, or of its bar), MIDI pitch."""

    onset: int
    length: int
    pitch: int
    tied: bool = False
    """Whether it sounds on into the next note of the same pitch."""


@dataclass(slots=True)
class Bar:
    """What stands between two bar lines, in one part.

    Attributes:
        metre: its time signature, None where there is none that we know.
        key: its key signature, None where none is written.
        notes: in order, their onsets counted from the bar line.
        length: ticks that its notes and rests fill, which may be less or more than the metre asks for.
        opens: a repeat begins here.
        closes: a repeat ends here.
        ends: a double bar or a repeat sign follows.
        endings: the rounds on which this bar is played (first and second endings); empty: on all.
    """

    metre: Metre | None
    key: Key | None
    notes: list[ScoreNote] = field(default_factory=list["ScoreNote"])
    length: int = 0
    opens: bool = False
    closes: bool = False
    ends: bool = False
    endings: frozenset[int] = frozenset()


@dataclass(slots=True)
class Part:
    """One part of a score, laid out in time; position 0 is a bar line.

    Attributes:
        name: as written.
        notes: in order of onset.
        metres: (tick, metre), each from a bar line on.
        keys: (tick, key), None where the key is not written.
        length: ticks in all.
        bars: how many bars were written, where bars are written.
        slips: how many bars inside it were of the wrong length, and were filled up or cut.
    """

    name: str
    notes: list[ScoreNote] = field(default_factory=list["ScoreNote"])
    metres: list[tuple[int, Metre | None]] = field(default_factory=list[tuple[int, "Metre | None"]])
    keys: list[tuple[int, Key | None]] = field(default_factory=list[tuple[int, "Key | None"]])
    length: int = 0
    bars: int = 0
    slips: int = 0


@dataclass(slots=True)
class Score:
    """A tune, a song, a piece.

    Attributes:
        title: as written.
        place: which one of its file it is (`#12`); empty where a file holds one.
        parts: those that may be melodies, the likeliest first. Where the score itself says which these are (they are
            sung, or named so), there are no others.
        rights: what the file says of its copyright or licence.
    """

    title: str
    place: str
    parts: list[Part]
    rights: str = ""


def lay_out(bars: Sequence[Bar], name: str = "", *, repeats: bool = False) -> Part:
    """Put bars one after the other, so that every bar of the written metre begins where its metre says.

    A pick-up is moved to the end of a whole bar. Short bars that make up a whole one together (the end of a section and
    the pick-up of the next) are joined. Any other bar of the wrong length is a slip: one too short is filled up, by
    holding its last note or, when it begins a section, the note before it; one a little too long is cut.

    Args:
        bars: as written.
        name: the part's name.
        repeats: play repeats; otherwise each section is played once, with its last ending.
    """
    part = Part(name)
    played = _with_repeats(bars) if repeats else _without_repeats(bars)
    index = 0
    while index < len(played):
        count = _joined(played, index)
        group = played[index : index + count]
        first = index == 0 or played[index - 1].ends
        _append(part, group, pad_before=count == 1 and first)
        index += count
        part.bars += 1
        if index not in (count, len(played)) and sum(bar.length for bar in group) % _whole(group[0]):
            part.slips += 1
    return part


def _without_repeats(bars: Sequence[Bar]) -> list[Bar]:
    """Leave out every ending that another one follows."""
    kept: list[Bar] = []
    later: frozenset[int] = frozenset()
    dropping: frozenset[int] = frozenset()
    for bar in reversed(bars):
        if bar.endings and bar.endings != later and later:
            dropping = bar.endings
        if not bar.endings or bar.endings != dropping:
            dropping = frozenset()
            kept.append(bar)
        later = bar.endings
    return kept[::-1]


def _with_repeats(bars: Sequence[Bar]) -> list[Bar]:
    played: list[Bar] = []
    start, number, index = 0, 1, 0
    while index < len(bars):
        bar = bars[index]
        if index > start and (bar.opens or (bars[index - 1].endings and not bar.endings)):
            start, number = index, 1
        if bar.endings and number not in bar.endings:
            index += 1
            continue
        played.append(bar)
        another = index + 1 < len(bars) and bool(bars[index + 1].endings) and bars[index + 1].endings != bar.endings
        if bar.closes and (another if bar.endings else number == 1):
            index, number = start, number + 1
            continue
        index += 1
        if bar.closes:
            start, number = index, 1
    return played


def _joined(bars: Sequence[Bar], index: int) -> int:
    """Return how many bars from `index` on make up one whole bar together; 1 if they do not."""
    whole = _whole(bars[index])
    total, count = bars[index].length, 1
    while total < whole and index + count < len(bars):
        following = bars[index + count]
        total += following.length
        count += 1
        if following.metre != bars[index].metre or following.length >= whole:
            break
        if total == whole:
            return count
    return 1


def _append(part: Part, group: Sequence[Bar], *, pad_before: bool) -> None:
    bar, whole = group[0], _whole(group[0])
    total = sum(each.length for each in group)
    fitting = max(1, round(total / whole)) * whole
    missing = max(0, fitting - total)
    _mark(part.metres, part.length, bar.metre)
    cursor = part.length
    if pad_before:
        _hold(part, cursor, missing)
        cursor += missing
    end = part.length + fitting
    for each in group:
        _mark(part.keys, cursor, each.key)
        for note in each.notes:
            _add(part, note._replace(onset=cursor + note.onset), end)
        cursor += each.length
    if not pad_before:
        _hold(part, cursor, missing)
    part.length = end


def _add(part: Part, note: ScoreNote, end: int) -> None:
    """Append what sounds of a note before `end`, or lengthen by it the one that is tied to it."""
    if note.onset >= end:
        return
    note = note._replace(length=min(note.length, end - note.onset))
    for index in range(len(part.notes) - 1, max(-1, len(part.notes) - 9), -1):
        before = part.notes[index]
        if before.tied and before.pitch == note.pitch and before.onset + before.length == note.onset:
            part.notes[index] = before._replace(length=before.length + note.length, tied=note.tied)
            return
    part.notes.append(note)


def _hold(part: Part, end: int, missing: int) -> None:
    """Hold the last note on, where it sounds up to `end`."""
    if missing and part.notes and part.notes[-1].onset + part.notes[-1].length == end:
        part.notes[-1] = part.notes[-1]._replace(length=part.notes[-1].length + missing)


def _mark(marks: list[tuple[int, _T]], tick: int, value: _T) -> None:
    if not marks or marks[-1][1] != value:
        marks.append((tick, value))


def _whole(bar: Bar) -> int:
    """Return how long a bar should be; where its metre is unknown, as long as it is."""
    return bar.metre.steps_per_bar * TICKS_PER_STEP if bar.metre else max(bar.length, 1)
