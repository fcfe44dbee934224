"""An evaluation of 100,000 melodies: seconds for each part, beside drawing them in torch one step at a time.

python benchmarks/evaluating.py [--melodies 100000] [--model note-rnn]
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

import numpy as np
from machine import machine

from live_composer.evaluate.judge import judge
from live_composer.evaluate.objective import Objective
from live_composer.learn.rollout import roll_out
from live_composer.policy import checkpoint
from live_composer.policy.note_rnn import TorchRnn
from live_composer.rules.book import RuleBook
from live_composer.rules.book_file import find, load
from live_composer.rules.discovery import discover

if TYPE_CHECKING:
    from collections.abc import Callable

_FEW = 8192


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--melodies", type=int, default=100_000)
    parser.add_argument("--model", default="note-rnn")
    options = parser.parse_args()
    loaded, book = checkpoint.load(options.model), load(find("paper", []), discover())
    policy, nothing = loaded.policy(), RuleBook("nothing", [], {}, length=32)
    in_torch = TorchRnn(loaded.shape, loaded.weights)
    objective = Objective(policy, book, book.context(), 32, c=0.5)

    def draw(engine: object, rules: RuleBook, count: int) -> Callable[[], object]:
        return lambda: roll_out(engine, policy, rules, count, np.random.default_rng(1))  # pyright: ignore[reportArgumentType]

    print(machine())
    whole = seconds(
        lambda: judge(policy, objective, options.model, command="", melodies=options.melodies, seed=1, examples=0)
    )
    print(f"{options.melodies:,} melodies of {options.model} drawn, judged and measured: {whole:.1f} s")
    few = {
        "drawn": draw(policy, nothing, _FEW),
        "drawn and judged by nine rules": draw(policy, book, _FEW),
        "drawn in torch": draw(in_torch, nothing, _FEW),
    }
    for name, work in few.items():
        work()
        print(f"  {_FEW / seconds(work):>9,.0f} melodies/s {name}")


if __name__ == "__main__":
    main()
