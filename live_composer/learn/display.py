"""What a person sees while a network learns: a bar and curves on a terminal, lines elsewhere."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

_BLOCKS = "▁▂▃▄▅▆▇█"
_WIDTH = 40
"""Measurements that a curve shows, the latest ones."""


class Measured(Protocol):
    """A measurement, as a person is told of it."""

    @property
    def done(self) -> int:
        """How far learning was, in the unit of the bar."""
        ...

    @property
    def seconds(self) -> float:
        """The time spent until then."""
        ...

    @property
    def told(self) -> str:
        """What matters, in a few words."""
        ...

    @property
    def curves(self) -> dict[str, float]:
        """What is drawn as curves below the bar, by name; the same names at every measurement."""
        ...


class Display(Protocol):
    """Who is told how learning goes."""

    def moved(self, done: int, rate: float) -> None:
        """So much is done, at so many steps a second."""
        ...

    def measured(self, row: Measured, *, best: bool) -> None:
        """There is a new measurement."""
        ...


class Silence:
    """Says nothing: for the followers of a team, and for tests."""

    def moved(self, done: int, rate: float) -> None:
        """See `Display`."""

    def measured(self, row: Measured, *, best: bool) -> None:
        """See `Display`."""


class _Lines:
    def __init__(self, total: int) -> None:
        self._total = total
        self._rate = 0.0

    def moved(self, done: int, rate: float) -> None:
        del done  # told with the next measurement
        self._rate = rate

    def measured(self, row: Measured, *, best: bool) -> None:
        left = max(0, self._total - row.done) * row.seconds / max(row.done, 1)
        text = f"{row.done:,} of {self._total:,}  {row.told}  {self._rate:,.0f} steps/s  {_clock(left)} left"
        print(text + ("  best" if best else ""), file=sys.stderr, flush=True)


class _Bar:
    def __init__(self, total: int) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[told]}"),
        )
        self._task = self._bar.add_task("learning", total=total, rate="", told="")
        self._history: dict[str, list[float]] = {}

    def moved(self, done: int, rate: float) -> None:
        self._bar.update(self._task, completed=done, rate=f"{rate:,.0f} steps/s")

    def measured(self, row: Measured, *, best: bool) -> None:
        self._bar.update(self._task, told=row.told + (" [green]best" if best else ""))
        for name, figure in row.curves.items():
            self._history.setdefault(name, []).append(figure)

    def __rich__(self) -> Group:
        curves = Table.grid(padding=(0, 2))
        for name, history in self._history.items():
            curves.add_row(name, curve(history), f"{history[-1]:.2f}")
        return Group(self._bar, curves)


def curve(figures: Sequence[float]) -> str:
    """Draw the latest figures as blocks, from the lowest of them to the highest.

    >>> curve([1, 2, 3])
    '▁▄█'
    """
    latest = figures[-_WIDTH:]
    lowest, spread = min(latest), max(latest) - min(latest)
    top = len(_BLOCKS) - 1
    return "".join(_BLOCKS[int(top * (figure - lowest) / spread) if spread else 0] for figure in latest)


@contextlib.contextmanager
def display(total: int) -> Generator[Display]:
    """Show progress towards `total` on the standard error."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(total)
        return
    bar = _Bar(total)
    with Live(bar, console=console, refresh_per_second=4):
        yield bar


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
