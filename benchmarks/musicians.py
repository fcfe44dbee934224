"""How many musicians a host keeps playing: simulated ones, who ask as real ones do.

    python benchmarks/musicians.py [--model note-rnn] [--counts 50,100,200,400] [--seconds 12] [--fleet REPLICAS]

Each plays at 120 BPM: asks for two bars every 4 s, in time until 3 s later, and moves a slider every 8 s, which is to
be heard within 375 ms. `in time` is the share of answers that were of use; for the others the musician's own planner
plays. Host and musicians share the machine. With --fleet the host is the door of so many replicas (extra `fleet`).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import numpy as np
from machine import machine

from live_composer.wire import channel
from live_composer.wire.messages import Hello, Plan, PlanFailed, PlanRequest

if TYPE_CHECKING:
    from collections.abc import Generator

    from live_composer.wire.channel import Channel

TWO_BARS, SLIDER = 4.0, 8.0
AHEAD, AT_ONCE = 3.0, 0.375
WAY = 0.05
"""Seconds that a musician allows for the way."""
LEFT_OUT_SECONDS = 4.0
"""At the beginning, while the model is loaded and everybody comes at once."""


class Musician:
    """Asks, and notes how long answers took.

    Attributes:
        taken: seconds of each answer in time.
        late: how many were not.
    """

    def __init__(self, host: Channel, model: str, number: int) -> None:
        self._host, self._model, self._number = host, model, number
        self._chance = random.Random(number)
        self._events = [14, 1, 16, 1] * 16
        self._asked: dict[int, tuple[float, float]] = {}
        self._revision = 0
        self.taken: list[float] = []
        self.late = 0

    async def play(self, seconds: float) -> None:
        """Play for a while."""
        begin = time.monotonic()
        asking = [
            asyncio.create_task(self._ask(every, within)) for every, within in ((TWO_BARS, AHEAD), (SLIDER, AT_ONCE))
        ]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                async for answer in self._host:
                    self._hear(answer, begin)
        for task in asking:
            task.cancel()

    async def _ask(self, every: float, within: float) -> None:
        await asyncio.sleep(self._chance.uniform(0, every))
        while True:
            self._revision += 1
            step = 16 * self._revision
            request = PlanRequest(
                self._revision,
                self._model,
                self._events,
                step,
                32,
                seed=self._number,
                book="house",
                within=within - WAY,
            )
            self._asked = {self._revision: (time.monotonic(), within)}  # A newer one takes the place of an older.
            await self._host.send(request)
            await asyncio.sleep(every)

    def _hear(self, answer: object, begin: float) -> None:
        assert isinstance(answer, Plan | PlanFailed), answer
        asked = self._asked.pop(answer.revision, None)
        now = time.monotonic()
        if asked is None or now - begin < LEFT_OUT_SECONDS:
            return
        if isinstance(answer, Plan) and now - asked[0] <= asked[1]:
            self.taken.append(now - asked[0])
        else:
            self.late += 1


@contextlib.contextmanager
def a_host(replicas: int) -> Generator[str]:
    """Run a host in a process of its own; yield its address."""
    words = ["host", "--json", "--listen", "127.0.0.1:0", "--device", "cpu", "--connections", "2000"]
    with tempfile.TemporaryDirectory() as folder:
        if replicas:
            path = Path(folder) / "fleet.yaml"
            path.write_text(f"least: {replicas}\nmost: {replicas}\ncpus: 0.1\n")
            words += ["--fleet", str(path)]
        process = subprocess.Popen(
            [sys.executable, "-m", "live_composer", *words], stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert process.stdout
        log = process.stdout
        try:
            address = json.loads(log.readline())["address"]
            threading.Thread(target=log.read, daemon=True).start()  # Or the host would wait for a reader.
            yield address
        finally:
            process.terminate()
            process.wait()


async def measure(address: str, model: str, count: int, seconds: float) -> str:
    hosts = [await channel.connect(address, Hello("musician")) for _ in range(count)]
    musicians = [Musician(host, model, number) for number, host in enumerate(hosts)]
    await asyncio.gather(*(musician.play(seconds) for musician in musicians))
    for host in hosts:
        host.abort()
    taken = np.array([each for musician in musicians for each in musician.taken])
    late = sum(musician.late for musician in musicians)
    middle, high = np.percentile(1000 * taken, [50, 99]) if len(taken) else (np.nan, np.nan)
    rate = (len(taken) + late) / (seconds - LEFT_OUT_SECONDS)
    return f"{count:>10}{rate:>10.1f}{len(taken) / max(1, len(taken) + late):>9.3f}{middle:>9.0f}{high:>9.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", default="note-rnn")
    parser.add_argument("--counts", default="50,100,200,400")
    parser.add_argument("--seconds", type=float, default=12.0)
    parser.add_argument("--fleet", type=int, default=0)
    options = parser.parse_args()
    print(machine())
    print(f"{'musicians':>10}{'answers/s':>10}{'in time':>9}{'p50 ms':>9}{'p99 ms':>9}")
    for count in map(int, options.counts.split(",")):
        with a_host(options.fleet) as address:
            print(asyncio.run(measure(address, options.model, count, options.seconds)), flush=True)


if __name__ == "__main__":
    main()
