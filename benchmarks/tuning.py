"""How fast tuning is: melodies drawn and judged, learning by whole melodies, and the paper's way of learning.

python benchmarks/tuning.py [--seconds 5] [--minutes 0.25] [--threads 1]

Steps a second are environment steps: events drawn and judged by all rules of the book. Everything is measured in turns
in one process, so that a busy machine disturbs all alike. The last line is a whole tuning of so many minutes.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from machine import machine

from live_composer.learn.display import Silence
from live_composer.learn.rollout import roll_out
from live_composer.learn.task import task_of
from live_composer.learn.team import Team, choose_device
from live_composer.learn.tune_recipe import PRESETS
from live_composer.learn.tuning import Job, tune, way_of
from live_composer.policy import checkpoint
from live_composer.rules import book_file, discovery

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.learn.task import Task

MANY = 4096


def rolling(task: Task, threads: int) -> Callable[[], int]:
    """Draw melodies from a tuned policy's likes: a network of the prior's shape that is told where it is."""
    policy = way_of(job(task, "best"), ALONE).policy()
    chance = np.random.default_rng(1)

    def turn() -> int:
        found = roll_out(policy, task.prior_policy, task.book, MANY, chance, context=task.context, threads=threads)
        return found.events.size

    return turn


def learning(task: Task, preset: str) -> Callable[[], int]:
    way = way_of(job(task, preset), ALONE)
    rounds = iter(range(10**9))
    return lambda: way.round(next(rounds), 0.2).steps


def job(task: Task, preset: str, minutes: float | None = None) -> Job:
    recipe = replace(PRESETS[preset]["psi"], **({"steps": 10**12} if minutes else {}))
    return Job((task,), "psi", recipe, 1, Path(tempfile.mkdtemp()) / "psi", "a benchmark", minutes)


def rates(turns: dict[str, Callable[[], int]], seconds: float) -> dict[str, float]:
    """Return steps a second of each; they take turns of about a twentieth of a second."""
    steps, spent = dict.fromkeys(turns, 0), dict.fromkeys(turns, 0.0)
    for turn in turns.values():
        turn()
    while min(spent.values()) < seconds:
        for name, turn in turns.items():
            began = time.perf_counter()
            while time.perf_counter() - began < 0.05:
                steps[name] += turn()
            spent[name] += time.perf_counter() - began
    return {name: steps[name] / spent[name] for name in turns}


ALONE = Team(choose_device("cpu"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="for each line")
    parser.add_argument("--minutes", type=float, default=0.25, help="of the whole tuning at the end")
    parser.add_argument("--threads", type=int, default=1, help="of the updates; melodies are drawn on all cores")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    book = book_file.load(book_file.find("paper"), discovery.discover())
    task = task_of(checkpoint.load("note-rnn"), book, book.context(), None, c=0.5, prior_weight=1.0)
    print(machine())
    turns = {
        f"drawn and judged by {len(book.rules)} rules": rolling(task, os.cpu_count() or 1),
        "the same on one thread": rolling(task, 1),
        "and learnt from, psi `best`": learning(task, "best"),
        "psi `paper` (an update of 32 each 5 steps)": learning(task, "paper"),
    }
    found = rates(turns, options.seconds)
    slowest = min(found.values())
    print(f"\n{'steps a second':44}{'':>10}   times the slowest")
    for name, rate in found.items():
        print(f"{name:44}{rate:10,.0f}{rate / slowest:20.1f}")
    outcome = tune(job(task, "best", options.minutes), ALONE, Silence())
    assert outcome is not None
    reached = next((row.seconds for row in outcome.progress.rows if row.J >= 100), None)
    print(f"\npsi `best` for {options.minutes * 60:.0f} s: J {outcome.best.J:.1f} nats a melody", end="")
    print(f"; 100 after {reached:.0f} s" if reached else "")


if __name__ == "__main__":
    main()
