"""A step of the network, in numpy and in torch: microseconds at batch 1, steps a second for many melodies.

python benchmarks/stepping.py [--seconds 2]
"""

from __future__ import annotations

import argparse
import os

# One thread each, as a planner beside a busy port process has; before numpy and torch are loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics
import time
from typing import TYPE_CHECKING

import numpy as np
import torch
from machine import machine
from torch import nn

from live_composer.policy.note_rnn import TorchRnn
from live_composer.policy.numpy_rnn import NumpyRnn
from live_composer.policy.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

SHAPES = {
    "1x100": Shape(),
    "1x256 + metre": Shape(256, metre=True),
    "1x512 + metre": Shape(512, metre=True),
}
BATCHES = (1, 64, 256)


def module_stepper(shape: Shape, batch: int) -> Callable[[], object]:
    """The plain way in torch: nn.LSTM asked for one step."""
    lstm, output = nn.LSTM(shape.inputs, shape.hidden, shape.layers), nn.Linear(shape.hidden, shape.vocabulary.size)
    inputs = torch.zeros(1, batch, shape.inputs)
    state = (torch.zeros(shape.layers, batch, shape.hidden), torch.zeros(shape.layers, batch, shape.hidden))

    @torch.inference_mode()
    def step() -> object:
        outputs, after = lstm(inputs, state)
        return output(outputs), after

    return step


def engine_stepper(engine: NumpyRnn | TorchRnn, batch: int) -> Callable[[], object]:
    state = engine.start(batch)
    events, places = np.zeros(batch, dtype=np.int64), np.zeros(batch, dtype=np.int64)
    return lambda: engine.step(state, events, places)


def side_by_side(steppers: dict[str, Callable[[], object]], seconds: float) -> dict[str, float]:
    """Return the median microseconds of each; they take turns, so that a busy machine disturbs them alike."""
    times: dict[str, list[float]] = {name: [] for name in steppers}
    for step in steppers.values():
        step()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for name, step in steppers.items():
            for _ in range(20):
                began = time.perf_counter()
                step()
                times[name].append(time.perf_counter() - began)
    return {name: statistics.median(found) * 1e6 for name, found in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="for each line of the table")
    seconds = parser.parse_args().seconds
    torch.set_num_threads(1)
    print(machine())
    columns = ("numpy", "torch cells", "torch nn.LSTM")
    print(f"{'microseconds a step':<20}{'batch':>6}" + "".join(f"{name:>15}" for name in columns) + "   numpy steps/s")
    for name, shape in SHAPES.items():
        chance = np.random.default_rng(1)
        weights = {key: chance.normal(0, 0.1, size).astype(np.float32) for key, size in shape.parameters().items()}
        for batch in BATCHES:
            found = side_by_side(
                {
                    "numpy": engine_stepper(NumpyRnn(shape, weights), batch),
                    "torch cells": engine_stepper(TorchRnn(shape, weights), batch),
                    "torch nn.LSTM": module_stepper(shape, batch),
                },
                seconds,
            )
            figures = "".join(f"{found[column]:15.1f}" for column in columns)
            print(f"{name:<20}{batch:6}{figures}{batch / found['numpy'] * 1e6:16,.0f}")


if __name__ == "__main__":
    main()
