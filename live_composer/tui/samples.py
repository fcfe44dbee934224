"""Melodies of a policy that learns, as small piano rolls side by side; one of them is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message
from textual.widget import Widget

from live_composer.music.vocabulary import pitch_name
from live_composer.tui.edge import Guarded
from live_composer.tui.lines import look_of, strip
from live_composer.tui.text import cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.strip import Strip

    from live_composer.tui.course import Course
    from live_composer.tui.text import Line
    from live_composer.wire.learning import Sample

ONSET, HELD, BAR, CHOSEN, SOUNDS = "●", "━", "│", "▸", "♪"
_LABEL, _GAP = 5, 2
_LEAST = 38
"""Columns of a roll, at least."""


class Samples(Guarded, Widget):
    """The newest melodies."""

    class Chosen(Message):
        """A melody was chosen by the mouse."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, course: Course) -> None:
        super().__init__(id="samples")
        self._course = course
        self.number, self._sounding = 0, False

    def show(self, number: int, *, sounding: bool) -> None:
        """Draw anew, with a melody chosen, and perhaps sounding."""
        self.number, self._sounding = number, sounding
        self.refresh()

    @property
    def chosen(self) -> Sample | None:
        """The melody that is chosen."""
        samples = self._course.samples
        return samples[self.number] if self.number < len(samples) else None

    def render_line(self, y: int) -> Strip:
        """See Textual: a line of the rolls side by side."""
        look, width = look_of(self), self._width
        line: Line = []
        if not self._course.samples and y == 0:
            line = [("  Melodies come with the first measurement.", "dim")]
        for number in self._seen():
            drawn = self._line(number, y, width)
            room = width - sum(len(text) for text, _ in drawn)
            line += [*cut(drawn, width), (" " * max(0, room), "text")]
        return strip([(text, look.style(colour)) for text, colour in line], self.size.width, look.style("text"))

    def on_click(self, event: events.Click) -> None:
        """Choose the melody under the mouse."""
        seen = self._seen()
        place = event.x // max(1, self._width)
        if place < len(seen):
            self.post_message(self.Chosen(seen[place]))

    @property
    def _width(self) -> int:
        """Columns of a roll and the gap behind it."""
        fits = max(1, min(len(self._course.samples), self.size.width // (_LEAST + _GAP)))
        return self.size.width // fits

    def _seen(self) -> range:
        """Return which melodies are shown: the chosen one among them."""
        count = len(self._course.samples)
        fits = max(1, self.size.width // (_LEAST + _GAP))
        first = max(0, min(self.number, count - fits))
        return range(first, min(count, first + fits))

    def _line(self, number: int, y: int, width: int) -> Line:
        sample = self._course.samples[number]
        if y == 0:
            here = number == self.number
            mark = SOUNDS if here and self._sounding else CHOSEN if here else " "
            return [(f" {mark} ", "accent"), (f"melody {number + 1}", "text"), (f"  {sample.told}", "dim")]
        drawn = roll(sample, width - _GAP, self.size.height - 1)
        return drawn[y - 1] if y <= len(drawn) else []


def roll(sample: Sample, width: int, height: int) -> list[Line]:
    """Draw a melody: a line for each pitch that sounds, the highest first; neighbours share one where they must.

    Args:
        sample: the melody.
        width: columns, the names of pitches among them; what does not fit is left out at the end.
        height: lines at most.
    """
    pitches = sorted({note.pitch for note in sample.notes}, reverse=True)
    lines = [pitches[place * len(pitches) // height :][:1] for place in range(height)]
    shown = pitches if len(pitches) <= height else [line[0] for line in lines]
    columns = max(1, width - _LABEL)
    across = max(1, min(2, columns // max(1, sample.steps)))
    return [_row(sample, pitch, shown, columns, across) for pitch in shown]


def _row(sample: Sample, pitch: int, shown: Sequence[int], columns: int, across: int) -> Line:
    bars = [BAR if column % (sample.per_bar * across) == 0 else " " for column in range(columns)]
    cells = bars[: sample.steps * across]
    for note in sample.notes:
        if _line_of(note.pitch, shown) != pitch:
            continue
        begin, end = note.step * across, (note.step + note.length) * across
        for column in range(begin, min(end, len(cells))):
            cells[column] = ONSET if column == begin else HELD
    return [(f"{pitch_name(pitch):>{_LABEL - 1}} ", "dim"), *_coloured(cells)]


def _line_of(pitch: int, shown: Sequence[int]) -> int:
    """Return the pitch whose line another is drawn in: its own, or the next one above."""
    return min(other for other in shown if other >= pitch)


def _coloured(cells: Sequence[str]) -> Line:
    line: Line = []
    for cell in cells:
        colour = "faint" if cell == BAR else "committed"
        if line and line[-1][1] == colour:
            line[-1] = (line[-1][0] + cell, colour)
        else:
            line.append((cell, colour))
    return line
