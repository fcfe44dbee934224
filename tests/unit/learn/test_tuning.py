"""The course of a tuning: when it measures, what it keeps, when it stops, and what its card says."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace as replace_fields

from live_composer.errors import BadInput, BadModel
from live_composer.learn import tuning
from live_composer.learn.display import Silence
from live_composer.learn.gauge import gauge
from live_composer.learn.progress import TuneProgress, TuneRow
from live_composer.learn.task import task_of
from live_composer.learn.tuning import Job, Outcome, tune
from live_composer.music.metre import Metre
from live_composer.policy import checkpoint
from tests.unit.learn.test_ways import ALONE, BY_MELODY, BY_TRANSITION
from tests.unit.learn.toys import broken, exact_j, toy_book, toy_prior, toy_task

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.learn

SHORT = replace(BY_MELODY, steps=12_000, check_every=3000, measured=200)


def job(folder: Path, **changes: Any) -> Job:
    return replace(Job((toy_task(),), "psi", SHORT, 1, folder, "a test"), **changes)


def tuned(asked: Job) -> Outcome:
    outcome = tune(asked, ALONE, Silence())
    assert outcome is not None
    return outcome


def journal(folder: Path) -> list[dict[str, str]]:
    rows = list(csv.DictReader((folder / "journal.csv").read_text().splitlines()))
    return [{name: figure for name, figure in row.items() if name != "seconds"} for row in rows]


def test_it_measures_at_every_turn_from_the_beginning_to_the_end(tmp_path: Path):
    rows = tuned(job(tmp_path / "toy")).progress.rows

    assert [row.steps // 3000 for row in rows] == [0, 1, 2, 3, 4]
    assert rows[-1].J > rows[0].J + 1
    assert (tmp_path / "toy" / "curves.png").is_file()


def test_the_journal_holds_what_matters(tmp_path: Path):
    tuned(job(tmp_path / "toy"))

    names = set(journal(tmp_path / "toy")[0])

    assert names >= {"steps", "updates", "J", "reward", "log_p", "kl", "upwards", "ends_on_the_tonic"}
    assert names >= {"rests", "holds", "onsets", "entropy", "patterns"}


def test_what_is_kept_plays_as_well_as_was_measured(tmp_path: Path):
    task = toy_task()
    outcome = tuned(job(tmp_path / "toy", tasks=(task,)))

    found = exact_j(checkpoint.load(str(tmp_path / "toy" / "toy")).policy(), task)

    assert found == pytest.approx(outcome.best.J, abs=0.1)
    assert pytest.approx(exact_j(task.prior_policy, task), abs=0.1) == outcome.prior.J
    assert outcome.prior.kl == 0


def test_the_folder_of_a_run_may_hold_a_dot(tmp_path: Path):
    tuned(job(tmp_path / "c0.5"))

    assert checkpoint.load(str(tmp_path / "c0.5" / "c0.5")).card.name == "c0.5"


def test_it_keeps_the_best_not_the_last(tmp_path: Path):
    # So high a learning rate that it gets worse again.
    wild = replace(SHORT, learning_rate=3.0, falling=0.01)
    outcome = tuned(job(tmp_path / "toy", recipe=wild))

    figures = [row.J for row in outcome.progress.rows]

    assert max(figures) > figures[-1], "the test means nothing if the last is the best"
    assert pytest.approx(max(figures), abs=1) == outcome.best.J


def test_a_run_that_was_cut_short_goes_on_as_if_it_had_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tuned(job(tmp_path / "whole"))
    rounds = tuning.ByMelody.round

    def dies(self: Any, number: int, fraction: float) -> Any:
        if number == 20:
            raise KeyboardInterrupt
        return rounds(self, number, fraction)

    monkeypatch.setattr(tuning.ByMelody, "round", dies)
    with pytest.raises(KeyboardInterrupt):
        tuned(job(tmp_path / "cut"))
    monkeypatch.undo()
    tuned(job(tmp_path / "cut"))

    assert journal(tmp_path / "cut") == journal(tmp_path / "whole")
    one, other = ((tmp_path / name / f"{name}.safetensors").read_bytes() for name in ("cut", "whole"))
    assert one == other


def test_it_stops_early_when_nothing_gets_better(tmp_path: Path):
    idle = replace(SHORT, learning_rate=0.0, steps=100_000, patience=3)

    progress = tuned(job(tmp_path / "toy", recipe=idle)).progress

    assert len(progress.rows) == 1 + 3


def test_time_can_be_the_limit(tmp_path: Path):
    endless = replace(SHORT, steps=1_000_000_000, check_every=1_000_000_000)

    progress = tuned(job(tmp_path / "toy", recipe=endless, minutes=0.005)).progress

    assert len(progress.rows) == 2
    assert progress.updates > 0


def test_the_card_tells_how_it_was_made(tmp_path: Path):
    task = toy_task(c=0.25, prior_weight=0.5)
    tuned(job(tmp_path / "toy", tasks=(task,), recipe=replace(SHORT, c=0.25)))

    card = checkpoint.load(str(tmp_path / "toy" / "toy")).card

    assert card.rules == {"upwards": 1.0, "ends_on_the_tonic": 2.0}
    assert card.tuning is not None
    assert (card.tuning.algorithm, card.tuning.c, card.tuning.prior_weight) == ("psi", 0.25, 0.5)
    assert (card.tuning.prior, card.tuning.prior_sha256) == ("toy", task.prior.card.sha256)
    assert (card.command, card.seed) == ("a test", 1)
    assert card.metrics["model"]["J"] > card.metrics["prior"]["J"]


def test_g_is_kept_with_its_prior(tmp_path: Path):
    task = toy_task()
    outcome = tuned(job(tmp_path / "toy", tasks=(task,), algorithm="g"))

    kept = checkpoint.load(str(tmp_path / "toy" / "toy"))

    assert len(kept.networks) == 2
    assert exact_j(kept.policy(), task) == pytest.approx(outcome.best.J, abs=0.1)
    with pytest.raises(BadModel, match="cannot be tuned again"):
        task_of(kept, toy_book(), toy_book().context(), None, c=0.5, prior_weight=1)


def test_the_papers_way_runs_the_same_course(tmp_path: Path):
    slow = replace(BY_TRANSITION, steps=600, check_every=300, measured=100)

    rows = tuned(job(tmp_path / "toy", recipe=slow)).progress.rows

    assert [(row.steps, row.updates) for row in rows] == [(0, 0), (300, 60), (600, 120)]


def test_several_metres_are_learnt_in_turn(tmp_path: Path):
    book = toy_book(None)
    tasks = tuple(
        task_of(toy_prior(), book, book.context(metre=Metre(beats, 4)), 4 * beats, c=0.5, prior_weight=1)
        for beats in (4, 3)
    )
    asked = job(tmp_path / "toy", tasks=tasks, recipe=replace(SHORT, steps=150_000, check_every=50_000, trace=1.0))

    outcome = tuned(asked)

    assert outcome.best.J > outcome.prior.J + 0.3
    assert outcome.card.tuning is not None
    assert (outcome.card.tuning.metre, outcome.card.tuning.steps) == ("4/4, 3/4", 16)
    way = tuning.way_of(asked, ALONE)
    assert [way.round(number, 0.0).steps for number in range(3)] == [96 * 16, 96 * 12, 96 * 16]


def test_the_papers_way_knows_one_metre(tmp_path: Path):
    with pytest.raises(BadInput, match="one --metre"):
        tuned(job(tmp_path / "toy", tasks=(toy_task(), toy_task()), recipe=BY_TRANSITION))


def test_more_bars_than_can_be_counted_are_refused(tmp_path: Path):
    book = toy_book()
    book.length = 65 * 16
    long = task_of(toy_prior(), book, book.context(), None, c=0.5, prior_weight=1)

    with pytest.raises(BadInput, match="counts bars, to 64 at most, and 65 are asked for"):
        tuned(job(tmp_path / "toy", tasks=(long,)))


def test_q_is_chosen_by_its_own_goal(tmp_path: Path):
    outcome = tuned(job(tmp_path / "toy", algorithm="q"))

    scores = [row.score for row in outcome.progress.rows]
    assert outcome.card.metrics["steps"] == outcome.progress.rows[scores.index(max(scores))].steps


def test_a_run_with_other_rules_is_refused(tmp_path: Path):
    tuned(job(tmp_path / "toy"))
    book = toy_book()
    book.weights["upwards"] = 9.0
    other = task_of(toy_prior(), book, book.context(), None, c=0.5, prior_weight=1)

    with pytest.raises(BadInput, match="other settings"):
        tuned(job(tmp_path / "toy", tasks=(other,)))


@pytest.mark.parametrize("changed", [{"phrase": 3}, {"length": None}])
def test_a_run_of_a_book_of_other_phrases_or_without_an_end_is_refused(tmp_path: Path, changed: dict[str, int | None]):
    tuned(job(tmp_path / "toy"))
    book = toy_book()
    other = task_of(toy_prior(), book, book.context(**changed), book.length, c=0.5, prior_weight=1)

    with pytest.raises(BadInput, match="other settings"):
        tuned(job(tmp_path / "toy", tasks=(other,)))


def test_a_loss_that_is_no_number_ends_it(tmp_path: Path):
    with pytest.raises(BadInput, match="no number any more"):
        tuned(job(tmp_path / "toy", recipe=replace(SHORT, value_scale=math.nan)))


def test_a_book_without_a_rule_that_works_is_refused():
    book = toy_book()
    book.quarantined.update({"upwards": "it raised", "ends_on_the_tonic": "it raised"})

    with pytest.raises(BadInput, match="No rule of the book toy can be used"):
        task_of(toy_prior(), book, book.context(), None, c=0.5, prior_weight=1)


def test_endless_playing_needs_a_length():
    book = toy_book(None)

    with pytest.raises(BadInput, match="say how long melodies shall be with --bars"):
        task_of(toy_prior(), book, book.context(), None, c=0.5, prior_weight=1)


def test_a_rule_that_fails_on_the_way_is_off_and_stops_nothing(tmp_path: Path):
    book = toy_book()
    book.rules.append(broken)
    book.weights["broken"] = 1.0
    task = task_of(toy_prior(), book, book.context(), None, c=0.5, prior_weight=1)

    card = tuned(job(tmp_path / "toy", tasks=(task,))).card

    assert "broken" in book.quarantined
    assert "broken" not in card.rules


def test_a_rule_that_is_called_like_a_figure_hides_none():
    sums = {"J": 1.0, "score": 2.0, "reward": 3.0, "log_p": -4.0, "kl": 5.0}
    row = TuneRow(steps=6, updates=7, seconds=8.0, loss=9.0, **sums, health={"rests": 0.25}, rules={})
    rules = dict.fromkeys(["rests", "score", "KL", "loss", "calm"], -3.0)
    named = replace_fields(row, rules=rules)

    assert row.figures.items() <= named.figures.items()
    assert row.curves.items() <= named.curves.items()
    assert set(named.figures) - set(row.figures) == {"rule rests", "rule score", "rule KL", "rule loss", "calm"}


def test_a_measurement_adds_up():
    task = toy_task(c=0.25, prior_weight=0.5)
    row = gauge(task.prior_policy, [task], 500, 1, TuneProgress())

    assert row.reward == pytest.approx(sum(row.rules.values()), abs=1e-3)
    assert row.score == pytest.approx(4 * row.reward + 0.5 * row.log_p, abs=1e-3)
    assert pytest.approx(row.score - (row.kl + row.log_p), abs=1e-3) == row.J
    assert row.health["holds"] + row.health["onsets"] <= 1
