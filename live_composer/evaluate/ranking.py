"""A sweep's report: tuned models ranked by J, by the rows of the paper's Table 1, and by how healthy they are.

J compares those alone that strive for the same: each objective has a ranking of its own. Rows and health rank all. Of
each row a model has its place; what is told is the mean of its places, and 1 is best throughout.
"""

from __future__ import annotations

import re
from collections import defaultdict
from statistics import mean
from typing import TYPE_CHECKING

import msgspec

from live_composer.evaluate import tunes
from live_composer.evaluate.judge import judge
from live_composer.evaluate.objective import Objective
from live_composer.evaluate.sheet import told
from live_composer.evaluate.verdict import Judged
from live_composer.learn.sweep import Trial
from live_composer.measures.health import HEALTH
from live_composer.measures.table import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from live_composer.learn.task import Task
    from live_composer.measures.estimates import Estimate
    from live_composer.measures.table import Row
    from live_composer.policy.policy import Policy

_SEED = re.compile(r"-?\bseed_\d+")
_POOL = 100
_PAPER = tuple(row for row in TABLE if row.as_paper and row.better)


class Result(msgspec.Struct, frozen=True):
    """What came of a trial.

    Attributes:
        trial: it.
        objective: what it strove for, in words; equal where J may be compared.
        melodies: how many were measured.
        real: figures of health of real tunes of that metre and length; empty where none are known.
        judged: what was found.
    """

    trial: Trial
    objective: str
    melodies: int
    real: dict[str, float]
    judged: Judged


class Ranking(msgspec.Struct, frozen=True):
    """One ranking.

    Attributes:
        title: by what.
        columns: what is told of each, beside its name.
        lines: the best first: the trial's name and the cells.
    """

    title: str
    columns: list[str]
    lines: list[list[str]]


class Report(msgspec.Struct, frozen=True):
    """All that is told of a sweep.

    Attributes:
        command: what was typed.
        rankings: by J for each objective, by the paper's rows, by health.
        failed: trials that came to nothing, with the reason.
        results: what the rankings are made from.
    """

    command: str
    rankings: list[Ranking]
    failed: dict[str, str]
    results: list[Result]


def measured(trial: Trial, task: Task, policy: Policy, command: str, melodies: int) -> Result:
    """Measure the policy that a trial came to."""
    objective = Objective(task.prior_policy, task.book, task.context, task.steps, task.c, task.prior_weight)
    judged = judge(
        policy, objective, trial.name, command=command, melodies=melodies, seed=trial.setting.seed, pool=_POOL
    )
    metre = task.context.metre
    weights = ", ".join(f"{rule} {weight:g}" for rule, weight in trial.setting.weights.items())
    strives = f"{task.book.name}{f' ({weights})' if weights else ''} at c = {task.c:g} from {task.prior.card.name}"
    strives += "" if task.prior_weight == 1 else f" that counts {task.prior_weight:g} times"
    strives += f", {task.steps} steps of {metre} in {task.context.key}"
    real = tunes.reference(str(metre), task.steps)
    figures = {name: each.value for name, each in real.health.items() if each.value is not None} if real else {}
    return Result(trial, strives, melodies, figures, judged)


def report(results: Sequence[Result], failed: dict[str, str], command: str) -> Report:
    """Rank results."""
    rankings: list[Ranking] = []
    for objective in dict.fromkeys(result.objective for result in results):
        alike = [result for result in results if result.objective == objective]
        rankings += [_by_j(objective, alike), *_over_seeds(objective, alike)]
    if results:
        rankings += [_by_rows(results), *_by_health(results)]
    return Report(command, rankings, failed, list(results))


def markdown(report: Report) -> str:
    """Return a report as a page."""
    lines = ["# A sweep", "", f"`{report.command}`, {len(report.results)} tunings.", ""]
    for ranking in report.rankings:
        lines += [f"## {ranking.title}", "", _line(["", "tuning", *ranking.columns])]
        lines += [_line(["--:", "---", *["--:"] * len(ranking.columns)])]
        lines += [_line([str(place), *cells]) for place, cells in enumerate(ranking.lines, 1)] + [""]
    if report.failed:
        lines += ["## Came to nothing", "", *(f"- {name}: {reason}" for name, reason in report.failed.items()), ""]
    return "\n".join(lines)


def places(values: Iterable[float]) -> list[float]:
    """Return the place of each value among all, the smallest first; equal ones share theirs."""
    found = list(values)
    return [sum(other < value for other in found) + (found.count(value) + 1) / 2 for value in found]


def _by_j(objective: str, results: Sequence[Result]) -> Ranking:
    alike = sorted(results, key=lambda result: -_value(result.judged.j))
    parts: dict[str, Callable[[Judged], Estimate]] = {
        "J": lambda model: model.j,
        "reward": lambda model: model.reward,
        "KL from the prior": lambda model: model.kl,
        "log p a step": lambda model: model.log_p_step,
    }
    lines = [[result.trial.name, *(told(of(result.judged), "number") for of in parts.values())] for result in alike]
    return Ranking(f"By J, for {objective}", list(parts), lines)


def _over_seeds(objective: str, results: Sequence[Result]) -> list[Ranking]:
    """Rank what differs in more than the seed by the mean of its J, where there are several seeds."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for result in results:
        found[_SEED.sub("", result.trial.name).strip("-")].append(_value(result.judged.j))
    if max(map(len, found.values())) == 1:
        return []
    lines = [
        [name or "all", f"{mean(js):.1f}", f"{min(js):.1f}", f"{max(js):.1f}", str(len(js))]
        for name, js in sorted(found.items(), key=lambda item: -mean(item[1]))
    ]
    return [Ranking(f"By J over seeds, for {objective}", ["mean J", "least", "most", "seeds"], lines)]


def _by_rows(results: Sequence[Result]) -> Ranking:
    def badness(row: Row, result: Result) -> float:
        value = _value(result.judged.table.get(row.key))
        return {"0": abs(value), "low": value, "high": -value}[row.better]

    return _ranking("By the paper's rows", results, _PAPER, lambda result: result.judged.table, badness)


def _by_health(results: Sequence[Result]) -> list[Ranking]:
    """Rank by how far from real tunes each figure is, where real tunes are known."""
    known = [result for result in results if result.real]
    rows = tuple(row for row in HEALTH if all(row.key in result.real for result in known))

    def badness(row: Row, result: Result) -> float:
        return abs(_value(result.judged.health.get(row.key)) - result.real[row.key])

    title = "By health: how near to real tunes"
    return [_ranking(title, known, rows, lambda result: result.judged.health, badness)] if known else []


def _ranking(
    title: str,
    results: Sequence[Result],
    rows: Sequence[Row],
    figures: Callable[[Result], Mapping[str, Estimate]],
    badness: Callable[[Row, Result], float],
) -> Ranking:
    """Rank by the mean of the places that each row gives."""
    by_row = [places(badness(row, result) for result in results) for row in rows]
    means = [sum(of_row[index] for of_row in by_row) / max(1, len(rows)) for index in range(len(results))]
    ordered = sorted(zip(means, results, strict=True), key=lambda pair: pair[0])
    lines = [
        [result.trial.name, f"{place:.1f}", *(told(figures(result).get(row.key), row.unit) for row in rows)]
        for place, result in ordered
    ]
    return Ranking(title, ["mean place", *(row.title for row in rows)], lines)


def _value(estimate: Estimate | None) -> float:
    return -1e9 if estimate is None or estimate.value is None else estimate.value


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
