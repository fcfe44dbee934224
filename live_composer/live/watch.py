"""The watch: whether the musician's own rule files, or the book in use, were saved since it last looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Stamp = dict[str, tuple[int, int]]


class Watch:
    """Looks at when files were written, and how long they are."""

    def __init__(self, folders: Sequence[Path], book: Path) -> None:
        """Watch the rule files of folders, and a rule book."""
        self._folders = folders
        self._files, self._book = self._look(), _stamp([book])

    def look(self, book: Path) -> tuple[bool, bool]:
        """Return whether rule files were saved, made or taken away, and whether the book was."""
        files, stamp = self._look(), _stamp([book])
        changed = files != self._files, stamp != self._book
        self._files, self._book = files, stamp
        return changed

    def _look(self) -> Stamp:
        return _stamp([path for folder in self._folders for path in folder.glob("*.py")])


def _stamp(files: list[Path]) -> Stamp:
    stamp: Stamp = {}
    for path in files:
        try:
            seen = path.stat()
        except OSError:  # An editor is just writing it anew.
            continue
        stamp[str(path)] = seen.st_mtime_ns, seen.st_size
    return stamp
