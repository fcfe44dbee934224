"""What a piano roll shows: which pitches, which steps, and what stands in each cell. No terminal is known here.

Notes are told apart by shape as well as by colour:

    ●━━━ played     ▐███ committed     ○╌╌╌ may still change     ◆═══ the player's own
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from live_composer.music.key import Key
from live_composer.music.metre import BAR_LINE, OFF_BEAT, Metre
from live_composer.music.units import STEPS_PER_BEAT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from live_composer.wire.screen import Frame


class Kind(StrEnum):
    """What has become of a note."""

    PLAYED = "played"
    COMMITTED = "committed"
    OPEN = "open"
    OWN = "own"


GLYPHS = {Kind.PLAYED: "●━", Kind.COMMITTED: "▐█", Kind.OPEN: "○╌", Kind.OWN: "◆═"}
"""The head of a note, and what it is held by."""
BAR, BEAT, NOW, NOW_HEAD = "│", "┊", "┃", "▼"
_MARGIN = 1
"""Rows above the highest and below the lowest note."""


class Cell(NamedTuple):
    """A character, and what it is.

    That is a note's kind, `home`, `stray`, `sounding`, `selected`, `bar`, `beat`, `number`, `now`, or nothing.
    """

    character: str
    meaning: str


EMPTY = Cell(" ", "")


class Note(NamedTuple):
    """A note in the roll, in steps; the player's own notes may lie between steps."""

    start: float
    length: float
    pitch: int
    kind: Kind


