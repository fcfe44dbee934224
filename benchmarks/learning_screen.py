"""What the screen of learning costs: how long the same tuning takes with it and in lines, one after the other.

    python benchmarks/learning_screen.py [STEPS [ROUNDS]]

The real `tune` learns the same in a terminal of 160x45, with its screen and with `--plain` by turns. Timed is what lies
between its first measurement and its last, by when the journal was written, so that no start-up is in it; the ratio of
each round's two times is what the screen costs.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from machine import machine

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from terminal import Terminal  # noqa: E402

WIDTH, HEIGHT = 160, 45
_PATIENCE = 600


def learn(folder: Path, steps: int, *options: str) -> float:
    """Return how many seconds a tuning took from its first measurement to its last."""
    written: dict[int, float] = {}
    with Terminal(WIDTH, HEIGHT) as terminal:
        terminal.run("tune", "--steps", str(steps), "--output", str(folder), *options)
        deadline = time.monotonic() + _PATIENCE
        while not (folder / "curves.png").exists():
            journal = folder / "journal.csv"
            if journal.exists():
                rows = len(journal.read_bytes().splitlines()) - 1
                written.setdefault(rows, time.monotonic())
            assert time.monotonic() < deadline, terminal.screen
            time.sleep(0.02)
        while "ended with 0" not in terminal.screen:
            time.sleep(0.1)
    return written[max(written)] - written[min(written)]


def main() -> None:
    """Learn by turns, and compare."""
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    os.environ["OMP_NUM_THREADS"] = "1"
    print(f"{machine()}\n{steps:,} steps of psi, book paper, a terminal of {WIDTH}x{HEIGHT}\n")
    print(f"{'':8} {'lines':>10} {'screen':>10} {'screen / lines':>16}")
    ratios: list[float] = []
    with tempfile.TemporaryDirectory() as home:
        os.environ["LIVE_COMPOSER_HOME"] = home
        for number in range(rounds):
            plain = learn(Path(home) / f"plain-{number}", steps, "--plain")
            shown = learn(Path(home) / f"shown-{number}", steps)
            ratios.append(shown / plain)
            print(f"round {number + 1:<2} {plain:8.1f} s {shown:8.1f} s {ratios[-1]:16.3f}", flush=True)
    print(f"\nmedian {statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main()
