"""A fleet: several replicas behind one host, one of which is killed while it plans for many."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hosting import Box

from live_composer.errors import BadFile
from live_composer.plan import fleet
from live_composer.plan.fleet import FleetConfig
from live_composer.plan.planner import Planner
from live_composer.wire import channel
from live_composer.wire.messages import Hello, Plan, PlanRequest

if TYPE_CHECKING:
    from live_composer.wire.channel import Channel

MUSICIANS, PLANS = 12, 8
pytest.importorskip("yaml", reason="the extra `fleet` is not installed")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("least: none", "`int`"),
        ("lest: 2", "unknown field `lest`"),
        ("least: 3\nmost: 2", "less than `least`"),
        ("least: 0", ">= 1"),
        ("[", "yaml|parsing"),
        ("", "is empty"),
    ],
)
def test_what_is_wrong_with_a_fleets_file_is_told(tmp_path: Path, text: str, says: str):
    path = tmp_path / "fleet.yaml"
    path.write_text(text)
    with pytest.raises(BadFile, match=says):
        fleet.read_config(path)
    path.write_text("least: 1\nmost: 8\ngpus: 0.5\n")
    assert fleet.read_config(path) == FleetConfig(1, 8, gpus=0.5)


def request(musician: int, number: int) -> PlanRequest:
    return PlanRequest(number, "note-rnn", [], 0, 32, seed=1000 * musician + number, book="house")


async def play(musician: Channel, who: int) -> list[Any]:
    answers: list[Any] = []
    for number in range(PLANS):
        await musician.send(request(who, number))
        answers.append(await musician.receive())
    return answers


async def test_a_replica_is_killed_under_load_and_no_musician_misses_a_plan():
    pytest.importorskip("ray", reason="the extra `fleet` is not installed")
    with Box.open(2) as box:
        assert box.engine == "fleet of 2"
        musicians = [await channel.connect(box.address, Hello("musician")) for _ in range(MUSICIANS)]
        playing = [asyncio.create_task(play(musician, who)) for who, musician in enumerate(musicians)]
        await asyncio.wait(playing, timeout=0.5)
        family = box.replicas()
        assert len(family) == 2
        box.kill_one()
        plans = await asyncio.gather(*playing)
        alone = Planner("cpu")
        for who, answers in enumerate(plans):
            assert all(isinstance(plan, Plan) for plan in answers)
            known = alone.answer(request(who, 0))
            assert isinstance(known, Plan)
            assert answers[0].events == known.events
        family += box.replicas()
    assert not any(Path(f"/proc/{pid}").exists() for pid in family)
