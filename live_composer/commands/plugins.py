"""Rules and books for the commands that use them: found, opened, and what cannot be used told in a line each."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from live_composer import files
from live_composer.errors import BadFile, BadInput
from live_composer.rules import book_file, discovery

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from pathlib import Path

    from live_composer.rules.book import RuleBook

_PATIENCE = 6
WIDTH = 100
"""Columns of what is printed where there is no terminal."""


@contextlib.contextmanager
def limited(seconds: float = 5.0) -> Generator[None]:
    """Have whatever rule runs for so long raise, so that it is refused by name; without an alarm in the system, wait.

    For the loading and proving of rules, and for one plan: none of them takes long. On a machine that is busy with
    something else all take longer, and none is to blame: the alarm counts once half of the time was worked, or a
    multiple of it was waited.
    """
    begun, worked = time.monotonic(), time.process_time()

    def too_long(_number: int, _frame: object) -> None:
        if time.process_time() - worked >= seconds / 2 or time.monotonic() - begun >= _PATIENCE * seconds:
            raise TimeoutError(f"it did not come to an end within {seconds:g} s")

    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def quiet() -> Generator[None]:
    """Send what rule files print to the error stream: our own output may be read by a machine."""
    with contextlib.redirect_stdout(sys.stderr):
        yield


@contextlib.contextmanager
def using(book: RuleBook) -> Generator[None]:
    """Use a book, quietly; afterwards say which of its rules were switched off meanwhile."""
    known = book.troubles
    with quiet():
        yield
    say(line for line in book.troubles if line not in known)


def folders(plugins: Iterable[Path]) -> list[Path]:
    """Return the folders that `--plugins` names.

    Raises:
        BadFile: one is not there.
    """
    places = [files.given(folder) for folder in plugins]
    for place in places:
        if not place.is_dir():
            raise BadFile(f"There is no plug-in folder at {place}; check --plugins.")
    return places


def pairs(texts: Iterable[str]) -> dict[str, str]:
    """Return what `--set NAME=VALUE` says, by name.

    Raises:
        BadInput: one says no value.
    """
    given: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise BadInput(f"`--set {text}` says no value; write NAME=VALUE, such as swing=60.")
        given[name.strip()] = value.strip()
    return given


def open_book(name: str, plugins: Iterable[Path]) -> RuleBook:
    """Open a rule book, and say what cannot be used.

    Raises:
        BadFile: there is no such book or folder, or the book is wrong.
    """
    places = folders(plugins)
    path = book_file.find(name, places)
    with quiet(), limited():
        found = discovery.discover(places)
        book = book_file.load(path, found)
    say([*found.notices, *book.troubles])
    return book


def say(lines: Iterable[str]) -> None:
    """Tell what a person should know, beside the output."""
    for line in lines:
        sys.stderr.write(f"live-composer: {line}\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], width: int = WIDTH) -> None:
    """Print rows as wide as the terminal, or `width` where there is none; columns named `+...` are set to the right."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column.lstrip("+"), justify="right" if column.startswith("+") else "left")
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else width, highlight=False, markup=False).print(table)
