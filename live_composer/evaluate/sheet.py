"""Tables of an evaluation, made once for the terminal, for Markdown and for HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from live_composer.evaluate import published
from live_composer.measures.health import HEALTH, POOLED
from live_composer.measures.table import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.evaluate.verdict import Judged, Verdict
    from live_composer.measures.estimates import Estimate
    from live_composer.measures.table import Better, Unit

_WANTED: dict[Better, str] = {"0": "0", "low": "low", "high": "high", "": ""}
_SHARES = {"melodies", "patterns", "neighbour", "tune"}
_FINE = 0.01
_OPTIMUM = (
    " The optimum is what the best policy would play, as far as the walkers that estimate its limit found it: what it "
    "does without does not pay under this book."
)


@dataclass(frozen=True)
class Line:
    """One row of a table.

    Attributes:
        title: what is told.
        cells: a text a column.
        aside: whether it stands beside the row above, as what that should have counted.
    """

    title: str
    cells: list[str]
    aside: bool = False


@dataclass(frozen=True)
class Sheet:
    """One table.

    Attributes:
        title: its heading.
        columns: their names.
        lines: its rows.
        about: a paragraph under the heading.
    """

    title: str
    columns: list[str]
    lines: list[Line] = field(default_factory=list["Line"])
    about: str = ""


def sheets(verdict: Verdict, *, beside_paper: bool) -> list[Sheet]:
    """Return every table of an evaluation.

    Args:
        verdict: what was found.
        beside_paper: whether the paper's four columns stand beside ours.
    """
    return [_table(verdict, beside_paper=beside_paper), _objective(verdict), _rules(verdict), _health(verdict)]


def without_intervals(sheet: Sheet) -> Sheet:
    """Return a table whose figures stand alone: narrow enough for a terminal."""
    lines = [replace(line, cells=[re.sub(r" ±[\d.]+", "", cell) for cell in line.cells]) for line in sheet.lines]
    return replace(sheet, lines=lines)


def told(estimate: Estimate | None, unit: Unit) -> str:
    """Return a figure with half the width of its interval, such as `12.3 ±0.4 %`."""
    if estimate is None or estimate.value is None:
        return "none"
    scale, sign = (100, " %") if unit == "share" else (1, "")
    value = scale * estimate.value
    places = _places(estimate, unit)
    if estimate.low is None or estimate.high is None:
        return f"{value:.{places}f}{sign}"
    half = scale * max(estimate.high - estimate.value, estimate.value - estimate.low)
    return f"{value:.{places}f} ±{half:.{max(places, 1)}f}{sign}"


def _places(estimate: Estimate, unit: Unit) -> int:
    """Return how many decimals a figure is worth."""
    assert estimate.value is not None
    if unit == "share":
        return 2 if min(estimate.value, 1 - estimate.value) < _FINE else 1
    return 3 if abs(estimate.value) < 1 else 2 if abs(estimate.value) < 10 else 1  # noqa: PLR2004


def _table(verdict: Verdict, *, beside_paper: bool) -> Sheet:
    columns = [*_names(verdict), *(["the optimum"] if verdict.optimum else [])]
    columns += ["real tunes"] if verdict.tunes else []
    paper = list(published.NAMES) if beside_paper else []
    sheet = Sheet(
        "Table 1",
        [*columns, *(f"paper: {name}" for name in paper), "better is"],
        about="The paper's rows, counted as it counts; after one that counts oddly stands what it ought to count."
        + (_OPTIMUM if verdict.optimum else ""),
    )
    for row in TABLE:
        cells = [told(model.table.get(row.key), row.unit) for model in verdict.models]
        cells += [told(verdict.optimum.get(row.key), row.unit)] if verdict.optimum else []
        cells += [told(verdict.tunes.table.get(row.key), row.unit)] if verdict.tunes else []
        known = published.TABLE.get(row.key)
        cells += [_printed(value, row.unit) for value in known] if known and paper else [""] * len(paper)
        sheet.lines.append(Line(row.title, [*cells, _WANTED[row.better]], aside=not row.as_paper))
    return sheet


def _printed(value: float, unit: Unit) -> str:
    return f"{100 * value:.3g} %" if unit == "share" else f"{value:.2f}"


def _objective(verdict: Verdict) -> Sheet:
    rows: list[tuple[str, Callable[[Judged], Estimate]]] = [
        ("reward", lambda model: model.reward),
        ("log p under the prior", lambda model: model.log_p),
        ("log p a step", lambda model: model.log_p_step),
        ("log p a note that starts", lambda model: model.log_p_note),
        ("KL from the prior", lambda model: model.kl),
        ("J = reward / c - KL", lambda model: model.j),
    ]
    lines = [Line(title, [told(of(model), "number") for model in verdict.models]) for title, of in rows]
    about = f"A melody, in the book's points and in nats; c is {verdict.c:g}, the prior {verdict.prior}."
    limit = verdict.limit
    if limit is not None:
        gaps = [limit.gap(model.j.value) for model in verdict.models if model.j.value is not None]
        lines += [
            Line("log Z at least", [f"{limit.at_least:.1f}"] * len(verdict.models)),
            Line("log Z at most", [f"{limit.at_most:.1f}"] * len(verdict.models)),
            Line("J is below log Z by at least", [_part_of(least) for least, _ in gaps]),
            Line("and by at most", [_part_of(most) for _, most in gaps]),
        ]
        about += " " + _about_limit(verdict)
    return Sheet("The objective and its limit" if limit else "The objective", _names(verdict), lines, about)


def _part_of(gap: float) -> str:
    return f"{100 * gap:.1f} %" if gap < 1 else "all of it"


def _about_limit(verdict: Verdict) -> str:
    limit = verdict.limit
    assert limit is not None
    return (
        f"No policy reaches more than log Z. Certainly it is over {limit.found:.1f}, the sum over {limit.melodies:,} "
        f"different melodies that were seen, the best of them {limit.peak:.1f} alone. {limit.walkers} melodies of "
        f"{limit.by}, led to the optimum by way of {limit.stations} distributions between, estimate "
        f"{limit.lower:.1f}; the best that these and a search by climbing found, led back, {limit.upper:.1f}; "
        f"those melodies played with slips, {limit.slips:.1f}; the "
        f"model's own melodies alone estimate {limit.drawn:.1f} (worth {limit.effective:,.0f} equal weights). What is "
        "said to be the least holds in 95 cases of 100 whatever went wrong, by Markov's inequality. So does what is "
        "said to be the most, as far as the best melodies were found: nothing is certain of a kind that nobody met."
    )


def _rules(verdict: Verdict) -> Sheet:
    names = dict.fromkeys(name for model in verdict.models for name in model.rules)
    lines = [
        Line(
            f"{name} (weight {verdict.weights.get(name, 1):g})" + (", off" if name in verdict.off else ""),
            [told(model.rules.get(name), "number") for model in verdict.models],
        )
        for name in names
    ]
    about = f"What each rule of the book {verdict.book} pays a melody, its weight included."
    return Sheet("What the rules say", _names(verdict), lines, about)


def _health(verdict: Verdict) -> Sheet:
    tunes = verdict.tunes
    titles: dict[str, tuple[str, Unit]] = {row.key: (row.title, row.unit) for row in HEALTH}
    titles |= {
        key: (title.format(pool=f"{verdict.pool:,}"), "share" if key in _SHARES else "number")
        for key, title in POOLED.items()
    }
    lines: list[Line] = []
    for key, (title, unit) in titles.items():
        found = [model.health.get(key) for model in verdict.models]
        if any(found):
            beside = [told(tunes.health.get(key), unit)] if tunes else []
            lines.append(Line(title, [*(told(estimate, unit) if estimate else "" for estimate in found), *beside]))
    about = "What rules may be paid for at the music's cost, beside the same figures of real tunes."
    if tunes:
        about += (
            f" Those are the first {tunes.steps} sixteenths of {tunes.pieces:,} tunes in {tunes.metre}, of "
            f"`{tunes.corpus}`; the most similar real tune is looked for among pieces of the tunes learnt from, for "
            "tunes that were held out."
        )
    return Sheet("Health", [*_names(verdict), *(["real tunes"] if tunes else [])], lines, about)


def _names(verdict: Verdict) -> list[str]:
    return [model.name for model in verdict.models]
