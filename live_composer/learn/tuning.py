"""Tuning: a Note RNN learns to play by rules, and stays as near to what it learnt from tunes as they allow.

The course is the same for every algorithm: rounds of a way of learning, measurements in between, the best model kept.
"""

from __future__ import annotations

import dataclasses
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from live_composer.errors import BadInput
from live_composer.learn import cards, journal, samples
from live_composer.learn.by_melody import ByMelody, bars_counted
from live_composer.learn.by_transition import ByTransition
from live_composer.learn.g import G
from live_composer.learn.gauge import gauge
from live_composer.learn.memory import keep_blocks
from live_composer.learn.pg import PolicyGradient
from live_composer.learn.progress import TuneProgress
from live_composer.learn.psi import Psi
from live_composer.learn.q import Q
from live_composer.learn.run import Run
from live_composer.learn.stopping import asked_to_stop
from live_composer.learn.tune_recipe import ByMelodyRecipe, ByTransitionRecipe
from live_composer.policy import checkpoint
from live_composer.policy.shape import LONGEST_PHRASE
from live_composer.wire.learning import Moved

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.learn.display import Display
    from live_composer.learn.progress import TuneRow
    from live_composer.learn.task import Task
    from live_composer.learn.team import Team
    from live_composer.learn.tune_recipe import TuneRecipe
    from live_composer.learn.way import Way
    from live_composer.wire.learning import Sample

ALGORITHMS = {"psi": Psi(), "q": Q(), "g": G(), "pg": PolicyGradient()}
_FINAL = 10_000
"""Melodies of the last measurement."""
_NUMBERS = 2**31
"""Measurements draw with this seed, so that they can be compared; the last draws with the next, so that it is fair."""


