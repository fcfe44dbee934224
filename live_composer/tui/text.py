"""Text of the screen as data, known to no terminal: lines, in pieces that have the names of their colours."""

from __future__ import annotations

from typing import TypeAlias

Line: TypeAlias = "list[tuple[str, str]]"
"""Pieces of text, each with a colour by its name in `Colours`."""


def cut(line: Line, width: int) -> Line:
    """Return what fits into so many columns.

    >>> cut([("tempo", "text"), (" 120", "dim")], 7)
    [('tempo', 'text'), (' 1', 'dim')]
    """
    fitting: Line = []
    for text, colour in line:
        fitting.append((text[: max(0, width)], colour))
        width -= len(text)
    return fitting
