"""Going first: a higher priority for the port process, where the system allows it."""

from __future__ import annotations

import contextlib
import os
import sys

FIFO_PRIORITY = 10
"""Above all ordinary processes and below every audio server."""
NICENESS = -10
WINDOWS_TIMER_MILLISECONDS = 1


def raise_priority() -> None:
    """Ask for real-time priority, else for a better one; call it before any thread is started, for all to have it."""
    if sys.platform == "win32":
        import ctypes

        # Windows sleeps in ticks of 15.6 ms unless somebody asks for finer ones.
        ctypes.windll.winmm.timeBeginPeriod(WINDOWS_TIMER_MILLISECONDS)
        return
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(FIFO_PRIORITY))
            return
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
