"""The command line that was typed, and whether a person sits at a terminal that can show more than lines."""

from __future__ import annotations

import os
import shlex
import sys


def typed() -> str:
    """Return the command as it was typed."""
    return shlex.join(["live-composer", *sys.argv[1:]])


def is_terminal() -> bool:
    """Say whether standard input and output are such a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def wants_screen(*, plain: bool, json: bool) -> bool:
    """Say whether to show a screen: on a terminal, unless lines are asked for."""
    return not (plain or json) and is_terminal()


def at_once(words: str, *, json: bool) -> None:
    """Tell a person what begins, before what takes seconds to load."""
    if sys.stdout.isatty() and not json:
        print(words, flush=True)
