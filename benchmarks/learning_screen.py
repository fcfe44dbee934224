"""What the screen of learning costs: the same tuning with it and in lines, one after the other.

    python benchmarks/learning_screen.py [STEPS [ROUNDS]]

The real `tune` learns the same in a terminal of 160x45, with its screen and with `--plain` by turns. Counted is what
lies between its first measurement and its last, by when the journal was written, so that no start-up is in it: the time
on the wall, which also tells of whatever else the machine does, and the CPU time of the learner, which does not. The
last column is the CPU time of the screen, as a share of a core.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from machine import machine

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from terminal import Terminal  # noqa: E402

WIDTH, HEIGHT = 160, 45
_PATIENCE = 600
_TICKS = os.sysconf("SC_CLK_TCK")


class Taken(NamedTuple):
    """What a tuning took from its first measurement to its last, in seconds: on the wall, and of CPU."""

    wall: float
    learner: float
    screen: float


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has taken; 0 where there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def child(parent: int, words: str) -> int:
    """Return the child of a process whose command line holds some words; 0 where there is none."""
    found = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in found.splitlines()]
    return next((int(pid) for pid, other, args in rows if int(other) == parent and words in args), 0)


def learn(folder: Path, steps: int, *options: str) -> Taken:
    """Tune once in a terminal."""
    with Terminal(WIDTH, HEIGHT) as terminal:
        terminal.run("tune", "--steps", str(steps), "--output", str(folder), *options)
        marks: dict[int, Taken] = {}
        learner = screen = 0
        deadline = time.monotonic() + _PATIENCE
        while not (folder / "curves.png").exists():
            assert time.monotonic() < deadline, terminal.screen
            time.sleep(0.02)
            learner = learner or child(terminal.pid, "live_composer tune")
            journal = folder / "journal.csv"
            rows = len(journal.read_bytes().splitlines()) - 1 if journal.exists() else 0
            if rows and rows not in marks:
                screen = screen or child(learner, "live_composer.tui")
                marks[rows] = Taken(time.monotonic(), cpu_seconds(learner), cpu_seconds(screen))
        while "ended with 0" not in terminal.screen:
            time.sleep(0.1)
    first, last = marks[min(marks)], marks[max(marks)]
    return Taken(*(after - before for before, after in zip(first, last, strict=True)))


def main() -> None:
    """Learn by turns, and compare."""
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    os.environ["OMP_NUM_THREADS"] = "1"
    print(f"{machine()}\n{steps:,} steps of psi, book paper, a terminal of {WIDTH}x{HEIGHT}; screen / lines\n")
    print(f"{'':8} {'wall':>16} {'CPU of the learner':>24} {'CPU of the screen':>20}")
    walls, learners = list[float](), list[float]()
    with tempfile.TemporaryDirectory() as home:
        os.environ["LIVE_COMPOSER_HOME"] = home
        for number in range(rounds):
            plain = learn(Path(home) / f"plain-{number}", steps, "--plain")
            shown = learn(Path(home) / f"shown-{number}", steps)
            walls.append(shown.wall / plain.wall)
            learners.append(shown.learner / plain.learner)
            print(
                f"round {number + 1:<2} {shown.wall:5.1f} / {plain.wall:5.1f} s {shown.learner:13.1f} / "
                f"{plain.learner:5.1f} s {100 * shown.screen / shown.wall:15.1f} %",
                flush=True,
            )
    print(f"\nmedian ratio: wall {statistics.median(walls):.3f}, CPU of the learner {statistics.median(learners):.3f}")


if __name__ == "__main__":
    main()
