"""The host: musicians by the network, each with its newest request; limits, deadlines, and whoever means it harm."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hosting import LOOPBACK, hosting, make_certificate
from websockets.asyncio.client import connect as open_websocket

from live_composer.errors import LostProcess
from live_composer.plan import answering, experience
from live_composer.plan.gate import Limits
from live_composer.plan.planner import Planner
from live_composer.plan.worker import Worker
from live_composer.policy import checkpoint
from live_composer.wire import channel, door
from live_composer.wire.door import Door, digest
from live_composer.wire.messages import LARGEST_MESSAGE, Hello, Plan, PlanFailed, PlanRequest, encode
from live_composer.wire.screen import Command, Failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.wire.channel import Channel


@pytest.fixture
def models(random_model: str) -> Path:
    """The folder of the model `random`."""
    return Path(random_model).parent


PATIENT = Limits(seconds=60.0)
"""A machine may be busy."""


def request(revision: int = 1, **wishes: Any) -> PlanRequest:
    return PlanRequest(
        **{"revision": revision, "model": "random", "events": [14, 1], "first_step": 2, "horizon": 16} | wishes
    )


async def fetch(url: str, **headers: str) -> tuple[int, str]:
    """Ask by HTTP."""

    def ask() -> tuple[int, str]:
        assert url.startswith("http:")
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    return await asyncio.to_thread(ask)


async def test_a_host_says_what_it_has_and_plans_what_a_local_planner_would(models: Path):
    async with hosting(models) as host:
        here = await host.musician()
        said = here.peer
        assert (said.role, said.models, said.engine) == ("planner", ["random"], "numpy")
        assert said.weights == {"random": checkpoint.card("random", [models]).sha256}
        assert {"house", "paper"} <= set(said.books)
        assert said.limits == Limits().told()
        await here.send(request(book="house"))
        plan = await here.receive()
        assert isinstance(plan, Plan)
        alone = Planner("cpu", models=[models]).answer(request(book="house"))
        assert isinstance(alone, Plan)
        assert (plan.events, plan.rewards) == (alone.events, alone.rewards)
        await here.close()
    connected, left, draining = host.events
    assert [event["event"] for event in (connected, left, draining)] == ["connected", "left", "draining"]
    assert left["peer"] == connected["peer"]


async def test_the_newest_request_cancels_the_older_between_its_steps(models: Path):
    async with hosting(models, limits=PATIENT) as host:
        here = await host.musician()
        for revision in range(1, 30):
            await here.send(request(revision, horizon=256, book="house"))
            await asyncio.sleep(0)
        await here.send(request(30))
        while (answer := await here.receive()).revision != 30:
            assert isinstance(answer, Plan)
        assert isinstance(answer, Plan)
        counts = host.host.metrics.counts
        assert counts["cancelled"] >= 1
        assert counts["plans"] + counts["cancelled"] == counts["requests"] <= 30
        await here.close()


async def test_an_answer_that_would_be_late_is_not_computed(models: Path):
    async with hosting(models, limits=PATIENT) as host:
        here = await host.musician()
        slow = {"horizon": 256, "book": "house"}
        await here.send(request(1, within=0.0, **slow))
        answer = await here.receive()
        assert isinstance(answer, PlanFailed)
        assert answer.late
        await here.send(request(2, **slow))
        plan = await here.receive()
        assert isinstance(plan, Plan)
        begin = time.monotonic()
        await here.send(request(3, within=plan.milliseconds / 10_000, **slow))
        late = await here.receive()
        assert isinstance(late, PlanFailed)
        assert late.late
        assert time.monotonic() - begin < plan.milliseconds / 1000
        await here.send(request(4, within=60.0))
        assert isinstance(await here.receive(), Plan)
        assert host.host.metrics.counts["too_late"] == 2
        await here.close()


async def test_a_kind_of_plan_that_was_once_too_slow_is_tried_again(models: Path, monkeypatch: pytest.MonkeyPatch):
    worker = Worker(Planner("cpu", models=[models]))
    worker._experience.note(request(), 100.0)
    assert isinstance(await worker.answer(request(within=20.0), lambda: False), PlanFailed)
    monkeypatch.setattr(experience, "_COUNTS_SECONDS", 0.0)
    assert isinstance(await worker.answer(request(within=20.0), lambda: False), Plan)
    worker.close()


@pytest.mark.parametrize(
    ("wishes", "says"),
    [
        ({"horizon": 33}, "plans 32 steps at most"),
        ({"candidates": 17}, "16 candidates at most"),
        ({"model": "nobody"}, "There is no model `nobody`"),
        ({"model": "../random"}, "by no path"),
        ({"model": "{folder}/random"}, "by no path"),
        ({"prior": "/etc/passwd"}, "by no path"),
        ({"book": "{folder}/book.toml"}, "by no path"),
        ({"book": "book.toml"}, "by no path"),
        ({"book": "nobody"}, "There is no rule book"),
    ],
)
async def test_more_than_is_granted_is_refused_and_the_musician_stays(models: Path, wishes: dict[str, Any], says: str):
    wishes = {name: value.format(folder=models) if isinstance(value, str) else value for name, value in wishes.items()}
    async with hosting(models, limits=Limits(horizon=32, candidates=16)) as host:
        here = await host.musician()
        await here.send(request(1, **{"candidates": 8} | wishes))
        refused = await here.receive()
        assert isinstance(refused, PlanFailed)
        assert says in refused.reason
        assert str(models) not in refused.reason
        await here.send(request(2, candidates=8))
        assert isinstance(await here.receive(), Plan)
        await here.close()


async def test_a_plan_that_takes_too_long_is_given_up(models: Path):
    async with hosting(models, limits=Limits(seconds=0.001)) as host:
        here = await host.musician()
        await here.send(request(book="house"))
        answer = await here.receive()
        assert isinstance(answer, PlanFailed)
        assert "ask for less" in answer.reason
        await here.close()


async def test_who_asks_too_often_is_sent_away_and_others_are_not(models: Path):
    async with hosting(models, limits=Limits(requests=5)) as host:
        well, flood = await host.musician(), await host.musician()
        with contextlib.suppress(LostProcess):
            for revision in range(50):
                await flood.send(request(revision))
        said = [message async for message in flood]
        assert isinstance(said[-1], Failed)
        assert "5 requests a second" in said[-1].reason
        await well.send(request())
        assert isinstance(await well.receive(), Plan)
        await well.close()


async def test_who_does_not_read_is_hung_up_on(models: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(answering, "SEND_SECONDS", 0.2)
    async with hosting(models) as host:
        deaf = await host.musician()
        deaf._connection.transport.pause_reading()
        (talk,) = host.host._talks
        for connection in (deaf, talk._musician):
            where = connection._connection.transport.get_extra_info("socket")
            where.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            where.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for revision in range(1000):
            if not host.host._talks:
                break
            with contextlib.suppress(LostProcess):
                await deaf.send(request(revision, horizon=64, why=True, candidates=1))
            await asyncio.sleep(0.03)
        assert not host.host._talks
        assert revision < 999
        well = await host.musician()
        await well.send(request())
        assert isinstance(await well.receive(), Plan)
        await well.close()
        deaf.abort()


def nonsense(chance: random.Random) -> bytes:
    """Return bytes that are no message, or a message with wild values."""
    kind = chance.randrange(4)
    if kind == 0:
        return chance.randbytes(chance.randrange(2000))
    valid: dict[str, Any] = msgspec.msgpack.decode(encode(request()))
    wild: list[Any] = [
        -1, 2**63, 2**64 - 1, 0, float("nan"), float("inf"), -0.0, 1e308, None, True, "", "x" * 3000, "\0", "../" * 50,
        [], [[]], [2**31] * 3, [127] * 128, {}, {"a": float("nan")}, {"rule": 1e9}, "4/0", "0/4", "999999999/4", "H",
    ]  # fmt: skip
    if kind == 1:
        for name in chance.sample([*valid, "weights", "liked", "within", "c", "metre", "key", "seed", "chord"], 3):
            valid[name] = chance.choice(wild)
        return msgspec.msgpack.encode(valid)
    if kind == 2:
        broken = bytearray(encode(request()))
        broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        return bytes(broken)
    return encode(
        request(
            metre="4/4",
            weights={chance.choice(["house_key", "no\0rule"]): chance.uniform(-1000, 1000)},
            key="F# dorian",
        )
    )


@pytest.mark.parametrize("seed", range(4))
async def test_nonsense_harms_nobody(models: Path, seed: int):
    chance = random.Random(seed)
    async with hosting(models, limits=Limits(requests=10_000, seconds=0.5)) as host:
        well = await host.musician()
        for round_ in range(40):
            if chance.random() < 0.3:
                with socket.create_connection(("127.0.0.1", int(host.address.rpartition(":")[2]))) as raw:
                    raw.sendall(chance.randbytes(chance.randrange(1, 500)))
            else:
                with contextlib.suppress(Exception):
                    async with open_websocket(host.address, proxy=None, close_timeout=0.1) as raw:
                        if chance.random() < 0.8:
                            await raw.send(encode(Hello("musician")))
                            await raw.recv()
                        for _ in range(3):
                            await raw.send(nonsense(chance))
                            async with asyncio.timeout(1.0):
                                answer = msgspec.msgpack.decode(await raw.recv())
                            assert answer["type"] in {"plan", "plan_failed", "failed"}
            if round_ % 10 == 9:
                await well.send(request(round_))
                async with asyncio.timeout(20):
                    assert (await well.receive()).revision == round_
        await well.close()


async def test_half_open_and_slow_connections_are_closed_and_keep_nobody_out(
    models: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(channel, "HELLO_SECONDS", 0.5)
    async with hosting(models, Door(LOOPBACK, connections=8)) as host:
        port = int(host.address.rpartition(":")[2])
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(6)]
        for number, each in enumerate(silent):
            each.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "[: 5 * number])
        mute = await open_websocket(host.address, proxy=None)  # says no hello
        well = await host.musician()
        await well.send(request())
        assert isinstance(await well.receive(), Plan)
        await mute.wait_closed()
        for each in silent:
            each.settimeout(10)
            with contextlib.suppress(ConnectionResetError):
                while await asyncio.to_thread(each.recv, 1000):
                    pass
            each.close()
        others = [await host.musician() for _ in range(7)]
        await asyncio.gather(well.close(), *(other.close() for other in others))


async def test_what_is_no_request_is_told(models: Path):
    async with hosting(models) as host:
        here = await host.musician()
        await here.send(Command("play"))
        said = await here.receive()
        assert isinstance(said, Failed)
        assert "answers planning requests" in said.reason
        assert [event["event"] for event in host.events] == ["connected", "refused", "left"]


async def test_metrics_and_health_are_told_by_http(models: Path):
    async with hosting(models, Door(LOOPBACK, tokens=[digest("secret")])) as host:
        url = host.address.replace("ws:", "http:")
        assert await fetch(f"{url}/health") == (200, "ok\n")
        assert (await fetch(f"{url}/metrics"))[0] == 401
        assert (await fetch(f"{url}/elsewhere", Authorization="Bearer secret"))[0] == 404
        here = await host.musician(token="secret")
        await here.send(request(within=30.0))
        await here.receive()
        status, text = await fetch(f"{url}/metrics", Authorization="Bearer secret")
        assert status == 200
        lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        assert lines["live_composer_plans_total"] == lines["live_composer_requests_total"] == "1"
        assert lines["live_composer_musicians"] == "1"
        assert lines["live_composer_answer_seconds_count"] == lines["live_composer_spare_seconds_count"] == "1"
        assert text.count("# HELP") == text.count("# TYPE")
        await here.close()


async def test_what_is_under_way_is_answered_before_the_host_ends(models: Path):
    async with hosting(models, limits=PATIENT) as host:
        here, idle = await host.musician(), await host.musician()
        await here.send(request(horizon=128, book="house"))
        while not host.host._plans.waiting:
            await asyncio.sleep(0.001)
        os.kill(os.getpid(), signal.SIGTERM)
        assert isinstance(await here.receive(), Plan)
        for musician in (here, idle):
            with pytest.raises(LostProcess):
                await musician.receive()
    assert host.events[-1]["event"] == "left"


async def test_by_tls_with_a_token_it_is_the_same(models: Path, tmp_path: Path):
    certificate = make_certificate(tmp_path)
    async with hosting(models, Door(LOOPBACK, door.certificate(*certificate), [digest("secret")])) as host:
        here = await host.musician(token="secret", tls=door.trust(certificate.chain))
        await here.send(request())
        assert isinstance(await here.receive(), Plan)
        await here.close()


async def test_a_plan_that_cannot_be_sent_is_told_and_who_gets_none_by_mistake_is_hung_up_on():
    class Plans:
        """Makes a plan that is too large, a good one, and a mistake."""

        async def answer(self, request: PlanRequest, _unwanted: Callable[[], bool]) -> Plan:
            assert request.revision < 3
            notices = ["x" * LARGEST_MESSAGE] if request.revision == 1 else []
            return Plan(request.revision, 0, [1], notices=notices)

    async def converse(musician: Channel) -> None:
        await answering.Answering(musician, Plans()).run()

    async with channel.serve_door(Door(LOOPBACK), lambda: Hello("planner"), converse) as port:
        musician = await channel.connect(f"ws://127.0.0.1:{port}", Hello("musician"))
        async with asyncio.timeout(10):
            await musician.send(request(1))
            failed = await musician.receive()
            assert isinstance(failed, PlanFailed)
            assert "too large" in failed.reason
            await musician.send(request(2))
            assert isinstance(await musician.receive(), Plan)
            await musician.send(request(3))
            with pytest.raises(LostProcess):
                await musician.receive()
        await musician.close()
