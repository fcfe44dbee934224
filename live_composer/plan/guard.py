"""The guard: a rule that does not come to an end ends the planner with it, and the next planner knows its file.

Nothing in Python can end a call that loops, sleeps or sits in C. So the clock of `faulthandler`, which needs no
interpreter, ends the process; but first it writes where every thread was. The daemon starts another planner, which
reads that and leaves the file alone until it is saved again.
"""

from __future__ import annotations

import contextlib
import faulthandler
import re
import threading
import time
from typing import TYPE_CHECKING

from live_composer.rules.discovery import files_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

SECONDS = 1.5
"""How long a rule file may take to load and be proved, and a plan to be made: less than the daemon's patience."""

_THREAD = "most recent call first"
_LONGEST = 500
"""Characters of a path that `faulthandler` writes."""
_FRAME = re.compile(r'^  File "(?P<file>.+)", line (?P<line>\d+) in ')


class Guard:
    """Ends the process when something takes too long.

    Attributes:
        stuck: the files that earlier planners were stuck in, with the line.
    """

    def __init__(self, words: Path, folders: Iterable[Path], seconds: float = SECONDS) -> None:
        """Read the last words of earlier planners, and be ready to write ours.

        Args:
            words: the file that they are written to.
            folders: where the musician's own rule files are; others are not blamed.
            seconds: how long is too long.
        """
        self._seconds = seconds
        self._files = {path.resolve(): _dumped(path) for folder in folders for path in files_of(folder)}
        self._words = words.open("a+")
        self._words.seek(0)
        self.stuck = self._blamed(self._words.read())
        self._spoken = words.stat().st_mtime
        self._until: dict[int, float] = {}
        self._changing = threading.Lock()

    @contextlib.contextmanager
    def limit(self) -> Generator[None]:
        """End the process if what is done here, on this thread, takes too long."""
        thread = threading.get_ident()
        with self._changing:
            self._until[thread] = time.monotonic() + self._seconds
            self._arm()
        try:
            yield
        finally:
            with self._changing:
                del self._until[thread]
                self._arm()

    def trouble(self, path: Path) -> str:
        """Say why a rule file is left alone; empty when it is not, or was saved since."""
        line = self.stuck.get(path.resolve())
        if line is None or path.stat().st_mtime > self._spoken:
            return ""
        return f"it did not come to an end within {self._seconds:g} s (line {line}); mend it, and save it again"

    def _arm(self) -> None:
        if self._until:
            left = max(0.001, min(self._until.values()) - time.monotonic())
            faulthandler.dump_traceback_later(left, exit=True, file=self._words)
        else:
            faulthandler.cancel_dump_traceback_later()

    def _blamed(self, words: str) -> dict[Path, int]:
        """Return the innermost of the musician's files in each thread, and its line."""
        blamed: dict[Path, int] = {}
        for thread in words.split(_THREAD):
            for frame in filter(None, map(_FRAME.match, thread.splitlines())):
                if files := [path for path, dumped in self._files.items() if dumped == frame["file"]]:
                    blamed |= dict.fromkeys(files, int(frame["line"]))
                    break
        return blamed


def _dumped(path: Path) -> str:
    """Return a path as `faulthandler` writes it: in ASCII, and cut where it is long."""
    text = str(path)
    return "".join(map(_escaped, text[:_LONGEST])) + ("..." if len(text) > _LONGEST else "")


def _escaped(character: str) -> str:
    code = ord(character)
    if " " <= character <= "~":
        return character
    return f"\\x{code:02x}" if code < 1 << 8 else f"\\u{code:04x}" if code < 1 << 16 else f"\\U{code:08x}"
