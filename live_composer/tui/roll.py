"""The piano roll: what was played, what will be, and the player's own notes; drawn anew only when music changes."""

from __future__ import annotations

import itertools
import math
import operator
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message
from textual.widget import Widget

from live_composer.music.units import STEPS_PER_BEAT
from live_composer.music.vocabulary import pitch_name
from live_composer.tui import roll_picture
from live_composer.tui.bindings import bindings
from live_composer.tui.colours import LOOKS
from live_composer.tui.edge import Guarded
from live_composer.tui.lines import look_of, strip
from live_composer.tui.roll_picture import Cell, Kind, Picture, Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual import events
    from textual.binding import BindingType
    from textual.geometry import Region
    from textual.strip import Strip

    from live_composer.tui.colours import Colours
    from live_composer.wire.screen import Frame, SeenNote

_MEANING = operator.attrgetter("meaning")
_LABEL = 5
_WIDE = 110
"""Columns from which a step is drawn two columns wide."""
_WIDEST = 6
_EDGES = {"tonic": "┝", "in_key": "│", "off_key": "┊"}
_COLOURS = {
    "": "text", "bar": "dim", "beat": "faint", "number": "dim", "played": "played", "committed": "committed",
    "open": "open", "own": "own", "home": "home", "stray": "stray", "sounding": "sounding", "selected": "sounding",
    "now": "sounding",
}  # fmt: skip


