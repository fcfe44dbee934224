"""A host with rules of its own: one that never returns is given up, and others are answered on."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hosting import LOOPBACK

from live_composer.plan.aside import Aside
from live_composer.plan.host import Host
from live_composer.plan.stretch import Superseded
from live_composer.wire.channel import connect
from live_composer.wire.child import Child
from live_composer.wire.door import Door
from live_composer.wire.messages import Hello, Plan, PlanRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

_ENDLESS = """
from live_composer.rules import batch_rule


@batch_rule
def endless(melodies, context):
    \"\"\"Come to no end where there are many steps.\"\"\"
    while melodies.shape[1] > 300:
        pass
    return 0.0 * melodies
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "endless.py").write_text(_ENDLESS)
    (folder / "ours.toml").write_text("[rules]\nhouse_key = 1.0\nendless = 1.0\n")
    return folder


@pytest.fixture
def aside(folder: Path, random_model: str) -> Aside:
    return Aside("cpu", [folder], [Path(random_model).parent], 0.5)


def request(revision: int, horizon: int = 8, book: str = "house") -> PlanRequest:
    return PlanRequest(revision, "random", [], 0, horizon, book=book, candidates=4)


async def test_a_rule_that_never_returns_is_off_and_others_are_answered(aside: Aside):
    async with aside.kept():
        others = [asyncio.create_task(aside.answer(request(number), lambda: False)) for number in range(4)]
        plan = await aside.answer(request(9, 400, "ours"), lambda: False)
        assert isinstance(plan, Plan), plan
        assert "did not come to an end" in plan.off["endless"]
        assert all(isinstance(other, Plan) for other in await asyncio.gather(*others))
        assert (aside.replaced, aside.waiting) == (1, 0)


async def test_a_plan_that_is_not_wanted_any_more_is_given_up(aside: Aside):
    async with aside.kept():
        with pytest.raises(Superseded):
            await aside.answer(request(1, 512), lambda: True)
        assert isinstance(await aside.answer(request(2), lambda: False), Plan)
        assert aside.replaced == 0


async def test_a_planner_that_is_killed_is_replaced_while_musicians_stay(aside: Aside, random_model: str):
    opened: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    host = Host(aside, Door(LOOPBACK), engine="numpy", models=[Path(random_model).parent])
    async with aside.kept():
        serving = asyncio.create_task(host.serve(opened.set_result))
        musician = await connect(f"ws://127.0.0.1:{await opened}", Hello("musician"))
        for revision in range(3):
            await musician.send(request(revision))
            answer = await musician.receive()
            assert isinstance(answer, Plan), answer
            assert aside._child
            os.kill(aside._child.pid, signal.SIGKILL)
        host.stop()
        await serving


async def test_a_planner_that_dies_before_it_can_be_watched_is_replaced_too(
    aside: Aside, monkeypatch: pytest.MonkeyPatch
):
    start, started = Child.start, list[Child]()

    async def dying(path: Path, options: Sequence[str]) -> Child:
        child = await start(path, options)
        started.append(child)
        if len(started) == 2:
            child.kill()
            await child._process.wait()
        return child

    monkeypatch.setattr(Child, "start", dying)
    async with aside.kept():
        started[0].kill()
        async with asyncio.timeout(30):
            while not isinstance(await aside.answer(request(1), lambda: False), Plan) or len(started) < 3:
                await asyncio.sleep(0.01)
        assert aside.replaced == 2
