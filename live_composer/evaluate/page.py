"""An evaluation as pages: Markdown beside its pictures, and HTML that is complete in itself."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from live_composer.evaluate import published, svg
from live_composer.evaluate.sheet import sheets
from live_composer.music.melody import Melody
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from live_composer.evaluate.sheet import Line, Sheet
    from live_composer.evaluate.verdict import Judged, Verdict

CURVES = {"reward": "reward a step", "log_p": "log p under the prior a step", "kl": "KL from the prior a step"}


def melodies(verdict: Verdict, model: Judged) -> list[Melody]:
    """Return the examples of a model."""
    vocabulary, metre = Vocabulary(verdict.lowest, verdict.highest), Metre.parse(verdict.metre)
    return [Melody.of(events, metre, vocabulary) for events in model.examples]


def pictures(verdict: Verdict) -> dict[str, str]:
    """Return every picture as SVG, by the name of its file."""
    drawn = {
        f"{name}.svg": svg.curves(title, {model.name: model.by_step[name] for model in verdict.models})
        for name, title in CURVES.items()
    }
    for model in verdict.models:
        for number, melody in enumerate(melodies(verdict, model), 1):
            name = example(model, number)
            drawn[f"{name}.svg"] = svg.roll(melody, name)
    return drawn


def example(model: Judged, number: int) -> str:
    """Return the name of an example's files, without their endings."""
    return f"{re.sub(r'[^A-Za-z0-9._-]+', '-', model.name)}-{number}"


def markdown(verdict: Verdict, *, beside_paper: bool, endings: tuple[str, ...] = ()) -> str:
    """Write the page in Markdown, to lie beside its pictures.

    Args:
        verdict: what was found.
        beside_paper: whether the paper's columns stand beside ours.
        endings: of the files that each example was written to, such as `.mid`.
    """
    tables = sections(verdict, beside_paper=beside_paper)
    return "\n".join(["# Evaluation\n", tables, "## Pictures\n", *_markdown_pictures(verdict, endings)])


def sections(verdict: Verdict, *, beside_paper: bool, level: int = 2) -> str:
    """Return all that is told in words and tables, in Markdown, with headings of a level."""
    mark = "#" * level
    parts = [f"{_head(verdict)}\n"]
    for sheet in sheets(verdict, beside_paper=beside_paper):
        parts.append(f"{mark} {sheet.title}\n\n{sheet.about}\n\n{table(sheet)}")
        if beside_paper and sheet.title == "Table 1":
            parts.append(f"{published.DIFFERENCES}\n")
    models = "\n".join(f"- {model.name}: `{model.command}`" for model in verdict.models)
    return "\n".join([*parts, f"{mark} Models\n\n{models}\n"])


def table(sheet: Sheet) -> str:
    """Return a table in Markdown."""
    lines = ["| | " + " | ".join(sheet.columns) + " |", "|---|" + "--:|" * len(sheet.columns)]
    lines += [f"| {_title(line)} | " + " | ".join(line.cells) + " |" for line in sheet.lines]
    return "\n".join(lines) + "\n"


def page(verdict: Verdict, *, beside_paper: bool, endings: tuple[str, ...] = ()) -> str:
    """Write the page in HTML, its pictures within it; sounds are linked."""
    drawn = pictures(verdict)
    parts = [f"<h1>Evaluation</h1><p>{_code(_head(verdict))}</p>"]
    for sheet in sheets(verdict, beside_paper=beside_paper):
        parts.append(f"<h2>{html.escape(sheet.title)}</h2><p>{_code(sheet.about)}</p>{_html_table(sheet)}")
        if beside_paper and sheet.title == "Table 1":
            parts.append(f"<p>{html.escape(published.DIFFERENCES)}</p>")
    items = "".join(
        f"<li>{html.escape(model.name)}: <code>{html.escape(model.command)}</code></li>" for model in verdict.models
    )
    parts.append(f"<h2>Models</h2><ul>{items}</ul><h2>Pictures</h2>")
    parts.append("<p>" + "".join(drawn[f"{name}.svg"] for name in CURVES) + "</p>")
    for model in verdict.models:
        parts.append(f"<h3>{html.escape(model.name)}: the first melodies drawn, unselected</h3>")
        for number in range(1, len(model.examples) + 1):
            name = example(model, number)
            parts.append(f"<figure>{drawn[f'{name}.svg']}{_sounds(name, endings)}</figure>")
    return _HTML.format(body="\n".join(parts))


def _head(verdict: Verdict) -> str:
    off = "".join(f" The rule {name} was off: {reason}." for name, reason in verdict.off.items())
    return (
        f"{verdict.melodies:,} melodies of each model, {verdict.steps} sixteenths in {verdict.metre}, {verdict.key}, "
        f"drawn with seed {verdict.seed} and judged by the rule book {verdict.book}, by `{verdict.command}`. Figures "
        f"stand with half the width of their 95 % intervals.{off}"
    )


def _markdown_pictures(verdict: Verdict, endings: tuple[str, ...]) -> Iterator[str]:
    for name, title in CURVES.items():
        yield f"![{title}]({name}.svg)\n"
    for model in verdict.models:
        yield f"### {model.name}: the first melodies drawn, unselected\n"
        for number in range(1, len(model.examples) + 1):
            name = example(model, number)
            links = ", ".join(f"[{name}{ending}]({name}{ending})" for ending in endings)
            yield f"![{name}]({name}.svg) {links}".rstrip() + "\n"


def _title(line: Line) -> str:
    return f"*{line.title}*" if line.aside else line.title


def _html_table(sheet: Sheet) -> str:
    head = "".join(f"<th>{html.escape(column)}</th>" for column in ("", *sheet.columns))
    rows = "".join(
        f"<tr{' class=aside' if line.aside else ''}><td>{html.escape(line.title)}</td>"
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in line.cells)
        + "</tr>"
        for line in sheet.lines
    )
    return f"<div class=wide><table><tr>{head}</tr>{rows}</table></div>"


def _sounds(name: str, endings: tuple[str, ...]) -> str:
    links = " ".join(f'<a href="{name}{ending}">{name}{ending}</a>' for ending in endings)
    player = f'<audio controls preload="none" src="{name}.wav"></audio> ' if ".wav" in endings else ""
    return f"<figcaption>{player}{links}</figcaption>"


def _code(text: str) -> str:
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text))


_HTML = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Evaluation</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em; color: #1e293b;
  background: #fff }}
p {{ max-width: 48em }} .wide {{ overflow-x: auto }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px }}
td, th {{ padding: .2em .8em; text-align: right; border-bottom: 1px solid #e2e8f0; white-space: nowrap }}
td:first-child {{ text-align: left }} .aside td {{ color: #64748b }} .aside td:first-child {{ padding-left: 2.2em }}
figure {{ margin: 0 0 1em; overflow-x: auto }} figcaption {{ font-size: 13px }} code {{ font-size: 90% }}
audio {{ height: 2em; vertical-align: middle }}
</style>
{body}
</html>
"""
