"""Daemons that a host plans for: whatever becomes of it, the same music, with no gap and no hanging note."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from hosting import Way, hosting

from live_composer.live.events import Bar, Event, Trouble
from live_composer.live.host_link import HostAddress

if TYPE_CHECKING:
    from conftest import Rehearsal, Rehearse

    from live_composer.wire.screen import PlannerView


async def test_the_music_is_the_same_whoever_plans_it(rehearse: Rehearse, random_model: str):
    alone, _ = await rehearse(bars=24, book="house")
    async with hosting(Path(random_model).parent) as host:
        shown: list[PlannerView] = []

        def look(rehearsal: Rehearsal, event: Event) -> None:
            if isinstance(event, Bar):
                shown.append(rehearsal.daemon._frame().planner)

        there, stopped = await rehearse(look, bars=24, book="house", host=HostAddress(host.address))
        assert all((view.where, view.engine, view.trouble) == (host.address, "numpy", "") for view in shown)
        assert shown[-1].elsewhere >= 11
        assert there.melody == alone.melody
        assert there.notes() == alone.notes()
        assert stopped.missed_plans == 0
        assert there.daemon.planner.plans_there == host.host.metrics.counts["plans"] - 2 >= 12
        assert there.daemon.planner.where == host.address


async def test_a_host_that_goes_away_and_comes_back_is_not_heard(rehearse: Rehearse, random_model: str):
    alone, _ = await rehearse(bars=48)
    async with hosting(Path(random_model).parent) as host, Way.to(host.address) as way:
        reopening: list[asyncio.Task[None]] = []

        def cut(rehearsal: Rehearsal, event: Event) -> None:
            if isinstance(event, Bar) and event.number in {8, 30}:
                way.cut()
            elif isinstance(event, Bar) and event.number == 12:
                reopening.append(asyncio.create_task(way.open()))

        there, stopped = await rehearse(cut, bars=48, host=HostAddress(way.address))
    assert there.melody == alone.melody
    assert there.notes() == alone.notes()
    assert stopped.missed_plans == 0
    planner = there.daemon.planner
    assert 0 < planner.plans_there < planner.plans
    troubles = [event.reason for event in there.events if isinstance(event, Trouble) and event.what == "host"]
    assert "was lost" in troubles[0]
