"""`live-composer pretrain`: train a Note RNN on a corpus."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from live_composer.commands.learnt import as_json, how_long, need_torch
from live_composer.commands.terminal import at_once, typed, wants_screen
from live_composer.config import Pretrain
from live_composer.corpus import store
from live_composer.errors import INTERRUPTED, BadInput
from live_composer.wire.learning import Learning

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.corpus.store import Corpus
    from live_composer.learn.pretrain import Outcome


def pretrain(*, config: Pretrain = Pretrain()) -> int | None:
    """Train a Note RNN on a corpus."""
    need_torch()
    corpus = _load(config.corpus)
    at_once(f"Training on {config.corpus} ...", json=config.json)
    from live_composer.learn import pretrain as learning
    from live_composer.learn.display import Silence, display
    from live_composer.learn.recipe import recipe_of
    from live_composer.learn.team import team

    recipe = recipe_of(config)
    job = learning.Job(corpus, recipe, config.seed, config.output, typed(), config.resume, config.tensorboard)
    with team(config.device, recipe.width, config.threads) as mine, contextlib.ExitStack() as stack:
        screen = wants_screen(plain=config.plain, json=config.json) and mine.size == 1
        title = f"pretrain {config.output.name} on {config.corpus}"
        about = Learning(title, str(config.output), "updates", "validation", rises=False)
        shown = stack.enter_context(display(about, screen=screen)) if mine.leads else Silence()
        outcome = learning.pretrain(job, mine, shown)
        if not mine.leads:
            return None
    if outcome is None:
        sys.stderr.write("live-composer: interrupted before the first measurement; there is no model yet.\n")
        return INTERRUPTED
    _report(config, outcome)
    return INTERRUPTED if outcome.interrupted else None


def _load(folder: Path) -> Corpus:
    corpus = store.load(folder)
    for split in store.SPLITS:
        if not corpus.split(split):
            raise BadInput(f"The corpus in {folder} has no melody in its {split} split; build it from more tunes.")
    return corpus


def _report(config: Pretrain, outcome: Outcome) -> None:
    card = outcome.card
    path = config.output / f"{card.name}.json"
    if config.json:
        print(as_json(outcome, path))
        return
    console = Console()
    for split in ("validation", "test"):
        console.print(_table(split, card.metrics[split]))
    console.print(how_long(outcome))
    console.print(f"The best model, after {card.metrics['updates']:,} updates: {path}", soft_wrap=True)


def _table(split: str, metrics: dict[str, dict[str, float]]) -> Table:
    columns = ("nats", "perplexity", "accuracy")
    steps = next(iter(metrics.values()))["steps"]
    table = Table(title=f"{split}: {steps:,} steps", title_justify="left")
    table.add_column("")
    for suffix in ("", " without holds"):
        for column in columns:
            table.add_column(column + suffix, justify="right")
    for name, figures in metrics.items():
        keys = [column + suffix for suffix in ("", "_without_holds") for column in columns]
        table.add_row(name, *(f"{figures[key]:.3f}" for key in keys))
    return table
