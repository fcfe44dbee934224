"""How much of a core each of our processes takes, where the system tells."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_EVERY_SECONDS = 1.0
_USER, _SYSTEM = 11, 12
"""Fields of /proc/PID/stat after the name."""


class Cpu:
    """Measures once a second, however often it is asked."""

    def __init__(self) -> None:
        self._when = 0.0
        self._used: dict[int, float] = {}
        self._shares: dict[str, float] = {}

    def shares(self, pids: Mapping[str, int]) -> dict[str, float]:
        """Return percent of a core by name, over the last second; nothing of what cannot be known."""
        now = time.monotonic()
        if (passed := now - self._when) >= _EVERY_SECONDS:
            used = {pid: seconds for pid in pids.values() if (seconds := _seconds(pid)) is not None}
            self._shares = {
                name: round(100 * (used[pid] - self._used[pid]) / passed, 1)
                for name, pid in pids.items()
                if pid in used and pid in self._used
            }
            self._when, self._used = now, used
        return self._shares


def _seconds(pid: int) -> float | None:
    """Return the processor seconds that a process has used, or None where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[_USER]) + int(fields[_SYSTEM])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return None
