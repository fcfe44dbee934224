"""What a person sees while a network learns: a screen on a terminal, lines elsewhere."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from live_composer.learn.progress import Measured
    from live_composer.wire.learning import Learning, Moved, Sample

DrawSamples: TypeAlias = "Callable[[], list[Sample]]"


class Display(Protocol):
    """Who is told how learning goes."""

    def resumed(self, rows: Sequence[Measured], draw: DrawSamples) -> None:
        """A run goes on, and this is what was measured before; who shows melodies may draw some."""

    def moved(self, moved: Moved) -> None:
        """It has come so far."""

    def measured(self, row: Measured, draw: DrawSamples, *, best: bool) -> None:
        """There is a new measurement; who shows melodies may draw some."""

    def concluding(self) -> None:
        """Learning is over; the best model is measured once more, and written."""


class Silence(Display):
    """Says nothing: for the followers of a team, and for tests."""


class Lines:
    """Prints a line for each measurement, to the error stream."""

    def __init__(self, about: Learning) -> None:
        self._about = about
        self._moved: Moved | None = None

    def resumed(self, rows: Sequence[Measured], draw: DrawSamples) -> None:
        """See `Display`."""
        del draw
        _say(f"Going on after {rows[-1].done:,} {self._about.unit}.")

    def moved(self, moved: Moved) -> None:
        """See `Display`; it is told with the next measurement."""
        self._moved = moved

    def measured(self, row: Measured, draw: DrawSamples, *, best: bool) -> None:
        """See `Display`."""
        del draw
        words = [f"{row.done:,} {self._about.unit}", row.told]
        if moved := self._moved:
            words += [f"{moved.share:.0%}", f"{moved.rate:,.0f} steps/s", f"{_clock(moved.seconds_left)} left"]
        _say("  ".join([*words, "best"] if best else words))

    def concluding(self) -> None:
        """See `Display`."""
        _say("Measuring the best model once more ...")


@contextlib.contextmanager
def display(about: Learning, *, screen: bool) -> Generator[Display]:
    """Show how learning goes: on a screen, or in lines."""
    lines = Lines(about)
    if not screen:
        yield lines
        return
    from live_composer.learn.screen import show

    with show(about, lines) as shown:
        yield shown


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
