"""Hosts in this process or in one of their own, certificates of one's own making, and links that misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from live_composer.plan.gate import Limits
from live_composer.plan.host import Host
from live_composer.plan.metrics import Metrics
from live_composer.plan.planner import Planner
from live_composer.plan.worker import Worker
from live_composer.wire import channel
from live_composer.wire.door import Address, Door
from live_composer.wire.messages import Hello

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from live_composer.wire.channel import Channel

LOOPBACK = Address("127.0.0.1", 0)
MUSICIAN = Hello("musician")
REPLICA = "ServeReplica:live-composer"


class Certificate(NamedTuple):
    """A certificate that speaks for itself, and its key."""

    chain: Path
    key: Path


def need_openssl() -> None:
    """Skip a test where it is missing, or fail where everything is required."""
    if shutil.which("openssl") is None:
        if os.environ.get("REQUIRE_REAL_PARTS"):
            pytest.fail("openssl is missing")
        pytest.skip("openssl is missing")


def make_certificate(folder: Path) -> Certificate:
    """Make a certificate for this machine, as the documentation says how."""
    need_openssl()
    made = Certificate(folder / "box.pem", folder / "box.key")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
         "3650", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", str(made.key), "-out", str(made.chain)],
        check=True, capture_output=True,
    )  # fmt: skip
    return made


class Hosting(NamedTuple):
    """A host that listens.

    Attributes:
        address: where, as a musician says it.
        host: it.
        events: its log.
    """

    address: str
    host: Host
    events: list[dict[str, Any]]

    async def musician(self, **options: Any) -> Channel:
        """Connect to it."""
        return await channel.connect(self.address, MUSICIAN, **options)


@contextlib.asynccontextmanager
async def hosting(models: Path, door: Door | None = None, **options: Any) -> AsyncGenerator[Hosting]:
    """Run a host in this loop, that plans with the models of a folder; without a door, whoever comes is let in."""
    door = door or Door(LOOPBACK)
    events: list[dict[str, Any]] = []
    planner, metrics, limits = Planner("cpu", models=[models]), Metrics(), options.pop("limits", Limits())
    worker = Worker(planner, limits.seconds, metrics.batch.add)
    host = Host(
        worker,
        door,
        engine=planner.engine,
        models=[models],
        limits=limits,
        metrics=metrics,
        log=lambda name, **fields: events.append({"event": name} | fields),
        **options,
    )
    opened: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(host.serve(opened.set_result))
    await asyncio.wait({serving, opened}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        await serving
    try:
        yield Hosting(f"{'wss' if door.tls else 'ws'}://127.0.0.1:{opened.result()}", host, events)
    finally:
        host.stop()
        await serving
        worker.close()


@dataclass(frozen=True)
class Box:
    """A host in a process of its own, alone or the door of a fleet.

    Attributes:
        address: as a musician says it.
        pid: of the host itself.
        engine: what it says that it computes with.
    """

    address: str
    pid: int
    engine: str

    @classmethod
    @contextlib.contextmanager
    def open(cls, replicas: int = 0, *options: str) -> Generator[Box]:
        """Run a host, with a fleet of so many replicas if there are any; end it as its user would."""
        words = ["host", "--json", "--listen", "127.0.0.1:0", "--device", "cpu", *options]
        with tempfile.TemporaryDirectory() as folder:
            if replicas:
                path = Path(folder) / "fleet.yaml"
                path.write_text(f"least: {replicas}\nmost: {replicas}\ncpus: 0.1\n")
                words += ["--fleet", str(path)]
            process = subprocess.Popen(
                [sys.executable, "-m", "live_composer", *words],
                stdout=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"},
            )  # fmt: skip
            assert process.stdout
            try:
                opened = json.loads(process.stdout.readline())
                reading = threading.Thread(target=process.stdout.read)  # Or it would wait for a reader.
                reading.start()
                yield cls(opened["address"], process.pid, opened["engine"])
                process.terminate()
                process.wait(60)
                reading.join()
            finally:
                process.kill()
                process.communicate()

    def family(self) -> dict[int, str]:
        """Return its processes, and what each is called."""
        listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        found = [line.split(None, 2) for line in listed.splitlines()]
        family = {self.pid}
        while more := {int(pid) for pid, parent, _ in found if int(parent) in family} - family:
            family |= more
        return {int(pid): words for pid, _, words in found if int(pid) in family}

    def replicas(self) -> list[int]:
        """Return the processes of its replicas."""
        return sorted(pid for pid, words in self.family().items() if REPLICA in words)

    def kill_one(self) -> None:
        """Kill a replica, or where there is none the host."""
        os.kill((self.replicas() or [self.pid])[0], signal.SIGKILL)


class Way:
    """A way to a host that can be slow, lose packets, stall, and be cut.

    What TCP makes of a lost packet is played: it is sent again after a while, twice that when it is lost again, and
    all that follows waits for it.

    Attributes:
        port: where it begins.
        seconds: that each piece takes, in each direction.
        jitter: seconds that it may take longer.
        loss: the share of pieces that are lost.
        stalls: nothing comes through, and nobody is told.
    """

    def __init__(self, port: int) -> None:
        self.port, self.seconds, self.jitter, self.loss, self.stalls = 0, 0.0, 0.0, 0.0, False
        self._to = port
        self._chance = random.Random(1)
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @property
    def address(self) -> str:
        """Where it begins, as a musician says it."""
        return f"ws://127.0.0.1:{self.port}"

    @classmethod
    @contextlib.asynccontextmanager
    async def to(cls, address: str) -> AsyncGenerator[Way]:
        """Open a way to a host's address."""
        way = cls(int(address.rpartition(":")[2]))
        await way.open()
        try:
            yield way
        finally:
            way.cut()

    async def open(self) -> None:
        """Let connections in, at the same port as before."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """End every connection, and let no new one in."""
        assert self._server
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, here = await asyncio.open_connection("127.0.0.1", self._to)
        except ConnectionError:
            writer.transport.abort()
            return
        self._writers |= {writer, here}
        await asyncio.gather(self._pump(reader, here), self._pump(there, writer))
        self._writers -= {writer, here}

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        loop, due = asyncio.get_running_loop(), 0.0
        with contextlib.suppress(ConnectionError):
            while piece := await source.read(1 << 16):
                due = max(due, loop.time() + self._takes())
                loop.call_at(due, self._pass_on, piece, target)
        loop.call_at(max(due, loop.time() + self.seconds), target.close)

    def _takes(self) -> float:
        """Return how many seconds a piece takes."""
        again, waited = 0.2 + 2 * self.seconds, 0.0
        while self._chance.random() < self.loss:
            waited, again = waited + again, 2 * again
        return self.seconds + waited + self._chance.uniform(0, self.jitter)

    def _pass_on(self, piece: bytes, target: asyncio.StreamWriter) -> None:
        if not self.stalls and not target.is_closing():
            target.write(piece)
