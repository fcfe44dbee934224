"""The planner elsewhere: it plays while it is well, and whatever happens to it the plan comes, with the same notes."""

from __future__ import annotations

import asyncio
import contextlib
import math
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from hosting import LOOPBACK, Way, hosting

from live_composer.errors import BadInput, LostProcess
from live_composer.live import remote_planner
from live_composer.live.host_link import HostAddress, HostLink
from live_composer.live.planner_link import PlannerLink
from live_composer.live.remote_planner import STALL_SECONDS, RemotePlanner
from live_composer.plan.gate import Limits
from live_composer.plan.planner import Planner
from live_composer.policy import checkpoint
from live_composer.wire import channel
from live_composer.wire.door import Door
from live_composer.wire.messages import Hello, Plan, PlanFailed, PlanRequest
from live_composer.wire.screen import Failed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from live_composer.wire.channel import Channel

PATIENT = math.inf
"""Where the host shall play, however busy this machine is."""


@pytest.fixture
def models(random_model: str, tmp_path: Path) -> Path:
    """A folder in which the random model has another name, as on another machine."""
    folder = tmp_path / "served"
    folder.mkdir()
    for ending in (".json", ".safetensors"):
        shutil.copy(random_model + ending, folder / f"theirs{ending}")
    return folder


@pytest_asyncio.fixture
async def here(random_model: str) -> AsyncGenerator[PlannerLink]:
    """A planner here that another test's planner closes."""
    yield PlannerLink(random_model, device="cpu")


@contextlib.asynccontextmanager
async def planning(address: str, here: PlannerLink, stall: float = STALL_SECONDS) -> AsyncGenerator[RemotePlanner]:
    planner = RemotePlanner(HostAddress(address), here, request(here.model, 0, horizon=1), stall=stall)
    await planner.start()
    try:
        yield planner
    finally:
        await planner.close()


def request(model: str, revision: int = 1, **wishes: Any) -> PlanRequest:
    return PlanRequest(
        **{"revision": revision, "model": model, "events": [14, 1], "first_step": 16, "horizon": 16, "seed": revision}
        | wishes
    )


def expected(model: str, revision: int = 1, **wishes: Any) -> list[int]:
    """Return the notes that any planner would give."""
    plan = Planner("cpu").answer(request(model, revision, **wishes))
    assert isinstance(plan, Plan)
    return plan.events


async def test_the_host_plays_and_its_time_counts(models: Path, here: PlannerLink, random_model: str):
    async with (
        hosting(models) as host,
        Way.to(host.address) as way,
        planning(way.address, here, PATIENT) as planner,
    ):
        way.seconds = 0.05
        assert planner.away == ""
        assert (planner.where, planner.engine) == (way.address, "numpy")
        for revision in range(1, 4):
            plan = await planner.ask(request(random_model, revision, within=20.0))
            assert plan.events == expected(random_model, revision)
        assert planner.plans_there == planner.plans == 3
        assert planner.timing.round_trip_99 >= 0.1
        near, far = planner.timing.commit_horizon(0.1), here.timing.commit_horizon(0.1)
        assert near > far - 1
        assert host.host.metrics.counts["plans"] == 3 + 2  # that made it ready