@dataclass(frozen=True, slots=True)
class Job:
    """One tuning.

    Attributes:
        tasks: what is tuned, for what; one for each metre, otherwise alike.
        algorithm: by name.
        recipe: how it is learnt.
        seed: decides everything random.
        folder: of the run; its last name is the model's.
        command: what was typed, for the card.
        minutes: time limit; None without.
        resume: whether to go on with what the folder holds.
        tensorboard: whether to write the journal for TensorBoard too.
    """

    tasks: tuple[Task, ...]
    algorithm: str
    recipe: TuneRecipe
    seed: int
    folder: Path
    command: str
    minutes: float | None = None
    resume: bool = True
    tensorboard: bool = False

    @property
    def task(self) -> Task:
        """The first of the tasks; prior, book, key, c and the prior's weight are those of all."""
        return self.tasks[0]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a tuning.

    Attributes:
        card: of the best model.
        prior: the prior, measured as the best model was.
        best: the best model, measured anew on more melodies.
        progress: how far it came.
        interrupted: whether it was stopped before its end.
    """

    card: checkpoint.Card
    prior: TuneRow
    best: TuneRow
    progress: TuneProgress
    interrupted: bool


def tune(job: Job, team: Team, display: Display) -> Outcome | None:
    """Learn, measure what was learnt, and write it down.

    Returns:
        what the leader has to tell; None in the other processes of a team.

    Raises:
        BadInput: the folder holds a run with other settings, or learning went astray.
        BadFile: the folder holds a damaged run.
        CannotWrite: the disk is full, or the folder cannot be written.
    """
    keep_blocks()
    run = Run(job.folder, _settings(job, team), TuneProgress)
    way = way_of(job, team)
    progress = run.restore(way) if job.resume else TuneProgress()
    course = _Course(job, team, display, run, way, progress)
    interrupted = course.learn()
    if not team.leads:
        return None
    display.concluding()
    return course.conclude(interrupted=interrupted)


def way_of(job: Job, team: Team) -> Way:
    """Return the way of learning that a recipe is for.

    Raises:
        BadInput: it does not learn in several metres, or melodies of so many bars.
    """
    algorithm, recipe = ALGORITHMS[job.algorithm], job.recipe
    if isinstance(recipe, ByMelodyRecipe):
        bars = max(map(bars_counted, job.tasks))
        if recipe.told and bars > LONGEST_PHRASE:
            raise BadInput(
                f"The network counts bars, to {LONGEST_PHRASE} at most, and {bars} are asked for; give fewer."
            )
        return ByMelody(algorithm, job.tasks, recipe, job.seed, team)
    assert isinstance(recipe, ByTransitionRecipe)
    assert not isinstance(algorithm, PolicyGradient)
    if len(job.tasks) > 1:
        raise BadInput("The preset paper learns in one metre at a time; give one --metre.")
    return ByTransition(algorithm, job.task, recipe, job.seed, team)


@dataclass(frozen=True, slots=True)
class _Course:
    """A tuning under way."""

    job: Job
    team: Team
    display: Display
    run: Run[TuneProgress]
    way: Way
    progress: TuneProgress

    @property
    def goal(self) -> str:
        return ALGORITHMS[self.job.algorithm].goal

    @property
    def fraction(self) -> float:
        """How much of the tuning is done, by steps or by time."""
        by_steps = self.progress.steps / self.job.recipe.steps
        if self.job.minutes is None:
            return by_steps
        return self.team.told(max(by_steps, self.progress.seconds / 60 / self.job.minutes))

    @property
    def finished(self) -> bool:
        patience = self.job.recipe.patience
        late = patience is not None and self.progress.waited(self.goal) >= patience
        return self.progress.rows != [] and (late or self.fraction >= 1)

    def learn(self) -> bool:
        """Learn until the recipe's end, an early stop or Ctrl-C; say whether it was Ctrl-C."""
        progress = self.progress
        with asked_to_stop(self.team) as stop:
            if progress.rows:
                self.display.resumed(progress.rows, self._samples)
            else:
                self._check()
            while not self.finished:
                fraction = self.fraction
                began = time.perf_counter()
                self._round(fraction)
                progress.seconds += time.perf_counter() - began
                fraction = self.fraction
                rate = progress.steps / progress.seconds
                self.display.moved(Moved(progress.steps, min(1.0, fraction), rate, progress.seconds))
                due = (progress.rows[-1].steps // self.job.recipe.check_every + 1) * self.job.recipe.check_every
                if progress.steps >= due or fraction >= 1:
                    self._check()
                if stop.is_set() and not self.finished:
                    self.run.save(progress, self.way)
                    return True
        return False

    def _round(self, fraction: float) -> None:
        progress = self.progress
        done = self.way.round(progress.rounds, min(1.0, fraction))
        if not math.isfinite(done.loss):
            raise BadInput(f"The loss is no number any more after {progress.updates} updates; learn more gently.")
        progress.rounds += 1
        progress.steps += done.steps
        progress.updates += done.updates
        progress.losses += done.loss * done.updates
        progress.learnt += done.updates

    def _check(self) -> None:
        """Measure the policy; keep it if it is the best, and keep the run in any case."""
        job, run, progress = self.job, self.run, self.progress
        began = time.perf_counter()
        row = gauge(self.way.policy(), job.tasks, job.recipe.measured, _NUMBERS, progress)
        progress.rows.append(row)
        progress.losses, progress.learnt = 0.0, 0
        best = progress.best(self.goal) is row
        if self.team.leads:
            if best:
                self._keep(row, row)
            journal.write_table(run.folder / "journal.csv", progress.rows)
            if job.tensorboard:
                journal.write_events(run.folder, progress.rows)
        progress.seconds += time.perf_counter() - began
        if self.team.leads:
            run.save(progress, self.way)
            self.display.measured(row, self._samples, best=best)

    def _samples(self) -> list[Sample]:
        return samples.of_task(self.way.policy(), self.job.task)

    def _keep(self, row: TuneRow, at: TuneRow) -> checkpoint.Card:
        job = self.job
        card = cards.tuned_card(job, self.run.name, {"steps": at.steps, "updates": at.updates} | row.figures)
        return checkpoint.save(self.run.model, *self.way.kept(card))

    def conclude(self, *, interrupted: bool) -> Outcome:
        """Measure the best model beside the prior on more melodies; draw the curves; write the card in full."""
        kept = checkpoint.load(str(self.run.model))
        tasks, at = self.job.tasks, self.progress.best(self.goal)
        assert at is not None
        prior, best = (
            gauge(policy, tasks, _FINAL, _NUMBERS + 1, self.progress)
            for policy in (self.job.task.prior_policy, kept.policy())
        )
        journal.write_tuning_curves(self.run.folder / "curves.png", self.progress.rows)
        metrics = {"steps": at.steps, "updates": at.updates, "model": _told(best), "prior": _told(prior)}
        card = cards.tuned_card(self.job, self.run.name, metrics)
        shapes = {"network": kept.card.network, "base": kept.card.base}
        card = checkpoint.save(self.run.model, msgspec.structs.replace(card, **shapes), kept.weights)
        return Outcome(card, prior, best, self.progress, interrupted)


def _told(row: TuneRow) -> dict[str, float]:
    """Return what a measurement says of a model, and nothing of when it was."""
    return {name: figure for name, figure in row.figures.items() if name not in {"steps", "updates", "seconds", "loss"}}


def _settings(job: Job, team: Team) -> dict[str, Any]:
    """Return everything that decides the result of a run."""
    task = job.task
    return dataclasses.asdict(job.recipe) | {
        "algorithm": job.algorithm,
        "seed": job.seed,
        "minutes": job.minutes,
        "prior": task.prior.card.sha256,
        "prior_weight": task.prior_weight,
        "book": {rule.name: [task.book.weights[rule.name], dict(rule.parameters)] for rule in task.book.rules},
        "key": str(task.context.key),
        "metre": [str(task.context.metre) for task in job.tasks],
        "length": [task.steps for task in job.tasks],
        "ends": [task.context.length for task in job.tasks],
        "phrase": task.context.phrase,
        "processes": team.size,
    }
