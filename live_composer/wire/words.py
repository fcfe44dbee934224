"""Words of others made harmless: what a stranger, a file or a host says is shown, and steers no terminal."""

from __future__ import annotations

_CONTROLS = [*range(32), *range(127, 160)]
_ENDS_OF_LINES = [0x2028, 0x2029]
_DIRECTIONS = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_STEERING = dict.fromkeys([*_CONTROLS, *_ENDS_OF_LINES, *_DIRECTIONS], " ")


def harmless(text: str) -> str:
    r"""Return text, whoever wrote it, without what would steer the terminal, end the line or turn it around.

    >>> harmless("red \x1b[31m\nnext")
    'red  [31m next'
    """
    return text.translate(_STEERING)