async def test_a_host_that_stalls_is_not_waited_for_and_comes_back_at_a_bar_line(
    models: Path, here: PlannerLink, random_model: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(remote_planner, "STALL_SECONDS", 0.5)
    async with (
        hosting(models) as host,
        Way.to(host.address) as way,
        planning(way.address, here) as planner,
    ):
        await planner.ask(request(random_model))
        way.stalls = True
        plan = await planner.ask(request(random_model, 2, within=0.2))
        assert plan.events == expected(random_model, 2)
        assert planner.where == "here"
        assert "does not answer in time" in planner.away
        way.stalls = False
        revision = 2
        while not planner._well:
            revision += 1
            plan = await planner.ask(request(random_model, revision, within=5.0))
            assert plan.events == expected(random_model, revision)
            assert planner.where == "here"
            await asyncio.sleep(0.05)
        within_bar = request(random_model, revision + 1, within=5.0, first_step=20)
        assert (await planner.ask(within_bar)).events == expected(random_model, revision + 1, first_step=20)
        assert planner.where == "here"
        while not planner._well:
            await asyncio.sleep(0.01)
        there = planner.plans_there
        await planner.ask(request(random_model, revision + 2, within=5.0))
        assert (planner.away, planner.plans_there) == ("", there + 1)


async def test_a_host_that_is_cut_off_is_left_at_once_and_found_again(
    models: Path, here: PlannerLink, random_model: str
):
    async with (
        hosting(models) as host,
        Way.to(host.address) as way,
        planning(way.address, here) as planner,
    ):
        asking = asyncio.create_task(planner.ask(request(random_model, 1, horizon=128, book="house")))
        await asyncio.sleep(0.05)
        way.cut()
        assert len((await asking).events) == 128
        while not planner.away:
            await asyncio.sleep(0.01)
        assert (await planner.ask(request(random_model, 2))).events == expected(random_model, 2)
        await way.open()
        revision = 2
        while planner.away:
            revision += 1
            assert (await planner.ask(request(random_model, revision))).events == expected(random_model, revision)
            await asyncio.sleep(0.05)


async def test_where_there_is_no_host_this_machine_plays(here: PlannerLink, random_model: str):
    async with planning("ws://127.0.0.1:9", here) as planner:
        assert "There is no answer from ws://127.0.0.1:9" in planner.away
        assert (await planner.ask(request(random_model))).events == expected(random_model)


async def test_a_host_without_the_same_weights_does_not_play(
    models: Path, here: PlannerLink, random_model: str, tmp_path: Path
):
    (models / "theirs.json").unlink()
    for ending in (".json", ".safetensors"):
        shutil.copy(Path(__file__).parents[3] / f"models/note-rnn{ending}", models)
    async with hosting(models) as host, planning(host.address, here, PATIENT) as planner:
        assert (await planner.ask(request(random_model))).events == expected(random_model)
        assert "has no model with the weights of" in planner.away
        assert planner.where == "here"


async def test_what_a_host_refuses_is_planned_here(models: Path, here: PlannerLink, random_model: str):
    async with hosting(models, limits=Limits(horizon=16)) as host, planning(host.address, here, PATIENT) as planner:
        assert len((await planner.ask(request(random_model, horizon=32))).events) == 32
        assert "16 steps at most" in planner.away


async def test_what_nobody_can_plan_is_told(models: Path, here: PlannerLink, random_model: str):
    async with hosting(models) as host, planning(host.address, here) as planner:
        with pytest.raises(BadInput, match="no metre"):
            await planner.ask(request(random_model, metre="4"))
        assert (await planner.ask(request(random_model, 2))).events == expected(random_model, 2)


async def test_a_newer_request_takes_the_place_of_an_older(models: Path, here: PlannerLink, random_model: str):
    async with hosting(models) as host, planning(host.address, here, PATIENT) as planner:
        for revision in range(1, 20):
            asking = asyncio.create_task(planner.ask(request(random_model, revision, horizon=512, book="house")))
            await asyncio.sleep(0.001)
            asking.cancel()
        assert (await planner.ask(request(random_model, 20))).events == expected(random_model, 20)
        assert not planner._host._asked


async def test_reasons_are_told_here(models: Path, here: PlannerLink, random_model: str):
    async with hosting(models) as host, planning(host.address, here) as planner:
        before = host.host.metrics.counts["requests"]
        assert (await planner.ask(request(random_model, why=True))).why
        assert host.host.metrics.counts["requests"] == before


async def test_a_host_that_lies_harms_neither_the_horizon_nor_the_terminal(random_model: str):
    """It can play bad music, and nothing else: no claim of endless planning, no words that steer a terminal."""
    evil = "\x1b]52;c;aGVsbG8=\x07\x9b2J\r\n"
    answers = iter(
        [
            Plan(1, 16, [14] * 16, milliseconds=math.inf, off={f"rule{evil}": evil}, notices=[evil]),
            Plan(2, 16, [14] * 16, milliseconds=math.nan),
            Plan(3, 16, [14] * 16, milliseconds=-1e300),
            PlanFailed(4, f"no {evil}"),
            Failed(f"go away {evil}"),
        ]
    )

    async def lie(musician: Channel) -> None:
        async for _ in musician:
            await musician.send(next(answers))

    hello = Hello("planner", engine=f"numpy {evil}", weights={"theirs": checkpoint.card(random_model).sha256})
    async with channel.serve_door(Door(LOOPBACK), lambda: hello, lie) as port:
        link = HostLink(HostAddress(f"ws://127.0.0.1:{port}"))
        await link.start(5)
        told = [link.engine]
        for revision in range(1, 4):
            plan = await link.ask(request(random_model, revision))
            told += [*plan.off, *plan.off.values(), *plan.notices]
            assert 0 <= link.timing.planning_99 < 5
            assert 1 <= link.timing.commit_horizon(0.125) < 100
        with pytest.raises(BadInput) as refused:
            await link.ask(request(random_model, 4))
        with pytest.raises(LostProcess) as lost:
            await link.ask(request(random_model, 5))
        told += [str(refused.value), str(lost.value), link.trouble]
        await link.close()
    assert all(text.isprintable() for text in told), told
    assert "no " in told[-3]
    assert "go away" in told[-1]
