"""The terminal, lent to another process and taken back as it was; what is said meanwhile is told afterwards."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

from live_composer import files

_OUT, _ERROR = 1, 2
_AS_BEFORE = (
    b"\x1b[?1049l"  # the screen that was there
    b"\x1b[?25h\x1b[0m"  # with a cursor, in its own colours
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"  # no mouse
    b"\x1b[?1004l\x1b[?2004l\x1b[<u"  # no news of focus, no brackets around what is pasted, plain keys
)
"""What a terminal is told whose program was killed."""


class LentTerminal:
    """Lends the terminal, from its making on.

    Until it is back, what this process writes is kept: a warning of a library would spoil the screen.

    Attributes:
        out, error: descriptors of the terminal, for the process that has it.
        back: whether this process has it again.
    """

    def __init__(self) -> None:
        self.back = False
        self._modes = _modes()
        with files.scratch():
            self._said = tempfile.TemporaryFile()  # noqa: SIM115 - it stays open for as long as the terminal is lent
        sys.stdout.flush()
        sys.stderr.flush()
        self.out, self.error = os.dup(_OUT), os.dup(_ERROR)
        os.dup2(self._said.fileno(), _OUT)
        os.dup2(self._said.fileno(), _ERROR)

    def take_back(self, *, clear: bool) -> None:
        """Have the terminal again.

        Args:
            clear: whether who had it left it in disorder.
        """
        sys.stdout.flush()
        sys.stderr.flush()
        if self._modes is not None:
            _set_modes(self._modes)
        if clear:
            os.write(self.out, _AS_BEFORE)
        os.dup2(self.out, _OUT)
        os.dup2(self.error, _ERROR)
        os.close(self.out)
        os.close(self.error)
        self.back = True
        self._said.seek(0)
        os.write(_ERROR, self._said.read())
        self._said.close()


def _modes() -> list[Any] | None:
    """Return how the terminal takes keys; None where it has no such modes (Windows)."""
    if os.name != "posix":
        return None
    import termios

    return termios.tcgetattr(sys.stdin) if sys.stdin.isatty() else None


def _set_modes(modes: list[Any]) -> None:
    import termios

    termios.tcsetattr(sys.stdin, termios.TCSANOW, modes)
