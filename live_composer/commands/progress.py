"""Progress of long commands on the error stream: a bar on a terminal, a line for each tenth elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_LINES = 10


class Begin(Protocol):
    """Begins a part of the work."""

    def __call__(self, title: str, total: float, unit: str = "") -> Callable[[float], object]:
        """Return what is to be called with how much of `total` is done; a rate is told in `unit` a second."""
        ...


@contextlib.contextmanager
def progress() -> Generator[Begin]:
    """Show how far the parts of some work are, one after the other, with rate and time left."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as shown:

        def begin(title: str, total: float, unit: str = "") -> Callable[[float], object]:
            task, rate = shown.add_task(title, total=total, rate=""), _rate(unit)
            return lambda done: shown.update(task, completed=done, rate=rate(done))

        yield begin


def _lines(title: str, total: float, unit: str = "") -> Callable[[float], object]:
    begun, rate, told = time.monotonic(), _rate(unit), 0

    def tell(done: float) -> None:
        nonlocal told
        tenth = int(_LINES * done / total)
        if tenth > told:
            told = tenth
            left = (time.monotonic() - begun) * (total - done) / done
            words = (f"{title}: {done / total:.0%}", rate(done), f"{left:.0f} s left" if done < total else "done")
            print(", ".join(filter(None, words)), file=sys.stderr, flush=True)

    return tell


def _rate(unit: str) -> Callable[[float], str]:
    """Return a function that says how much is done a second, since now."""
    begun = time.monotonic()
    return lambda done: f"{done / max(time.monotonic() - begun, 1e-9):,.0f} {unit}/s" if unit else ""
