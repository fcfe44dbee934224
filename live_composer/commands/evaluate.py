"""`live-composer evaluate`: models measured, side by side."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from live_composer import files
from live_composer.commands.plugins import open_book, print_table, say, using
from live_composer.commands.progress import progress
from live_composer.commands.terminal import typed
from live_composer.config import Evaluate
from live_composer.corpus import store
from live_composer.errors import BadInput
from live_composer.evaluate import folder, tunes
from live_composer.evaluate.anneal import Path as Way
from live_composer.evaluate.judge import judge
from live_composer.evaluate.limit import Limit, limit, rows
from live_composer.evaluate.objective import Objective
from live_composer.evaluate.sheet import sheets, without_intervals
from live_composer.evaluate.verdict import Judged, Verdict
from live_composer.learn.rollout import fitting
from live_composer.measures.health import POOL
from live_composer.music import audio
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import DEFAULT
from live_composer.policy import checkpoint

if TYPE_CHECKING:
    from live_composer.commands.progress import Begin
    from live_composer.evaluate.tunes import Pieces
    from live_composer.evaluate.verdict import Tunes
    from live_composer.measures.estimates import Estimate
    from live_composer.policy.checkpoint import Checkpoint
    from live_composer.rules.book import RuleBook

_WIDTH = 200
"""Columns of the tables where there is no terminal: nine models fit."""


def evaluate(*models: str, config: Evaluate = Evaluate()) -> None:
    """Measure models: the paper's Table 1, the objective and its limit, and how healthy the melodies are.

    Parameters
    ----------
    models
        The models, by name or path.
    """
    if not models:
        raise BadInput("Name a model to evaluate, such as `live-composer evaluate note-rnn`.")
    if config.output:
        files.check_writable(config.output / folder.JSON)
    loaded = _load(models)
    prior = checkpoint.load(config.prior)
    book = open_book(config.book, config.plugins)
    objective = _objective(prior, book, config)
    for model in loaded.values():
        fitting(model.policy(), objective.prior, objective.context)
    pieces, beside = _tunes(objective, config)
    pool = min(POOL, beside.pieces) if beside else POOL
    with using(book), progress() as begin:
        learnt = pieces.learnt if pieces else None
        ask = partial(judge, melodies=config.n, seed=config.seed, examples=config.examples, pool=pool, tunes=learnt)
        judged = [
            ask(model.policy(), objective, name, command=model.card.command, told=begin(name, config.n, "melodies"))
            for name, model in loaded.items()
        ]
        known, optimum = _limit(loaded, judged, objective, config, begin)
    verdict = Verdict(
        book=book.name,
        weights=book.weights,
        off=book.quarantined,
        prior=prior.card.name,
        c=config.c,
        key=str(book.key),
        metre=str(objective.context.metre),
        steps=objective.steps,
        lowest=objective.context.vocabulary.lowest,
        highest=objective.context.vocabulary.highest,
        melodies=config.n,
        pool=min(pool, config.n),
        seed=config.seed,
        command=typed(),
        models=judged,
        tunes=beside,
        limit=known,
        optimum=optimum,
    )
    # What took minutes is shown before anything can go wrong with a disk.
    _show(verdict, config)
    if config.output:
        _write(verdict, config)


def _load(names: tuple[str, ...]) -> dict[str, Checkpoint]:
    """Load models by name, or by path where two share a name."""
    loaded: dict[str, Checkpoint] = {}
    for given in dict.fromkeys(names):
        model = checkpoint.load(given)
        loaded[given if model.card.name in loaded else model.card.name] = model
    return loaded


def _objective(prior: Checkpoint, book: RuleBook, config: Evaluate) -> Objective:
    metre = Metre.parse(config.metre)
    context = book.context(metre=metre, vocabulary=prior.shape.vocabulary)
    length = book.length
    if config.bars:
        length = config.bars * metre.steps_per_bar if book.length else None
        context = book.context(metre=metre, vocabulary=prior.shape.vocabulary, length=length)
    steps = config.bars * metre.steps_per_bar if config.bars else book.length or 2 * context.steps_per_phrase
    return Objective(prior.policy(), book, context, steps, config.c)


def _tunes(objective: Objective, config: Evaluate) -> tuple[Pieces | None, Tunes | None]:
    """Return the pieces of the corpus that was asked for, and what is known of it or of the default one."""
    metre, steps = objective.context.metre, objective.steps
    if config.corpus:
        corpus = store.load(config.corpus)
        if corpus.vocabulary != objective.context.vocabulary:
            raise BadInput(f"The corpus in {config.corpus} has another range of pitches than the models.")
        pieces = tunes.cut(corpus, metre, steps)
        return pieces, tunes.measure(corpus, pieces, objective.context)
    return None, tunes.reference(str(metre), steps) if objective.context.vocabulary == DEFAULT else None


def _limit(
    loaded: dict[str, Checkpoint], judged: list[Judged], objective: Objective, config: Evaluate, begin: Begin
) -> tuple[Limit | None, dict[str, Estimate]]:
    """Estimate log Z, and what the best policy would play, by way of the model that came nearest to it."""
    if not (config.limit if config.limit is not None else objective.context.length is not None):
        return None, {}
    best = max(judged, key=lambda model: model.j.value or -np.inf)
    told = begin("the limit", 1)
    way = Way(loaded[best.name].policy(), objective, told=told)
    known, optimum = limit(way, best.name, config.walkers, np.random.default_rng([config.seed, 0, 0]))
    return known, rows(optimum, objective)


def _show(verdict: Verdict, config: Evaluate) -> None:
    if config.json:
        sys.stdout.write(files.as_json(verdict, 1).decode())
        return
    for sheet in sheets(verdict, beside_paper=config.beside_paper):
        plain = without_intervals(sheet)
        print(f"\n{sheet.title}\n")
        rows = [(f"  {line.title}" if line.aside else line.title, *line.cells) for line in plain.lines]
        print_table(("", *(f"+{column}" for column in plain.columns)), rows, _WIDTH)


def _write(verdict: Verdict, config: Evaluate) -> None:
    assert config.output is not None
    sound = config.audio and config.examples > 0
    if sound and not audio.can_render():
        say(["there are no WAV files, as FluidSynth or a SoundFont is not installed; the MIDI files are there."])
        sound = False
    folder.write(config.output, verdict, beside_paper=config.beside_paper, sound=sound)
    say([f"{config.output / folder.HTML} shows it with pictures; {folder.MARKDOWN} and {folder.JSON} say the same."])
