"""What a plan takes: 32 steps chosen by a rule book among 64 candidates, beside one that is drawn without a choice.

    python benchmarks/planning.py [--book house] [--models house,note-rnn,note-rnn-large] [--plans 60]

CPU milliseconds of one thread: `fresh` hears 128 events that it never heard before, `again` has heard them.
"""

from __future__ import annotations

import argparse
import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import time

import numpy as np
from machine import machine

from live_composer.plan.planner import Planner
from live_composer.wire.messages import Plan, PlanRequest

STEPS = 32


def plan(planner: Planner, **wishes: object) -> Plan:
    answer = planner.answer(PlanRequest(**{"revision": 1, "horizon": STEPS} | wishes))
    assert isinstance(answer, Plan), answer
    return answer


def melody(planner: Planner, model: str, book: str, seed: int) -> list[int]:
    events: list[int] = []
    while len(events) < 4 * STEPS:
        events += plan(
            planner, model=model, events=events, first_step=len(events), seed=seed, book=book, candidates=8
        ).events
    return events


def measure(planner: Planner, melodies: list[list[int]], **wishes: object) -> tuple[np.ndarray, np.ndarray]:
    """Return CPU and wall milliseconds of each plan."""
    cpu, wall = [], []
    for seed, events in enumerate(melodies):
        begin = time.process_time(), time.perf_counter()
        plan(planner, events=events, first_step=len(events), seed=seed, **wishes)
        cpu.append(1000 * (time.process_time() - begin[0]))
        wall.append(1000 * (time.perf_counter() - begin[1]))
    return np.array(cpu), np.array(wall)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--book", default="house")
    parser.add_argument("--models", default="house,note-rnn,note-rnn-large")
    parser.add_argument("--plans", type=int, default=60)
    options = parser.parse_args()
    print(machine())
    print(f"{'model':<18}{'candidates':>12}{'fresh':>9}{'again':>9}{'wall p99':>10}{'times one':>11}")
    for model in options.models.split(","):
        planner = Planner("cpu")
        planner.warm_up(model, options.book)
        melodies = [melody(planner, model, options.book, seed) for seed in range(options.plans)]
        one = 0.0
        for candidates in (1, 16, 32, 64):
            wishes = {"model": model, "candidates": candidates, "book": options.book if candidates > 1 else ""}
            fresh = measure(Planner("cpu"), melodies[:1] + melodies, **wishes)[0][1:]
            again, wall = measure(planner, melodies, **wishes)
            one = one or float(np.median(again))
            figures = f"{np.median(fresh):9.1f}{np.median(again):9.1f}{np.quantile(wall, 0.99):10.1f}"
            print(f"{model:<18}{candidates:>12}{figures}{np.median(again) / one:11.1f}")


if __name__ == "__main__":
    main()
