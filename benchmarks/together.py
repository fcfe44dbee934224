"""How many plans a host makes a second, against how many it makes together, on every engine that there is here.

    python benchmarks/together.py [--models house,note-rnn] [--rounds 5] [--batches 1,2,4,8,16,32]

A plan is 32 steps chosen among 64 candidates by the book `house`, on one CPU thread or on a GPU. Beside it the floor:
what the networks' products of all candidates would take if that were all, and went as fast as the largest product and
the longest copy measured in the same run. Numpy computes candidates alone that differ, and so less than all.
"""

from __future__ import annotations

import argparse
import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import importlib.util
import time

import numpy as np
from machine import machine

from live_composer.plan.library import Library
from live_composer.plan.planner import Planner
from live_composer.policy import checkpoint
from live_composer.wire.messages import Plan, PlanRequest

STEPS, CANDIDATES = 32, 64
SIZE = 2048


def planner_on(engine: str) -> Planner:
    planner = Planner("cpu")
    planner.engine = engine
    planner._library = Library(engine)  # noqa: SLF001 - an engine that planning would not choose here
    return planner


def engines() -> list[str]:
    """Return the engines of this machine."""
    if importlib.util.find_spec("torch") is None:
        return ["numpy"]
    import torch

    from live_composer.policy.note_rnn import has_device

    torch.set_num_threads(1)
    return ["numpy", *(f"torch {device}" for device in ("cpu", "cuda", "mps") if has_device(device))]


def requests(model: str, count: int, seed: int) -> list[PlanRequest]:
    before = [14, 1, 16, 1] * 16
    return [
        PlanRequest(number, model, before, len(before), STEPS, seed=seed + number, book="house", candidates=CANDIDATES)
        for number in range(count)
    ]


def measure(planner: Planner, model: str, count: int, rounds: int) -> np.ndarray:
    """Return the seconds that each batch took."""
    taken: list[float] = []
    for seed in range(rounds + 1):
        wanted = [(each, lambda: False) for each in requests(model, count, 1000 * seed)]
        assert all(planner.prepare(request) is None for request, _ in wanted)
        begin = time.perf_counter()
        assert all(isinstance(plan, Plan) for plan in planner.plan_together(wanted))
        taken.append(time.perf_counter() - begin)
    return np.array(taken[1:])  # The first one has heard nothing before.


def ceilings(engine: str) -> tuple[float, float]:
    """Return the most FLOPs and bytes a second that one large product and one long copy reach."""
    if engine == "numpy":
        square, long = np.ones((SIZE, SIZE), np.float32), np.ones(1 << 25, np.float32)
        return 2 * SIZE**3 / best(lambda: square @ square), 2 * long.nbytes / best(long.copy)
    import torch

    device = engine.removeprefix("torch ")
    square = torch.ones(SIZE, SIZE, device=device)
    long = torch.ones(1 << 25, device=device)

    def waited(action: object) -> None:
        action()  # type: ignore[operator]
        if device == "cuda":
            torch.cuda.synchronize()

    return (
        2 * SIZE**3 / best(lambda: waited(lambda: square @ square)),
        2 * 4 * long.numel() / best(lambda: waited(long.clone)),
    )


def best(action: object, times: int = 5) -> float:
    taken: list[float] = []
    for _ in range(times):
        begin = time.perf_counter()
        action()  # type: ignore[operator]
        taken.append(time.perf_counter() - begin)
    return min(taken)


def floor(model: str, count: int, flops: float, bytes_: float) -> float:
    """Return the seconds that the products of a batch take at least."""
    loaded = [checkpoint.load(model)]
    if loaded[0].card.tuning:
        loaded.append(checkpoint.load(loaded[0].card.tuning.prior))
    weights = sum(array.size for each in loaded for array in each.weights.values())
    return STEPS * max(2 * weights * CANDIDATES * count / flops, 4 * weights / bytes_)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--models", default="house,note-rnn")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batches", default="1,2,4,8,16,32")
    options = parser.parse_args()
    print(machine())
    for engine in engines():
        flops, bytes_ = ceilings(engine)
        print(f"{engine}: at most {flops / 1e9:.0f} GFLOP/s, {bytes_ / 1e9:.1f} GB/s")
    print(f"{'model':<16}{'engine':<12}{'together':>9}{'plans/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'times floor':>13}")
    for model in options.models.split(","):
        for engine in engines():
            planner, limits = planner_on(engine), ceilings(engine)
            for count in map(int, options.batches.split(",")):
                taken = measure(planner, model, count, options.rounds)
                middle, high = np.percentile(taken, [50, 99])
                times = middle / floor(model, count, *limits)
                print(
                    f"{model:<16}{engine:<12}{count:>9}{count / middle:>9.1f}{1000 * middle:>9.1f}{1000 * high:>9.1f}"
                    f"{times:>13.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
