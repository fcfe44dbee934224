"""Pretraining: a Note RNN learns to foretell the next event of real tunes.

The loop is `_Course.learn`; around it stand what it begins from and what it leaves behind.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from live_composer.errors import BadInput
from live_composer.learn import cards, journal, samples
from live_composer.learn.batches import epoch
from live_composer.learn.learner import Learner
from live_composer.learn.measure import measure
from live_composer.learn.ngrams import Ngrams
from live_composer.learn.progress import Progress, Row
from live_composer.learn.run import Run
from live_composer.learn.stopping import asked_to_stop
from live_composer.policy import checkpoint
from live_composer.policy.note_rnn import NoteRnn
from live_composer.policy.numpy_rnn import NumpyRnn
from live_composer.policy.shape import Shape
from live_composer.wire.learning import Moved

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from live_composer.corpus.store import Corpus
    from live_composer.learn.batches import Batch
    from live_composer.learn.display import Display
    from live_composer.learn.recipe import Recipe
    from live_composer.learn.team import Team
    from live_composer.policy.policy import Floats
    from live_composer.wire.learning import Sample

_BASELINES = {"unigram": 1, "5-gram": 5}
"""The orders of the n-grams that a model is measured beside."""


@dataclass(frozen=True, slots=True)
class Job:
    """One pretraining: what to learn, from what, how, and where to keep it.

    Attributes:
        corpus: the melodies.
        recipe: how to learn.
        seed: decides everything random.
        folder: of the run; its last name is the model's.
        command: what was typed, for the card.
        resume: whether to go on with what the folder holds.
        tensorboard: whether to write the journal for TensorBoard too.
    """

    corpus: Corpus
    recipe: Recipe
    seed: int
    folder: Path
    command: str
    resume: bool = True
    tensorboard: bool = False

    @property
    def shape(self) -> Shape:
        """The network's shape."""
        return Shape(self.recipe.hidden, self.recipe.layers, self.recipe.metre, self.corpus.vocabulary)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a pretraining.

    Attributes:
        card: of the best model.
        progress: how far it came.
        interrupted: whether it was stopped before its end.
    """

    card: checkpoint.Card
    progress: Progress
    interrupted: bool


def pretrain(job: Job, team: Team, display: Display) -> Outcome | None:
    """Learn, measure what was learnt, and write it down.

    Returns:
        what the leader has to tell; None in the other processes of a team, and if interrupted before anything was kept.

    Raises:
        BadInput: the folder holds a run with other settings, or learning went astray.
        BadFile: the folder holds a damaged run.
        CannotWrite: the disk is full, or the folder cannot be written.
    """
    run = Run(job.folder, _settings(job, team), Progress)
    learner = Learner(job.shape, job.recipe, job.seed, team)
    progress = run.restore(learner) if job.resume else Progress()
    course = _Course(job, team, display, run, learner, progress)
    interrupted = course.learn()
    if not team.leads or not progress.rows:
        return None
    display.concluding()
    return Outcome(course.conclude(), progress, interrupted)


@dataclass(frozen=True, slots=True)
class _Course:
    """A pretraining under way."""

    job: Job
    team: Team
    display: Display
    run: Run[Progress]
    learner: Learner
    progress: Progress

    @property
    def finished(self) -> bool:
        recipe = self.job.recipe
        return self.progress.updates >= recipe.updates or self.progress.waited >= recipe.patience

    def learn(self) -> bool:
        """Learn until the recipe's end, an early stop or Ctrl-C; say whether it was Ctrl-C."""
        recipe, progress = self.job.recipe, self.progress
        if progress.rows:
            self.display.resumed(progress.rows, self._samples)
        with asked_to_stop(self.team) as stop:
            for batch in self._batches():
                began = time.perf_counter()
                self._learn_from(batch)
                progress.seconds += time.perf_counter() - began
                share, rate = progress.updates / recipe.updates, progress.steps / progress.seconds
                self.display.moved(Moved(progress.updates, min(1.0, share), rate, progress.seconds))
                due = (len(progress.rows) + 1) * recipe.check_every
                if progress.updates >= min(due, recipe.updates):
                    self._check()
                if stop.is_set() and not self.finished:
                    self.run.save(progress, self.learner)
                    return True
        return False

    def _batches(self) -> Iterator[Batch]:
        """Give the batches of one epoch after the other, from where the progress stands, until learning is finished."""
        job, progress = self.job, self.progress
        train = job.corpus.split("train")
        while True:
            batches = epoch(train, job.recipe.width, job.seed, progress.epoch, job.recipe.unscored)
            for batch in itertools.islice(batches, progress.batch, None):
                if self.finished:
                    return
                progress.batch += 1
                yield batch
            progress.epoch, progress.batch = progress.epoch + 1, 0

    def _learn_from(self, batch: Batch) -> None:
        progress = self.progress
        state = self.learner.start()
        for window in batch.windows(self.job.recipe.window):
            loss, state = self.learner.update(window, state, progress.updates)
            if not math.isfinite(loss):
                raise BadInput(f"The loss is no number any more after {progress.updates} updates; learn more gently.")
            progress.loss += loss
            progress.scored += int(self.team.part(window).scored.sum())
            progress.steps += int(window.scored.sum())
            progress.updates += 1

    def _check(self) -> None:
        """Measure the running mean on the validation split; keep it if it is the best, and keep the run in any case."""
        job, run, progress = self.job, self.run, self.progress
        scores = measure(self.learner.average, job.corpus.split("validation"))
        row = Row(
            update=progress.updates,
            epoch=progress.epoch + 1,
            steps=progress.steps,
            seconds=round(progress.seconds, 3),
            learning_rate=job.recipe.rate(progress.updates - 1),
            train=round(progress.loss / max(progress.scored, 1), 6),
            validation=round(self.team.told(scores.every.nats), 6),
            accuracy=round(self.team.told(scores.every.accuracy), 6),
        )
        progress.rows.append(row)
        progress.loss, progress.scored = 0.0, 0
        best = progress.best is row
        if not self.team.leads:
            return
        if best:
            self._keep(self.learner.average.weights(), {"updates": row.update, "validation": scores.figures()})
        journal.write_table(run.folder / "journal.csv", progress.rows)
        if job.tensorboard:
            journal.write_events(run.folder, progress.rows)
        run.save(progress, self.learner)
        self.display.measured(row, self._samples, best=best)

    def _samples(self) -> list[Sample]:
        return samples.of_policy(NumpyRnn(self.job.shape, self.learner.average.weights()))

    def conclude(self) -> checkpoint.Card:
        """Measure the best model beside the baselines; draw the curves; write the card in full."""
        kept = checkpoint.load(str(self.run.model))
        network = NoteRnn(kept.shape)
        network.load_state_dict({name: torch.as_tensor(weight) for name, weight in kept.weights.items()})
        network.to(self.team.device)
        counted = {name: Ngrams(self.job.corpus.split("train"), order) for name, order in _BASELINES.items()}
        metrics: dict[str, Any] = {"updates": kept.card.metrics["updates"]}
        for split in ("validation", "test"):
            melodies = self.job.corpus.split(split)
            metrics[split] = {"model": measure(network, melodies).figures()}
            metrics[split] |= {name: ngrams.scores(melodies).figures() for name, ngrams in counted.items()}
        baselines = {name: metrics["validation"][name]["nats"] for name in counted}
        journal.write_curves(self.run.folder / "curves.png", self.progress.rows, baselines)
        return self._keep(kept.weights, metrics)

    def _keep(self, weights: dict[str, Floats], metrics: dict[str, Any]) -> checkpoint.Card:
        job, run = self.job, self.run
        card = cards.card(job.corpus, job.shape, name=run.name, command=job.command, seed=job.seed, metrics=metrics)
        return checkpoint.save(run.model, card, weights)


def _settings(job: Job, team: Team) -> dict[str, Any]:
    """Return everything that decides the result of a run."""
    return dataclasses.asdict(job.recipe) | {
        "seed": job.seed,
        "corpus": job.corpus.report.sha256,
        "processes": team.size,
    }
