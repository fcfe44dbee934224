"""How many musicians a host keeps playing, alone or as the door of a fleet, and what becomes of them when a part dies.

    python benchmarks/fleet_load.py [--model note-rnn] [--musicians 1000] [--paces .04,.08,.12] [--fleet 2] [--kill]

Each musician is a daemon's own planning at 120 BPM by the book `house` (`tests/crowd.py`), that asks as daemons do:
for two bars ahead, and at once where a slider moves, about every 8 s. The clock of all runs at such a part of real time
(`pace`): a thousand musicians at .1 are to these cores what they would be to ten times as many. With --kill a replica,
or the host if it is alone, is killed in the middle.

`own` is the share of plans that musicians' own machines made, `dry` how often one ran out of plans, `fresh` the share
of sixteenths from a plan with the wishes of then. `door` and `planner` are CPU milliseconds of a plan, `Ray` the share
of a core that Ray takes whatever is asked of it, `a core` how many musicians keep one busy.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from pathlib import Path

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import numpy as np
from machine import machine

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
import crowd
from crowd import TEMPO, Music, Tally
from hosting import REPLICA, Box

from live_composer.music.units import STEPS_PER_BEAT, seconds_per_beat

DOLLARS = 0.04
"""Assumed price of a core and hour, as clouds ask for two vCPU at .08 $."""
BUSY = 0.5
"""Assumed share of a core that may be busy, so that answers come soon."""


def busy(box: Box) -> dict[str, float]:
    """Return the seconds of CPU that its parts took so far."""
    seconds = dict.fromkeys(("door", "replicas", "ray"), 0.0)
    for pid, words in box.family().items():
        part = "door" if pid == box.pid else "replicas" if REPLICA in words else "ray"
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            seconds[part] += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


def measure(pace: float, options: argparse.Namespace) -> str:
    """Return a line of the table."""
    music = Music(options.model, bars=options.bars, slider=options.slider)
    before: dict[str, float] = {}
    begun = 0.0

    def begin() -> None:
        nonlocal begun
        before.update(busy(box))
        begun = time.perf_counter()

    with Box.open(options.fleet, "--connections", "5000") as box:
        kill = box.kill_one if options.kill else lambda: None
        tally: Tally = crowd.run(
            crowd.play(box.address, options.musicians, music, pace, at_first=begin, in_the_middle=kill)
        )
        seconds = time.perf_counter() - begun
        took = {part: after - before[part] for part, after in busy(box).items()}
    answers = len(tally.taken)
    steps = tally.origins.total()
    middle, high = np.percentile(1000 * np.array(tally.taken), [50, 99])
    line = f"{options.musicians:>9}{pace:>7.2f}{answers / seconds:>9.1f}{middle:>8.0f}{high:>8.0f}"
    line += f"{tally.own_share:>8.4f}{tally.missed:>5}{tally.origins['plan'] / steps:>8.4f}"
    if not options.kill:  # Who was killed does not tell what it took.
        played = (1 - tally.own_share) * steps * seconds_per_beat(TEMPO) / STEPS_PER_BEAT
        a_core = played / (took["door"] + took["replicas"])
        line += f"{1000 * took['door'] / answers:>9.1f}{1000 * took['replicas'] / answers:>11.1f}"
        line += f"{took['ray'] / seconds:>6.2f}{a_core:>8.0f}{1000 / (BUSY * a_core) * DOLLARS:>10.2f}"
    return line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", default="note-rnn")
    parser.add_argument("--musicians", type=int, default=1000)
    parser.add_argument("--paces", default=".04,.08,.12")
    parser.add_argument("--bars", type=int, default=6)
    parser.add_argument("--slider", type=float, default=8.0)
    parser.add_argument("--fleet", type=int, default=0)
    parser.add_argument("--kill", action="store_true")
    options = parser.parse_args()
    print(machine())
    print(f"{'a fleet of ' + str(options.fleet) if options.fleet else 'one host'}, model {options.model}")
    head = f"{'musicians':>9}{'pace':>7}{'plans/s':>9}{'p50 ms':>8}{'p99 ms':>8}{'own':>8}{'dry':>5}{'fresh':>8}"
    if not options.kill:
        head += f"{'door ms':>9}{'planner ms':>11}{'Ray':>6}{'a core':>8}{'$/1000 h':>10}"
    print(head)
    for pace in map(float, options.paces.split(",")):
        print(measure(pace, options), flush=True)


if __name__ == "__main__":
    main()
