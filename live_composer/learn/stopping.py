"""Ctrl-C while learning: asked once, learning ends where it can go on from."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from live_composer.learn.team import Team


@contextlib.contextmanager
def asked_to_stop(team: Team) -> Generator[threading.Event]:
    """Give what Ctrl-C sets, so that learning ends between two of its steps; a second Ctrl-C ends at once.

    In a team each process would end after another batch and leave the rest waiting, so there Ctrl-C ends all at once,
    and what was kept last stays.
    """
    stop = threading.Event()
    before = signal.getsignal(signal.SIGINT)

    def ask(*_: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    if team.size == 1:
        signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
