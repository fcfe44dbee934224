"""Lines of the screen: written in pieces of text and style, and lists of them that have a cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeAlias, cast

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from live_composer.tui.bindings import bindings
from live_composer.tui.colours import DARK, LOOKS, Colours
from live_composer.tui.edge import Guarded
from live_composer.wire.words import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.style import Style
    from textual import events
    from textual.app import App
    from textual.binding import BindingType

    from live_composer.tui.text import Line

Pieces: TypeAlias = "Iterable[tuple[str, Style]]"

CURSOR = "▸"


def strip(pieces: Pieces, width: int, fill: Style) -> Strip:
    """Return a line of exactly `width` cells; what is missing is filled, what is too much is cut."""
    return Strip([Segment(harmless(text), style) for text, style in pieces if text]).adjust_cell_length(width, fill)


def look_of(widget: Widget) -> Colours:
    """Return the colours in use."""
    return LOOKS.get(cast("App[object]", widget.app).theme, DARK)  # pyright: ignore[reportUnknownMemberType]


class Lines(Guarded, Widget):
    """Some lines, drawn anew when what they say changes."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._lines: list[Line] = []

    def say(self, lines: list[Line]) -> None:
        """Show lines."""
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """See Textual: a line of the widget."""
        look = look_of(self)
        pieces = self._lines[y] if y < len(self._lines) else []
        return strip([(text, look.style(colour)) for text, colour in pieces], self.size.width, look.style("text"))


class Rows(Guarded, ScrollView, can_focus=True):
    """A list with a cursor; what stands in a line is for subclasses to say.

    Attributes:
        help_text: what F1 says of the widget.
        empty: what is shown where there are no rows.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("lists")
    help_text = ""
    empty = ""

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.cursor = 0

    @property
    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def pieces(self, index: int, look: Colours, ground: str, width: int) -> Pieces:
        """Return what stands in a row."""
        raise NotImplementedError

    def changed(self) -> None:
        """Draw anew: rows changed."""
        self.cursor = max(0, min(self.cursor, self.count - 1))
        self.virtual_size = Size(0, max(1, self.count))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """See Textual: a line of what is scrolled to."""
        look, index = look_of(self), y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if index >= self.count:
            said = f"  {self.empty}" if index == 0 else ""
            return strip([(said, look.style("dim"))], width, look.style("text"))
        here = index == self.cursor
        ground = "raised" if here and self.has_focus else "ground"
        mark = (f"{CURSOR} " if here else "  ", look.style("accent" if self.has_focus else "faint", ground))
        return strip([mark, *self.pieces(index, look, ground, width - 2)], width, look.style("text", ground))

    def go(self, index: int) -> None:
        """Move the cursor."""
        self.cursor = max(0, min(index, self.count - 1))
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False)
        self.refresh()

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that the cursor is elsewhere."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is."""
        self.go(event.y + self.scroll_offset.y)

    def action_up(self) -> None:
        """See the registry of actions."""
        self.go(self.cursor - 1)

    def action_down(self) -> None:
        """See the registry of actions."""
        self.go(self.cursor + 1)

    def action_top(self) -> None:
        """See the registry of actions."""
        self.go(0)

    def action_bottom(self) -> None:
        """See the registry of actions."""
        self.go(self.count - 1)
