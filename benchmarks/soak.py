"""A long evening: eight hours of music on the manual clock, and twenty minutes in real time over JACK.

    python benchmarks/soak.py [HOURS [MINUTES]]        (8 and 20 when not given; 0 leaves one out)

The first plays a whole daemon with its real processes as fast as it can; every message of the port is looked at.
The second is `serve` heard by a recorder that notes the frame of each note. Both print what each process holds in
memory as time goes on, how far the last notes lie from the grid of the first, and what was missed.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from machine import machine

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from real_parts import RATE, JackServer, Recorder, note_ons, wait_for  # noqa: E402
from serving import Serving  # noqa: E402

from live_composer.live.daemon import Daemon, Setup  # noqa: E402
from live_composer.live.events import Bar, Event, Stopped  # noqa: E402
from live_composer.live.values import Values  # noqa: E402
from live_composer.port.protocol import Reply, Sent  # noqa: E402
from live_composer.port.sounding import Sounding  # noqa: E402

TEMPO = 120.0
BARS_AN_HOUR = round(TEMPO / 4) * 60
STEP = 60 / TEMPO / 4
LOOKS = 8
_PAGE = os.sysconf("SC_PAGE_SIZE")


def megabytes(pid: int) -> float:
    """Return what a process holds in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 1e6


@dataclass
class Evening:
    """What is seen of a daemon on the manual clock.

    Attributes:
        bars: to play.
        onsets: notes that began.
        astray: of these, how many lay on no sixteenth.
        memory: megabytes of daemon, planner and port process, at each look.
    """

    bars: int
    model: str = "house"
    looks: int = LOOKS
    onsets: int = 0
    astray: int = 0
    sounding: Sounding = field(default_factory=Sounding)
    memory: list[tuple[float, float, float]] = field(default_factory=list)

    async def play(self) -> Stopped:
        """Play it."""
        values = Values({"model": self.model, "seed": 1, "tempo": TEMPO})
        self.daemon = Daemon(
            Setup(target="null", values=values, bars=self.bars, clock="manual", device="cpu"),
            self._happened,
            self._said,
        )
        return await self.daemon.run()

    def _said(self, reply: Reply) -> None:
        if isinstance(reply, Sent):
            for message in reply.messages:
                self.sounding.sent(message.data)
                if message.data[0] & 0xF0 == 0x90 and message.data[2]:
                    self.onsets += 1
                    self.astray += abs(message.beat * 4 - round(message.beat * 4)) > 1e-6

    def _happened(self, event: Event) -> None:
        if isinstance(event, Bar) and event.number % (self.bars // self.looks) == 0:
            daemon = self.daemon
            self.memory.append(tuple(map(megabytes, (os.getpid(), daemon.planner.pid, daemon.port.pid))))


def print_memory(memory: list[tuple[float, float, float]], unit: str, each: float) -> None:
    """Print a table of megabytes."""
    print(f"\n{unit:>8} {'daemon':>9} {'planner':>9} {'port':>9}   MB")
    for at, row in enumerate(memory, 1):
        print(f"{at * each:8g} {row[0]:9.1f} {row[1]:9.1f} {row[2]:9.1f}")


def fast(hours: float) -> None:
    """Play hours of music in minutes."""
    evening = Evening(round(hours * BARS_AN_HOUR))
    began = time.monotonic()
    stopped = asyncio.run(evening.play())
    print(f"\n{hours:g} hours of music on the manual clock in {(time.monotonic() - began) / 60:.1f} minutes")
    print_memory(evening.memory, "hours", hours / LOOKS)
    print(
        f"{stopped.bars} bars, {evening.onsets} notes, {evening.astray} off the grid,"
        f" {stopped.missed_plans} plans missed,"
        f" {stopped.dropped} notes dropped, {len(evening.sounding.notes)} left hanging,"
        f" {stopped.planners_replaced + stopped.ports_replaced} processes replaced"
    )


def real(minutes: float) -> None:
    """Play minutes of music to a recorder."""
    memory: list[tuple[float, float, float]] = []
    with (
        tempfile.TemporaryDirectory() as home,
        JackServer(),
        Recorder() as recorder,
    ):
        os.environ["LIVE_COMPOSER_HOME"] = home
        with Serving("recorder", "--seed", "4", model="house", tempo=TEMPO) as serving:
            serving.wait_for("bar")
            wait_for(lambda: len(note_ons(recorder.events)) > 0, "music")
            for _ in range(LOOKS):
                time.sleep(60 * minutes / LOOKS)
                children = serving.children()
                memory.append(tuple(map(megabytes, (serving.process.pid, children["plan"], children["port"]))))
            serving.process.terminate()
            stopped = serving.end()
        frames = np.array([frame for frame, _ in note_ons(recorder.events)]) / RATE
        steps = (frames - frames[0]) / STEP
        off = 1000 * STEP * (steps - np.round(steps))
        quarter = len(off) // 4
        print(f"\n{minutes:g} minutes over JACK in real time; the server overran {recorder.xruns} periods")
        print_memory(memory, "minutes", minutes / LOOKS)
        print(
            f"{len(frames)} of {stopped['notes']} notes heard; off the grid of the first by"
            f" p50 {np.median(np.abs(off)):.3f}, p99 {np.percentile(np.abs(off), 99):.3f} ms;"
            f" drift {np.median(off[-quarter:]) - np.median(off[:quarter]):+.3f} ms;"
            f" {stopped['missed_plans']} plans missed, {stopped['dropped']} notes dropped,"
            f" {stopped['planners_replaced'] + stopped['ports_replaced']} processes replaced"
        )


def main() -> None:
    """Print the figures."""
    hours, minutes = (float(word) for word in (*sys.argv[1:3], *("8", "20")[len(sys.argv) - 1 :]))
    print(machine())
    if hours:
        fast(hours)
    if minutes:
        real(minutes)


if __name__ == "__main__":
    main()
