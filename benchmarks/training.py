"""Steps learnt from in a second: the project's learner beside a plain loop around nn.LSTM, on one core.

python benchmarks/training.py [--corpus corpora/default] [--seconds 5]
"""

from __future__ import annotations

import argparse
import itertools
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from machine import machine
from torch import nn

from live_composer.config import Pretrain
from live_composer.corpus import store
from live_composer.learn.batches import epoch
from live_composer.learn.learner import Learner
from live_composer.learn.recipe import recipe_of
from live_composer.learn.team import Team, choose_device
from live_composer.music.melody import Melody
from live_composer.policy.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from live_composer.learn.batches import Batch
    from live_composer.learn.recipe import Recipe

RECIPES = {
    "paper, 1x100": recipe_of(Pretrain(preset="paper")),
    "1x100": recipe_of(Pretrain(preset="best", hidden=100, metre=False, dropout=0.0)),
    "best": recipe_of(Pretrain(preset="best")),
    "best, bfloat16": recipe_of(Pretrain(preset="best", bfloat16=True)),
}


def melodies(corpus: Path) -> list[Melody]:
    """The corpus's, or random ones of the same lengths where there is none."""
    if (corpus / "corpus.json").exists():
        return store.load(corpus).split("train")
    chance = np.random.default_rng(1)
    return [Melody.of(chance.integers(0, 38, 16 * int(chance.integers(8, 20)))) for _ in range(1000)]


def ours(recipe: Recipe, windows: Iterator[Batch]) -> Iterator[int]:
    """The project's learner: yields the steps of each update."""
    learner = Learner(Shape(recipe.hidden, recipe.layers, recipe.metre), recipe, 1, Team(choose_device("cpu")))
    state = learner.start()
    for number, window in enumerate(windows):
        _, state = learner.update(window, state, number)
        yield int(window.scored.sum())


def plain(recipe: Recipe, windows: Iterator[Batch]) -> Iterator[int]:
    """What one writes first: one-hot from torch, nn.LSTM, the loss of every step, Adam as it comes."""
    lstm, output = nn.LSTM(38, recipe.hidden, recipe.layers), nn.Linear(recipe.hidden, 38)
    parameters = [*lstm.parameters(), *output.parameters()]
    adam = torch.optim.Adam(parameters)
    state = None
    for window in windows:
        inputs = nn.functional.one_hot(torch.as_tensor(window.heard).clamp(min=0), 38).float()
        outputs, state = lstm(inputs, state)
        state = tuple(part.detach() for part in state)
        scored = torch.as_tensor(window.scored)
        loss = nn.functional.cross_entropy(output(outputs)[scored], torch.as_tensor(window.events)[scored])
        adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, recipe.clip)
        adam.step()
        yield int(window.scored.sum())


def windows_of(train: list[Melody], recipe: Recipe) -> Iterator[Batch]:
    for number in itertools.count():
        for batch in epoch(train, recipe.width, 1, number):
            yield from batch.windows(recipe.window)


def side_by_side(learners: dict[str, Iterator[int]], seconds: float) -> dict[str, float]:
    """Return the steps a second of each, batches and all; they take turns of a dozen updates."""
    spent, steps = dict.fromkeys(learners, 0.0), dict.fromkeys(learners, 0)
    for learner in learners.values():
        next(learner)
    while min(spent.values()) < seconds:
        for name, learner in learners.items():
            began = time.process_time()
            steps[name] += sum(itertools.islice(learner, 12))
            spent[name] += time.process_time() - began
    return {name: steps[name] / spent[name] for name in learners}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path("corpora/default"))
    parser.add_argument("--seconds", type=float, default=4.0, help="of each learner, for each line of the table")
    options = parser.parse_args()
    torch.set_num_threads(1)
    train = melodies(options.corpus)
    print(machine())
    print(f"{'steps a second of one core':<28}{'ours':>12}{'plain loop':>12}")
    for name, recipe in RECIPES.items():
        made = {"ours": ours(recipe, windows_of(train, recipe)), "plain": plain(recipe, windows_of(train, recipe))}
        found = side_by_side(made, options.seconds)
        shape = f"{recipe.layers}x{recipe.hidden}" + (" + metre" if recipe.metre else "")
        label = name if recipe.hidden == 100 else f"{name}, {shape}"
        print(f"{label:<28}{found['ours']:12,.0f}{found['plain']:12,.0f}")


if __name__ == "__main__":
    main()
