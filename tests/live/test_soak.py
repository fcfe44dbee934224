"""A long evening in short: minutes of music on the manual clock; benchmarks/soak.py plays hours."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from live_composer.live.events import Bar, Event

if TYPE_CHECKING:
    from conftest import Rehearsal, Rehearse

BARS, WARM = 128, 64
GROWTH_MB = 2.0


def megabytes(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
async def test_minutes_of_music_stay_on_the_grid_and_the_processes_stay_small(rehearse: Rehearse):
    held: dict[int, list[float]] = {}

    def look(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Bar) and event.number in {WARM, BARS}:
            held[event.number] = [megabytes(child.pid) for child in (rehearsal.daemon.planner, rehearsal.daemon.port)]

    rehearsal, stopped = await rehearse(look, bars=BARS)
    onsets = [note.onset * 4 for note in rehearsal.notes()]
    assert [onset for onset in onsets if abs(onset - round(onset)) > 1e-6] == []
    assert len(onsets) > 2 * BARS
    assert [bar.number for bar in rehearsal.bars] == list(range(1, BARS + 1))
    assert (stopped.missed_plans, stopped.dropped, stopped.planners_replaced, stopped.ports_replaced) == (0, 0, 0, 0)
    grown = [after - before for before, after in zip(held[WARM], held[BARS], strict=True)]
    assert max(grown) < GROWTH_MB
