"""What is measured while learning: the list of figures, and the curves of those that there is room for."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from textual.message import Message
from textual.widget import Widget

from live_composer.tui import plot
from live_composer.tui.course import figure_text
from live_composer.tui.edge import Guarded
from live_composer.tui.lines import Pieces, Rows, look_of, strip
from live_composer.tui.text import padded

if TYPE_CHECKING:
    from textual.strip import Strip

    from live_composer.tui.colours import Colours
    from live_composer.tui.course import Course
    from live_composer.tui.text import Line

_FIGURE, _SPARK, _ROOMY = 9, 12, 44
_PLOT_WIDTH, _PLOT_HEIGHT = 40, 9
"""The least room for a curve."""
_MOST_HEIGHT = 16


class Figures(Rows):
    """Every figure, a line each: its name, its curve in small, the newest value and what it has gained."""

    help_text = (
        "Each line is a figure of the measurements: its curve, its value now, and how far that is from the first one. "
        "↑ and ↓ choose which curves are drawn large; ◆ marks the best measurement, whose model is kept."
    )
    empty = "Nothing is measured yet."

    class Chosen(Message):
        """Another figure is under the cursor."""

    def __init__(self, course: Course) -> None:
        super().__init__(id="figures")
        self._course = course

    @property
    def count(self) -> int:
        """How many figures there are."""
        return len(self._course.names)

    def go(self, index: int) -> None:
        """Move the cursor, and tell."""
        super().go(index)
        self.post_message(self.Chosen())

    def pieces(self, index: int, look: Colours, ground: str, width: int) -> Pieces:
        """See `Rows`."""
        names = self._course.names
        figures = self._course.figures(names[index])
        name = short_name(names[index], names)
        spark = _SPARK if width >= _ROOMY else 0
        room = max(8, width - spark - 2 * _FIGURE - bool(spark))
        yield padded(name, room), look.style("text", ground)
        if spark:
            yield f"{plot.spark(figures, spark):<{spark}} ", look.style("accent", ground)
        yield f"{figure_text(figures[-1]):>{_FIGURE}}", look.style("text", ground)
        gained = figures[-1] - figures[0]
        text = f"{'+' if gained > 0 else ''}{figure_text(gained)}" if len(figures) > 1 else ""
        yield f"{text:>{_FIGURE}}", look.style("dim", ground)


def short_name(name: str, names: list[str]) -> str:
    """Leave out what the names of most figures begin with: they are rules of one book."""
    words = Counter(other.partition("_")[0] for other in names if "_" in other)
    word, count = words.most_common(1)[0] if words else ("", 0)
    return name.removeprefix(f"{word}_") if count > 1 else name


class Curves(Guarded, Widget):
    """The curves of the figure under the cursor and of its neighbours, as many as there is room for."""

    def __init__(self, course: Course) -> None:
        super().__init__(id="curves")
        self._course, self._cursor, self._first = course, 0, 0
        self._drawn: list[Line] = []

    def show(self, cursor: int) -> None:
        """Draw anew, with the figure of that number among the curves."""
        self._cursor = cursor
        self._drawn = self._lines()
        self.refresh()

    def on_resize(self) -> None:
        """Draw as many as there is room for now."""
        self.show(self._cursor)

    def render_line(self, y: int) -> Strip:
        """See Textual: a line of the curves side by side."""
        look = look_of(self)
        pieces = self._drawn[y] if y < len(self._drawn) else []
        return strip([(text, look.style(colour)) for text, colour in pieces], self.size.width, look.style("text"))

    def _lines(self) -> list[Line]:
        names, (width, height) = self._course.names, self.size
        if not names or not width or not height:
            return []
        across, down = grid(len(names), width, height)
        # As little as possible moves: the figure under the cursor comes in at the edge where it was missing.
        shown = across * down
        self._first = max(0, min(self._first, self._cursor, len(names) - shown), self._cursor - shown + 1)
        seen = names[self._first : self._first + shown]
        tall = min(_MOST_HEIGHT, height // down)
        lines: list[Line] = []
        for row in range(0, len(seen), across):
            beside = [self._block(name, width // across, tall) for name in seen[row : row + across]]
            lines += [[piece for block in beside for piece in block[y]] for y in range(tall)]
        return lines

    def _block(self, name: str, width: int, height: int) -> list[Line]:
        """Return a curve with its title."""
        course = self._course
        figures = course.figures(name)
        here = name == course.names[self._cursor]
        value = figure_text(figures[-1])
        title = f" {name}"[: width - len(value) - 3]
        line: Line = [(title, "accent" if here else "text"), (f"  {value}", "dim")]
        line.append((" " * (width - len(title) - len(value) - 2), "text"))
        places = tuple(float(row.done) for row in course.rows)
        drawn = _plot(places, tuple(figures), width - 1, height - 1, course.best)
        return [line, *([*one, (" ", "text")] for one in drawn)]


def grid(count: int, width: int, height: int) -> tuple[int, int]:
    """Return how many curves stand side by side, and how many below one another: never more than there are."""
    across = max(1, min(count, width // _PLOT_WIDTH))
    return across, max(1, min(-(-count // across), height // _PLOT_HEIGHT))


@lru_cache(maxsize=64)
def _plot(
    places: tuple[float, ...], figures: tuple[float, ...], width: int, height: int, best: int | None
) -> list[Line]:
    return plot.plot(places, figures, width, height, best)
