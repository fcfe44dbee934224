"""The watch: whether the musician's own rule files, or the book in use, were saved since it last looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live_composer.files import Stamp, stamp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Watch:
    """Looks at when files were written, and how long they are."""

    def __init__(self, folders: Sequence[Path], book: Path) -> None:
        """Watch the rule files of folders, and a rule book."""
        self._folders = folders
        self._rules, self._book = self._look(), stamp([book])

    def look(self, book: Path) -> tuple[bool, bool]:
        """Return whether rule files were saved, made or taken away, and whether the book was."""
        before = self._rules, self._book
        self._rules, self._book = self._look(), stamp([book])
        return self._rules != before[0], self._book != before[1]

    def _look(self) -> Stamp:
        return stamp(path for folder in self._folders for path in sorted(folder.glob("*.py")))
