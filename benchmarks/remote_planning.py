"""Music that a host plans, over links of every kind: what is heard of them.

    python benchmarks/remote_planning.py [--bars 16] [--tempo 120] [--model house] [--links 0,50,150]

A daemon plays in real time to no port; a slider is moved every three beats, so that plans are wanted at once and not
only ahead. The link is played by a proxy on loopback that takes as long, and loses as much, as it is told (milliseconds
there and back). `fresh` is the share of sixteenths that came from a plan with the wishes of then; `host` the share of
plans that the host made; `heard after` the way from a slider to its first note, the commit horizon.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

from machine import machine

from live_composer.live.daemon import Daemon, Setup
from live_composer.live.host_link import HostAddress
from live_composer.live.values import Values
from live_composer.policy import checkpoint
from live_composer.port.protocol import Sent
from live_composer.wire.screen import Set

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from hosting import Way

if TYPE_CHECKING:
    from collections.abc import Generator

    from live_composer.port.protocol import Reply

MOVED_BEATS = 3
CUT_SECONDS = 10.0
STEPS_PER_BEAT = 4


@dataclass
class Link:
    """A link, and what becomes of it."""

    name: str
    round_trip: float = 0.0
    jitter: float = 0.0
    loss: float = 0.0
    cut: bool = False
    killed: bool = False


LINKS = {
    "none": None,
    "0": Link("0 ms"),
    "50": Link("50 ms", 0.05),
    "150": Link("150 ms", 0.15),
    "400": Link("400 ms", 0.4),
    "jitter": Link("150 ms, up to 100 more", 0.15, jitter=0.05),
    "loss": Link("50 ms, 5 % lost", 0.05, loss=0.05),
    "cut": Link("50 ms, cut for 10 s", 0.05, cut=True),
    "killed": Link("50 ms, host killed", 0.05, killed=True),
}


@dataclass
class Heard:
    """What was heard."""

    origins: Counter[str] = field(default_factory=Counter[str])
    sounding: set[int] = field(default_factory=set[int])
    struck_twice: int = 0
    horizons: list[int] = field(default_factory=list[int])

    def hear(self, reply: Reply) -> None:
        """Take note of what sounds."""
        for message in reply.messages if isinstance(reply, Sent) else ():
            kind, pitch, velocity = message.data[0] & 0xF0, message.data[1], message.data[2]
            if kind == 0x90 and velocity:
                self.struck_twice += pitch in self.sounding
                self.sounding.add(pitch)
            elif kind == 0x80:
                self.sounding.discard(pitch)


@contextlib.contextmanager
def a_host() -> Generator[tuple[subprocess.Popen[str], str]]:
    """Run a host in a process of its own; yield it and its address."""
    words = ["host", "--json", "--listen", "127.0.0.1:0", "--device", "cpu"]
    process = subprocess.Popen([sys.executable, "-m", "live_composer", *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield process, json.loads(process.stdout.readline())["address"]
    finally:
        process.kill()
        process.communicate()


async def play(options: argparse.Namespace, host: HostAddress | None) -> str:
    """Play to the end; return a line of the table."""
    heard = Heard()
    values = Values({"model": options.model, "book": "house", "seed": 1, "tempo": options.tempo})
    vocabulary = checkpoint.load(options.model).shape.vocabulary
    setup = Setup(target="null", values=values, vocabulary=vocabulary, bars=options.bars, device="cpu", host=host)
    daemon = Daemon(setup, on_reply=heard.hear)
    settle = daemon.performance.source.settle

    def settled() -> object:
        following = settle()
        heard.origins[following.origin] += 1
        if following.step % (MOVED_BEATS * STEPS_PER_BEAT) == 0:
            heard.horizons.append(daemon.performance.planning.horizon)
            daemon.ask(Set("temperature", 0.9 + 0.2 * (len(heard.horizons) % 2)))
        return following

    daemon.performance.source.settle = settled
    stopped = await daemon.run()
    planner, step = daemon.planner, 15_000 / options.tempo
    horizons = sorted(heard.horizons)
    return (
        f"{heard.origins['plan'] / heard.origins.total():>8.3f}{planner.plans_there / planner.plans:>8.2f}"
        f"{stopped.missed_plans:>8}{stopped.dropped:>9}{len(heard.sounding) + heard.struck_twice:>9}"
        f"{step * horizons[len(horizons) // 2]:>10.0f}{step * horizons[-1]:>8.0f}"
    )


async def over(link: Link | None, options: argparse.Namespace) -> str:
    """Play over a link."""
    if link is None:
        return await play(options, None)
    with a_host() as (process, address):
        async with Way.to(address) as way:
            way.seconds, way.jitter, way.loss = link.round_trip / 2, link.jitter, link.loss
            half = options.bars * 4 * 60 / options.tempo / 3

            async def happen() -> None:
                await asyncio.sleep(half)
                if link.killed:
                    process.kill()
                elif link.cut:
                    way.stalls = True
                    await asyncio.sleep(CUT_SECONDS)
                    way.stalls = False

            task = asyncio.ensure_future(happen())
            line = await play(options, HostAddress(way.address))
            task.cancel()
            return line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--bars", type=int, default=16)
    parser.add_argument("--tempo", type=float, default=120.0)
    parser.add_argument("--model", default="house")
    parser.add_argument("--links", default=",".join(LINKS))
    options = parser.parse_args()
    print(machine())
    print(f"{options.bars} bars at {options.tempo:g} BPM, model {options.model}; heard after: median and most, ms")
    print(f"{'link':<26}{'fresh':>8}{'host':>8}{'missed':>8}{'dropped':>9}{'hanging':>9}{'heard after':>18}")
    for name in options.links.split(","):
        link = LINKS[name]
        print(f"{link.name if link else 'no host':<26}{asyncio.run(over(link, options))}", flush=True)


if __name__ == "__main__":
    main()