@dataclass(frozen=True)
class Window:
    """Which steps are seen.

    Attributes:
        width: columns.
        zoom: columns a step.
        first: the step of the first column.
        now: the step that sounds; it need not be in the window.
    """

    width: int
    zoom: int
    first: int
    now: float

    def column(self, step: float) -> int:
        """Return the column at which a step begins."""
        return round((step - self.first) * self.zoom)

    @property
    def now_column(self) -> int:
        """The column of the now-line."""
        return self.column(int(self.now // 1))

    @property
    def steps(self) -> int:
        """How many steps are seen, the last one perhaps in part."""
        return -(-self.width // self.zoom)


def window(width: int, zoom: int, now: float, *, bar_line: int = 0, per_bar: int = 0) -> Window:
    """Return the steps around `now`.

    The now-line stands still and the music moves; with `per_bar` (less motion) the music stands still for as many bars
    as fit, and the now-line moves.
    """
    if not per_bar:
        return Window(width, zoom, int(now // 1) - width * 2 // 5 // zoom, now)
    bars = max(1, width // zoom // per_bar)
    bar = (int(now // 1) - bar_line) // per_bar
    # The page begins at a multiple of its bars, counted from the first bar.
    first = bar_line + bar * per_bar - ((bar_line // per_bar + bar) % bars) * per_bar
    return Window(width, zoom, first, now)


@dataclass(frozen=True)
class Picture:
    """The notes of a frame by pitch, and the grid that they stand on.

    Attributes:
        notes: by pitch, in the order of their starts.
        key: that rows and notes are coloured by.
        metre: of bar lines and beats.
        bar_line: a step at which a bar begins.
        bar: the number of that bar, from 1.
    """

    notes: dict[int, list[Note]] = field(default_factory=dict[int, "list[Note]"])
    key: Key = field(default_factory=Key)
    metre: Metre = field(default_factory=Metre)
    bar_line: int = 0
    bar: int = 1

    @classmethod
    def of(cls, frame: Frame) -> Picture:
        """Take from a frame what the roll shows."""
        notes: dict[int, list[Note]] = {}
        for seen in frame.notes:
            kind = Kind.PLAYED if seen.step < frame.heard else Kind.COMMITTED if seen.step < frame.open else Kind.OPEN
            notes.setdefault(seen.pitch, []).append(Note(seen.step, seen.length, seen.pitch, kind))
        for own in frame.own:
            length = own.length or max(0.25, frame.beat - own.beat)
            start, steps = own.beat * STEPS_PER_BEAT, length * STEPS_PER_BEAT
            notes.setdefault(own.pitch, []).append(Note(start, steps, own.pitch, Kind.OWN))
        key, metre = Key.parse(str(frame.values["key"])), Metre.parse(str(frame.values["metre"]))
        return cls(notes, key, metre, frame.bar_line, frame.bar)

    def pitches(self, first: float, last: float) -> set[int]:
        """Return the pitches that sound between two steps."""
        return {
            pitch
            for pitch, notes in self.notes.items()
            if any(note.start < last and note.start + note.length > first for note in notes)
        }

    def bar_at(self, step: int) -> int:
        """Return the number of the bar that begins at a step."""
        return self.bar + (step - self.bar_line) // self.metre.steps_per_bar

    def row(
        self, pitch: int, seen: Window, grid: Sequence[Cell], selected: tuple[int, int] | None = None
    ) -> Sequence[Cell]:
        """Return the cells of a pitch: the grid, and its notes over it.

        Args:
            pitch: MIDI pitch.
            seen: which steps.
            grid: of the window; it is returned itself where no note is seen.
            selected: the step and pitch of the note that is selected.
        """
        end = seen.first + seen.steps
        notes = [
            note for note in self.notes.get(pitch, ()) if note.start < end and note.start + note.length > seen.first
        ]
        if not notes:
            return grid
        cells = [*grid]
        for note in notes:
            begin, end = seen.column(note.start), seen.column(note.start + note.length)
            meaning = self._meaning(note, seen.now)
            if selected == (note.start, note.pitch):
                meaning = "selected"
            head, held = GLYPHS[Kind.COMMITTED if meaning == "sounding" else note.kind]
            for column in range(max(0, begin), min(seen.width, max(end, begin + 1))):
                cells[column] = Cell(head if column == begin else held, meaning)
        return cells

    def grid(self, seen: Window) -> list[Cell]:
        """Return a row without notes: bar lines, beats and the now-line."""
        cells = [EMPTY] * seen.width
        for step in range(seen.first, seen.first + seen.steps):
            strength = self.metre.strength(step - self.bar_line)
            if strength == BAR_LINE:
                cells[seen.column(step)] = Cell(BAR, "bar")
            elif strength != OFF_BEAT:
                cells[seen.column(step)] = Cell(BEAT, "beat")
        if 0 <= seen.now_column < seen.width:
            cells[seen.now_column] = Cell(NOW, "now")
        return cells

    def header(self, seen: Window) -> list[Cell]:
        """Return the line above: the numbers of bars where they begin."""
        cells = [EMPTY] * seen.width
        for step in range(seen.first, seen.first + seen.steps):
            if self.metre.strength(step - self.bar_line) == BAR_LINE and self.bar_at(step) > 0:
                for offset, character in enumerate(str(self.bar_at(step))):
                    if seen.column(step) + offset < seen.width:
                        cells[seen.column(step) + offset] = Cell(character, "number")
        if 0 <= seen.now_column < seen.width:
            cells[seen.now_column] = Cell(NOW_HEAD, "now")
        return cells

    def ground(self, pitch: int) -> str:
        """Return the kind of a row: `tonic`, `in_key` or `off_key`."""
        place = (pitch - self.key.tonic) % 12
        if place == 0:
            return "tonic"
        return "in_key" if pitch % 12 in self.key.pitch_classes else "off_key"

    def _meaning(self, note: Note, now: float) -> str:
        if note.kind != Kind.OWN and note.start <= now < note.start + note.length:
            return "sounding"
        if note.kind != Kind.COMMITTED:
            return note.kind
        return {"tonic": "home", "off_key": "stray"}.get(self.ground(note.pitch), note.kind)


def rows(pitches: Iterable[int], height: int, key: Key, before: Sequence[int] = ()) -> tuple[int, ...]:
    """Return the pitches of the rows, the highest first.

    Every semitone where they all fit, else the notes of the key and what sounds beside them. What was there before
    stays for as long as it shows every pitch: a roll that jumps is no roll to read.

    Args:
        pitches: that must be seen.
        height: how many rows there are.
        key: its notes are the rows of a folded roll.
        before: the rows until now.
    """
    wanted = set(pitches)
    if len(before) == height and wanted <= set(before):
        return tuple(before)
    lowest, highest = min(wanted, default=60), max(wanted, default=72)
    if highest - lowest + 1 + 2 * _MARGIN <= height:
        return _spread(range(128), lowest, highest, height)
    folded = [pitch for pitch in range(128) if pitch % 12 in key.pitch_classes or pitch in wanted]
    return _spread(folded, lowest, highest, height)


def _spread(choice: Sequence[int], lowest: int, highest: int, height: int) -> tuple[int, ...]:
    """Return `height` neighbours of `choice` with the range from lowest to highest in their middle."""
    below = sum(pitch < lowest for pitch in choice)
    within = sum(lowest <= pitch <= highest for pitch in choice)
    first = min(max(0, below - (height - within) // 2), max(0, len(choice) - height))
    return tuple(reversed(choice[first : first + height]))
