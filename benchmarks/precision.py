"""Whether plans come out the same when networks are played in fewer digits, as a GPU would play them faster.

    python benchmarks/precision.py [--models house,note-rnn] [--plans 60]

A plan is 32 steps chosen among 64 candidates by the book `house`. Weights, and what is remembered after every step, are
rounded to so many digits and added up in 32 bits, as tensor cores do; TF32 has as many digits as half precision. Told
is the share of plans that are note for note those of numpy, by which a musician's own machine plays, and of the steps
of all plans that are.
"""

from __future__ import annotations

import argparse
import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import numpy as np
import torch
from machine import machine
from together import planner_on, requests
from torch import Tensor

from live_composer.policy import draws
from live_composer.wire.messages import Plan

DIGITS = {"float32": torch.float32, "half": torch.float16, "bfloat16": torch.bfloat16}


class Rounded(draws.Networks):
    """Networks whose weights and states have fewer digits."""

    to = torch.float32

    def step(self, state: Tensor, events: Tensor, places: Tensor, bars: Tensor) -> tuple[Tensor, Tensor]:
        """See `Networks.step`."""
        for _, weights in self._networks:
            for name, tensor in weights.items():
                weights[name] = self.fewer(tensor)
        logits, after = super().step(self.fewer(state), events, places, bars)
        return logits, self.fewer(after)

    def fewer(self, tensor: Tensor) -> Tensor:
        """Return a tensor in fewer digits."""
        return tensor.to(self.to).float()


def plans(engine: str, model: str, count: int) -> np.ndarray:
    """Return the events of many plans, (plans, steps)."""
    planner = planner_on(engine)
    found = [planner.answer(request) for request in requests(model, count, 0)]
    assert all(isinstance(plan, Plan) for plan in found), found
    return np.array([plan.events for plan in found])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--models", default="house,note-rnn")
    parser.add_argument("--plans", type=int, default=60)
    options = parser.parse_args()
    torch.set_num_threads(1)
    draws.Networks = Rounded
    print(machine())
    print(f"{'model':<16}{'digits':<12}{'plans alike':>12}{'steps alike':>12}")
    for model in options.models.split(","):
        numpy = plans("numpy", model, options.plans)
        for name, Rounded.to in DIGITS.items():
            same = plans("torch cpu", model, options.plans) == numpy
            print(f"{model:<16}{name:<12}{same.all(axis=1).mean():>12.3f}{same.mean():>12.3f}", flush=True)


if __name__ == "__main__":
    main()
