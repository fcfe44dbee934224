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


def padded(words: str, width: int) -> str:
    """Return words in exactly so many columns, a space at the end; where they do not fit, they say so.

    >>> padded("tempo", 8), padded("humanise-velocity", 8)
    ('tempo   ', 'humani… ')
    """
    room = width - 1
    return f"{words if len(words) <= room else words[: room - 1] + '…':<{width}}"
