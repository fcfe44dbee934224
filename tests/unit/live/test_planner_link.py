"""The link to a real planner process: asked, killed, hung, and ended."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from live_composer import paths
from live_composer.errors import BadInput
from live_composer.live.planner_link import PlannerLink
from live_composer.plan.planner import Planner
from live_composer.wire.messages import Plan, PlanRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest_asyncio.fixture
async def link(random_model: str) -> AsyncIterator[PlannerLink]:
    link = PlannerLink(random_model, device="cpu", patience=1.0)
    await link.start()
    yield link
    await link.close()


def request(model: str, revision: int = 1, horizon: int = 32) -> PlanRequest:
    return PlanRequest(revision, model, [], 0, horizon, seed=3)


async def test_the_process_plans_what_its_planner_would(link: PlannerLink, random_model: str) -> None:
    plan = await link.ask(request(random_model))
    expected = Planner("cpu").answer(request(random_model))
    assert isinstance(expected, Plan)
    assert plan.events == expected.events
    assert link.timing.planning_99 > 0


async def test_a_reason_is_an_error_and_the_planner_lives_on(link: PlannerLink, random_model: str) -> None:
    with pytest.raises(BadInput, match="There is no model"):
        await link.ask(request("nobody"))
    assert (await link.ask(request(random_model, 2))).revision == 2
    assert link.replaced == 0


@pytest.mark.parametrize("harm", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
async def test_a_planner_that_fails_is_replaced_and_the_plan_comes(
    link: PlannerLink, random_model: str, harm: signal.Signals
) -> None:
    before = await link.ask(request(random_model))
    victim = link.pid
    os.kill(victim, harm)
    after = await link.ask(request(random_model, 2))
    assert after.events == before.events
    assert link.pid != victim
    assert link.replaced == 1
    folder = paths.socket(f"planner-{os.getpid()}-0.sock").parent
    assert len(list(folder.glob(f"planner-{os.getpid()}-*.sock"))) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(victim, 0)


async def test_a_killed_planner_is_replaced_before_it_is_missed(link: PlannerLink) -> None:
    victim = link.pid
    os.kill(victim, signal.SIGKILL)
    while link.pid in (0, victim):
        await asyncio.sleep(0.01)


async def test_a_newer_request_takes_the_place_of_an_older(link: PlannerLink, random_model: str) -> None:
    for revision in range(1, 20):
        asking = asyncio.create_task(link.ask(request(random_model, revision, 512)))
        await asyncio.sleep(0)
        asking.cancel()
    assert (await link.ask(request(random_model, 20, 8))).revision == 20


async def test_the_planner_ends_with_its_link(random_model: str) -> None:
    link = PlannerLink(random_model, device="cpu")
    await link.start()
    pid = link.pid
    await link.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
