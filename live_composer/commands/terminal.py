"""Whether a person sits at a terminal that can show more than lines."""

from __future__ import annotations

import os
import sys


def is_terminal() -> bool:
    """Say whether standard input and output are such a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
