"""The course of learning as a screen knows it: what was measured, which measurement is the best, what is left."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from live_composer.tui.plot import short
from live_composer.wire.learning import Concluding, Learning, Measured, Moved, Sampled

if TYPE_CHECKING:
    from live_composer.tui.text import Line
    from live_composer.wire.learning import LearningMessage, Sample

_DONE, _LEFT = "━", "─"
_MINUTE, _HOUR = 60, 3600


@dataclass
class Course:
    """What is known so far.

    Attributes:
        about: what is learnt; None before the learner has said it.
        rows: the measurements, in order.
        moved: how far it is.
        sampled: the newest melodies.
        stopping: whether it was asked to stop.
        over: whether it is over, and only the best model is measured anew.
    """

    about: Learning | None = None
    rows: list[Measured] = field(default_factory=list[Measured])
    moved: Moved = field(default_factory=lambda: Moved(0, 0.0, 0.0, 0.0))
    sampled: Sampled = field(default_factory=lambda: Sampled(0, []))
    stopping: bool = False
    over: bool = False

    def hear(self, message: LearningMessage) -> None:
        """Take in what the learner said."""
        match message:
            case Learning():
                self.about = message
            case Measured():
                self.rows.append(message)
            case Moved():
                self.moved = message
            case Sampled():
                self.sampled = message
            case Concluding():
                self.over = True
            case _:
                pass

    @property
    def names(self) -> list[str]:
        """The figures that are measured; the goal comes first."""
        if not self.rows or not self.about:
            return []
        goal = self.about.goal
        return sorted(self.rows[0].figures, key=lambda name: name != goal)

    @property
    def samples(self) -> list[Sample]:
        """The newest melodies."""
        return self.sampled.samples

    def figures(self, name: str) -> list[float]:
        """Return a figure at every measurement."""
        return [row.figures[name] for row in self.rows]

    @property
    def best(self) -> int | None:
        """The number of the best measurement, the first of equals."""
        if not self.rows or not self.about:
            return None
        figures, sign = self.figures(self.about.goal), 1 if self.about.rises else -1
        return max(range(len(figures)), key=lambda number: sign * figures[number])

    def lines(self, width: int) -> list[Line]:
        """Return the three lines at the top: what is learnt, how far it is, and how well it went."""
        if self.about is None:
            return [[(" Reaching the learner ...", "dim")], [], []]
        return [self._title(self.about, width), self._progress(self.about, width), self._told(self.about)]

    def _title(self, about: Learning, width: int) -> Line:
        state, colour = ("stopping", "warn") if self.stopping else ("learning", "good")
        state, colour = ("concluding", "warn") if self.over else (state, colour)
        title = about.title[: max(0, width - len(state) - 8)]
        folder = f"   → {about.folder}"
        room = width - len(title) - len(state) - 8
        return [(f" ▶ {state}   ", colour), (title, "text"), (folder if len(folder) <= room else "", "dim")]

    def _progress(self, about: Learning, width: int) -> Line:
        moved = self.moved
        words = f" {moved.share:4.0%}   {short(moved.done)} {about.unit}"
        rate = f"   {moved.rate:,.0f} steps/s" if moved.rate else ""
        left = f"   {clock(moved.seconds_left)} left" if 0 < moved.share < 1 and not self.over else ""
        room = max(4, min(60, width - len(words) - len(rate) - len(left) - 2))
        done = round(moved.share * room)
        return [
            (" ", "text"), (_DONE * done, "accent"), (_LEFT * (room - done), "faint"),
            (words, "text"), (rate, "dim"), (left, "text"),
        ]  # fmt: skip

    def _told(self, about: Learning) -> Line:
        """Say what the best measurement was; or, where something is waited for, what."""
        if self.over:
            return [(" The best model is measured once more, and written.", "warn")]
        if self.stopping:
            return [(" It stops after this round, and keeps the best; q again ends it at once.", "warn")]
        best = self.best
        if best is None:
            return [(" The first measurement comes soon.", "dim")]
        row, since = self.rows[best], len(self.rows) - 1 - best
        ago = "the newest" if not since else "one measurement ago" if since == 1 else f"{since} measurements ago"
        figure = f"{about.goal} {figure_text(row.figures[about.goal])}"
        return [(" ◆ ", "home"), (f"best: {figure}", "text"), (f" after {short(row.done)} {about.unit}, {ago}", "dim")]


def clock(seconds: float) -> str:
    """Write a time as people do: 0:42, 12:05, 3 h 20."""
    if seconds >= _HOUR:
        return f"{seconds // _HOUR:.0f} h {seconds % _HOUR // _MINUTE:02.0f}"
    return f"{int(seconds) // _MINUTE}:{int(seconds) % _MINUTE:02}"


def figure_text(figure: float) -> str:
    """Write a figure with so many places that four digits are seen."""
    size = abs(figure)
    places = 1 if size >= 100 else 2 if size >= 10 else 3  # noqa: PLR2004
    return f"{round(figure, places) + 0.0:.{places}f}"