class PianoRoll(Guarded, Widget, can_focus=True):
    """Time goes right, pitch goes up. The now-line stands still while the music moves under it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("roll")
    help_text = (
        "Time goes right, pitch goes up; the line that stands still is now. "
        "●━━ was played, ▐██ will be played for sure, ○╌╌ may still change, ◆══ is what you played. "
        "Rows of the key's tonic are lit, those outside the key are dark; where the rows do not all fit, "
        "those outside the key are left out. ← and → select a note, and panel 5 tells why it was chosen."
    )

    class Selected(Message):
        """Another note is selected; `step` is None where the latest note is followed."""

        def __init__(self, step: int | None) -> None:
            super().__init__()
            self.step = step

    def __init__(self, *, id: str, still: bool = False) -> None:  # noqa: A002 - Textual's word
        """Make a roll; `still`: pages of bars stand still and the now-line moves."""
        super().__init__(id=id)
        self._picture, self._ahead = Picture(), list[tuple[int, int, int]]()
        self._rest: object = None
        self._notes: list[SeenNote] = []
        self._now, self._rows, self._still = 0.0, tuple[int, ...](), still
        self._zoom: int | None = None
        self._selected: tuple[int, int] | None = None
        self._seen = self._window()
        self._grid: list[Cell] = []
        self._empty: dict[str, list[tuple[str, Style]]] = {}

    def show(self, frame: Frame) -> None:
        """Take a frame's notes. They are drawn with the next step, or at once where what is to come has changed."""
        self._picture = Picture.of(frame)
        ahead = [(note.step, note.length, note.pitch) for note in frame.notes if note.step >= frame.heard]
        before = [note for note in self._ahead if note[0] >= frame.heard]
        rest = frame.own, frame.values["key"], frame.values["metre"], frame.transport
        still = frame.transport != "playing" and frame.notes != self._notes
        if ahead != before or rest != self._rest or still:
            self.refresh()
        self._ahead, self._rest, self._notes = ahead, rest, frame.notes

    def move(self, beat: float) -> None:
        """Move the music to a beat; it is drawn anew when a step has passed."""
        step = beat * STEPS_PER_BEAT
        if math.floor(step) != math.floor(self._now):
            self.refresh()
        self._now = step

    @property
    def selected(self) -> int | None:
        """The step of the selected note; None while the latest is followed."""
        return self._selected[0] if self._selected else None

    @property
    def latest(self) -> int | None:
        """The step of the latest note that has begun."""
        starts = [int(note.start) for note in self._melody() if note.start <= self._now]
        return max(starts, default=None)

    def render_lines(self, crop: Region) -> list[Strip]:
        """See Textual: the lines of a part of the widget; the rows are settled first."""
        seen = self._seen = self._window()
        self._grid, self._empty = self._picture.grid(seen), {}
        pitches = self._picture.pitches(seen.first, seen.first + seen.steps)
        self._rows = roll_picture.rows(pitches, self.size.height - 1, self._picture.key, self._rows)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """See Textual: the numbers of bars, then a line a pitch."""
        look = look_of(self)
        if y == 0:
            return self._header(look)
        if y > len(self._rows):
            return strip([], self.size.width, look.style("text"))
        return self._row(self._rows[y - 1], look)

    def on_focus(self) -> None:
        """Show the focus."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that it is elsewhere."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Select the note under the mouse, or none."""
        seen, row = self._window(), event.y - 1
        if not 0 <= row < len(self._rows):
            return
        step = seen.first + (event.x - _LABEL) / seen.zoom
        here = [note for note in self._melody() if note.pitch == self._rows[row] and _covers(note, step)]
        self._select((int(here[0].start), here[0].pitch) if here else None)

    def action_earlier(self) -> None:
        """See the registry of actions."""
        self._walk(-1)

    def action_later(self) -> None:
        """See the registry of actions."""
        self._walk(1)

    def action_latest(self) -> None:
        """See the registry of actions."""
        self._select(None)

    def action_wider(self) -> None:
        """See the registry of actions."""
        self._zoom = min(_WIDEST, self._columns_a_step() + 1)
        self.refresh()

    def action_narrower(self) -> None:
        """See the registry of actions."""
        self._zoom = max(1, self._columns_a_step() - 1)
        self.refresh()

    def _columns_a_step(self) -> int:
        return self._zoom or (2 if self.size.width >= _WIDE else 1)

    def _window(self) -> Window:
        picture = self._picture
        return roll_picture.window(
            max(1, self.size.width - _LABEL),
            self._columns_a_step(),
            self._now,
            bar_line=picture.bar_line,
            per_bar=picture.metre.steps_per_bar if self._still else 0,
        )

    def _melody(self) -> list[roll_picture.Note]:
        notes = itertools.chain.from_iterable(self._picture.notes.values())
        return sorted((note for note in notes if note.kind != Kind.OWN), key=lambda note: note.start)

    def _walk(self, places: int) -> None:
        seen = self._window()
        notes = [note for note in self._melody() if seen.first <= note.start < seen.first + seen.steps]
        if not notes:
            return
        at = self._selected[0] if self._selected else self.latest
        place = next((place for place, note in enumerate(notes) if note.start == at), 0)
        note = notes[max(0, min(len(notes) - 1, place + places))]
        self._select((int(note.start), note.pitch))

    def _select(self, note: tuple[int, int] | None) -> None:
        self._selected = note
        self.refresh()
        self.post_message(self.Selected(self.selected))

    def _header(self, look: Colours) -> Strip:
        mark = ("  ▸  " if self.has_focus else " " * _LABEL, look.style("accent"))
        pieces = _pieces(self._picture.header(self._seen), "ground", look)
        return strip([mark, *pieces], self.size.width, look.style("text"))

    def _row(self, pitch: int, look: Colours) -> Strip:
        ground = self._picture.ground(pitch)
        cells = self._picture.row(pitch, self._seen, self._grid, self._selected)
        if cells is self._grid:
            # Most rows are empty: those of one ground look alike.
            pieces = self._empty.get(ground) or self._empty.setdefault(ground, _pieces(cells, ground, look))
        else:
            pieces = _pieces(cells, ground, look)
        return strip([_label(pitch, ground, look), *pieces], self.size.width, look.style("text", ground))


def _pieces(cells: Sequence[Cell], ground: str, look: Colours) -> list[tuple[str, Style]]:
    """Return cells as text, in one piece where neighbours mean the same."""
    return [
        ("".join([cell.character for cell in group]), _style(meaning, ground, look.name))
        for meaning, group in itertools.groupby(cells, key=_MEANING)
    ]


@lru_cache(maxsize=256)
def _style(meaning: str, ground: str, look: str) -> Style:
    bold, selected = meaning in {"sounding", "own"}, meaning == "selected"
    return LOOKS[look].style(_COLOURS[meaning], ground, bold=bold, reverse=selected)


def _label(pitch: int, ground: str, look: Colours) -> tuple[str, Style]:
    colour = {"tonic": "home", "in_key": "dim", "off_key": "faint"}[ground]
    name = f"{pitch_name(pitch):>{_LABEL - 2}} {_EDGES[ground]}"
    return name, look.style(colour, ground, bold=ground == "tonic")


def _covers(note: roll_picture.Note, step: float) -> bool:
    return note.start <= step < note.start + note.length
