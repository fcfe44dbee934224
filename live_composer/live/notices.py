"""Notices: what a person should know, standing or passed."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from live_composer.wire.screen import Notice

if TYPE_CHECKING:
    from collections.abc import Callable

_KEPT = 8


class Notices:
    """The last things that passed and were worth a word, numbered so that each is shown once."""

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self._on_change = on_change
        self._passed: deque[Notice] = deque(maxlen=_KEPT)
        self._number = 0

    def tell(self, what: str, reason: str) -> None:
        """Note something."""
        self._number += 1
        self._passed.append(Notice(what, reason, standing=False, number=self._number))
        self._on_change()

    @property
    def passed(self) -> list[Notice]:
        """The last ones, the newest last."""
        return list(self._passed)
