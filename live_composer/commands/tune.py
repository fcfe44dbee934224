"""`live-composer tune`: tune a Note RNN by rules."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from live_composer.commands.learnt import as_json, how_long, need_torch
from live_composer.commands.plugins import folders, open_book, print_table, using
from live_composer.commands.terminal import at_once, typed, wants_screen
from live_composer.config import Tune
from live_composer.errors import INTERRUPTED, BadInput
from live_composer.music.key import Key
from live_composer.music.metre import Metre
from live_composer.policy import checkpoint
from live_composer.rules import book_file
from live_composer.wire.learning import Learning

if TYPE_CHECKING:
    from collections.abc import Mapping

    from live_composer.learn.task import Task
    from live_composer.learn.tune_recipe import TuneRecipe
    from live_composer.learn.tuning import Job, Outcome

_SUMS = {"J": "J", "score": "reward/c + log p", "reward": "reward", "log_p": "log p", "kl": "KL from the prior"}
_HEALTH = {
    "rests": "steps of silence",
    "holds": "steps that hold",
    "onsets": "steps that start a note",
    "entropy": "entropy of pitch, in bits",
    "patterns": "different patterns of 8 steps",
}


def tune(*, config: Tune = Tune()) -> int | None:
    """Tune a Note RNN by rules."""
    need_torch()
    checkpoint.card(config.model)
    book_file.find(config.book, folders(config.plugins))
    at_once(f"Tuning {config.model} by the book {config.book} ...", json=config.json)
    from live_composer.learn import tuning
    from live_composer.learn.display import Silence, display
    from live_composer.learn.team import team
    from live_composer.learn.tune_recipe import smallest_batch

    job = job_of(config, typed())
    folder, book = job.folder, job.task.book
    with team(config.device, smallest_batch(job.recipe), config.threads) as mine, contextlib.ExitStack() as stack:
        stack.enter_context(using(book))
        screen = wants_screen(plain=config.plain, json=config.json) and mine.size == 1
        shown = stack.enter_context(display(_about(config, folder), screen=screen)) if mine.leads else Silence()
        outcome = tuning.tune(job, mine, shown)
    if outcome is None:
        return None
    _report(config, folder, outcome)
    return INTERRUPTED if outcome.interrupted else None


def job_of(config: Tune, command: str, weights: Mapping[str, float] | None = None) -> Job:
    """Return what the options ask for.

    Args:
        config: the options.
        command: what was typed.
        weights: of rules, where they differ from the book's.

    Raises:
        BadInput: a weight is of no rule of the book, or the run would write over the model that it begins from, or
            what is asked for makes no sense.
        BadModel, BadFile: the model or the book is not there, or damaged.
    """
    from live_composer.learn.tune_recipe import recipe_of
    from live_composer.learn.tuning import Job

    recipe = recipe_of(config)
    folder = config.output or Path("runs") / config.algo
    if checkpoint.find(config.model).resolve() == (folder / f"{folder.resolve().name}.json").resolve():
        raise BadInput(f"In {folder} is the model that is to be tuned, and would be written over; choose another -o.")
    return Job(
        _tasks(config, recipe, weights or {}),
        config.algo,
        recipe,
        config.seed,
        folder,
        command,
        config.minutes,
        config.resume,
        config.tensorboard,
    )


def _about(config: Tune, folder: Path) -> Learning:
    """Return what a screen is told of it."""
    from live_composer.learn.tuning import ALGORITHMS

    title = f"tune {Path(config.model).stem} by {config.algo}, book {Path(config.book).stem}"
    return Learning(title, str(folder), "steps", ALGORITHMS[config.algo].goal)


def _tasks(config: Tune, recipe: TuneRecipe, weights: Mapping[str, float]) -> tuple[Task, ...]:
    """Return a task for each metre."""
    from live_composer.learn.task import task_of

    prior = checkpoint.load(config.model)
    book = open_book(config.book, config.plugins)
    if strange := sorted(weights.keys() - book.weights.keys()):
        raise BadInput(f"The book {book.name} has no rule `{strange[0]}`; it has: {', '.join(sorted(book.weights))}.")
    book = replace(book, weights={**book.weights, **weights})
    key = Key.parse(config.key) if config.key else book.key

    def task(metre: Metre) -> Task:
        context = book.context(key=key, metre=metre)
        steps = config.bars * metre.steps_per_bar if config.bars else None
        if steps and context.length is not None:
            context = replace(context, length=steps)
        return task_of(prior, book, context, steps, c=recipe.c, prior_weight=config.prior_weight)

    return tuple(task(Metre.parse(metre)) for metre in config.metre)


def _report(config: Tune, folder: Path, outcome: Outcome) -> None:
    card = outcome.card
    path = folder / f"{card.name}.json"
    if config.json:
        print(as_json(outcome, path))
        return
    prior, best = outcome.prior.figures, outcome.best.figures
    titles = _SUMS | {name: name for name in outcome.best.paid} | _HEALTH
    rows = [(title, f"{prior[name]:.2f}", f"{best[name]:.2f}") for name, title in titles.items()]
    print_table(("a melody", f"+{card.tuning.prior if card.tuning else 'prior'}", f"+{card.name}"), rows)
    print(how_long(outcome))
    if card.metrics["updates"]:
        print(f"The best model, after {card.metrics['updates']:,} updates: {path}")
    else:
        print(f"No update made it better, so {path} is the untuned model; give it more --steps or --minutes.")
