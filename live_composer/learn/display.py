"""What a person sees while a network learns: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Generator

    from live_composer.learn.run import Row


class Display(Protocol):
    """Who is told how learning goes."""

    def moved(self, updates: int, rate: float) -> None:
        """So many updates are done, at so many steps a second."""
        ...

    def measured(self, row: Row, *, best: bool) -> None:
        """The validation split was measured."""
        ...


class Silence:
    """Says nothing: for the followers of a team, and for tests."""

    def moved(self, updates: int, rate: float) -> None:
        """See `Display`."""

    def measured(self, row: Row, *, best: bool) -> None:
        """See `Display`."""


class _Lines:
    def __init__(self, total: int) -> None:
        self._total = total
        self._rate = 0.0

    def moved(self, updates: int, rate: float) -> None:
        del updates  # told with the next measurement
        self._rate = rate

    def measured(self, row: Row, *, best: bool) -> None:
        left = max(0, self._total - row.update) * row.seconds / row.update
        text = f"{row.update:,} of {self._total:,}  {_losses(row)}  {self._rate:,.0f} steps/s  {_clock(left)} left"
        print(text + ("  best" if best else ""), file=sys.stderr, flush=True)


class _Bar:
    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task("learning", total=total, rate="", losses="")

    def moved(self, updates: int, rate: float) -> None:
        self._progress.update(self._task, completed=updates, rate=f"{rate:,.0f} steps/s")

    def measured(self, row: Row, *, best: bool) -> None:
        self._progress.update(self._task, losses=_losses(row) + (" [green]best" if best else ""))


@contextlib.contextmanager
def display(total: int) -> Generator[Display]:
    """Show progress towards `total` updates on the standard error."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(total)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[losses]}"),
    )
    with Progress(*columns, console=console) as progress:
        yield _Bar(progress, total)


def _losses(row: Row) -> str:
    return f"train {row.train:.4f}  validation {row.validation:.4f}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
