"""Rules and books for the commands that use them: found, opened, and what cannot be used told in a line each."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from live_composer.rules import book_file, discovery

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from pathlib import Path

    from live_composer.rules.book import RuleBook

WIDTH = 100
"""Columns of what is printed where there is no terminal."""


@contextlib.contextmanager
def quiet() -> Generator[None]:
    """Send what rule files print to the error stream: our own output may be read by a machine."""
    with contextlib.redirect_stdout(sys.stderr):
        yield


def folders(plugins: Iterable[Path]) -> list[Path]:
    """Return the folders that `--plugins` names."""
    return [folder.expanduser() for folder in plugins]


def open_book(name: str, plugins: Iterable[Path]) -> RuleBook:
    """Open a rule book, and say what cannot be used.

    Raises:
        BadFile: there is no such book or folder, or the book is wrong.
    """
    places = folders(plugins)
    path = book_file.find(name, places)
    with quiet():
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
