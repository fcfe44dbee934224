"""What a build did, to read and to look at: report.md, and rolls.html with a page of piano rolls."""

from __future__ import annotations

import html
import random
from typing import TYPE_CHECKING

from live_composer import files
from live_composer.music.key import Key
from live_composer.music.vocabulary import FIRST_PITCH, HOLD, NOTE_OFF, pitch_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from live_composer.corpus.store import Amount, Corpus, Report, Source, Tune
    from live_composer.music.melody import Melody

_ROLLS = 60
_STEP, _ROW = 4, 4
_NAMED = 20


def write(corpus: Corpus, seed: int) -> None:
    """Write report.md and rolls.html into the corpus's folder.

    Raises:
        CannotWrite: either could not be written.
    """
    files.write_text(corpus.folder / "report.md", "\n".join(_markdown(corpus)) + "\n")
    files.write_text(corpus.folder / "rolls.html", rolls(corpus, seed))


def measures(corpus: Corpus) -> dict[str, float]:
    """Return shares of all steps and notes that tell at a glance whether a corpus is sound."""
    events = [event for melody in corpus.melodies for event in melody.events.tolist()]
    white = Key().pitch_classes
    notes = [event for event in events if event >= FIRST_PITCH]
    return {
        "holds": events.count(HOLD) / len(events),
        "note offs": events.count(NOTE_OFF) / len(events),
        "notes on white keys": sum(corpus.vocabulary.pitch(event) % 12 in white for event in notes)
        / max(len(notes), 1),
    }


def _markdown(corpus: Corpus) -> Iterator[str]:
    page = corpus.report
    yield "# Corpus\n"
    yield f"{len(corpus.melodies):,} melodies, {sum(map(len, corpus.melodies)):,} sixteenths.\n"
    if page.command:
        yield f"Built by `{page.command}`.\n"
    yield "## Sources\n"
    for source in page.sources:
        yield from _source(source)
    yield "## Splits\n"
    yield from _amounts("split", page.splits)
    yield "## Metres\n"
    yield from _amounts("metre", page.metres)
    yield "## At a glance\n"
    yield from (f"- {name}: {share:.1%}" for name, share in measures(corpus).items())
    yield "\n## Options\n"
    yield from (f"- {name}: {value}" for name, value in page.options.items())


def _source(source: Source) -> Iterator[str]:
    yield f"### {source.name}\n"
    yield f"{source.licence}\n"
    kept = f"kept {source.melodies:,} melodies, {source.steps:,} steps"
    yield f"{source.files:,} files, {source.tunes:,} tunes: {kept}.\n"
    if source.dropped:
        yield "Not kept: " + ", ".join(f"{reason} ({count:,})" for reason, count in source.dropped.items()) + ".\n"
    if source.broken:
        yield f"{source.broken_files:,} files could not be read:\n"
        yield from (f"- {why}" for why in list(source.broken.values())[:_NAMED])
        if source.broken_files > _NAMED:
            yield f"- and {source.broken_files - _NAMED:,} more, named in corpus.json"
        yield ""


def _amounts(name: str, amounts: dict[str, Amount]) -> Iterator[str]:
    yield f"| {name} | melodies | steps |\n|---|--:|--:|"
    yield from (f"| {key} | {amount.melodies:,} | {amount.steps:,} |" for key, amount in amounts.items())
    yield ""


def rolls(corpus: Corpus, seed: int) -> str:
    """Return a page, complete in itself, with the piano rolls of some melodies drawn at random."""
    count = min(_ROLLS, len(corpus.melodies))
    chosen = sorted(random.Random(seed).sample(range(len(corpus.melodies)), count))  # noqa: S311 - only to look at
    figures = "\n".join(_figure(corpus.melodies[index], corpus.tunes[index]) for index in chosen)
    return _PAGE.format(figures=figures, count=count, all=len(corpus.melodies))


def _figure(melody: Melody, tune: Tune) -> str:
    caption = f"{tune.metre}, found in {tune.key}; {tune.source}, {tune.file}; {tune.split}"
    return (
        f"<figure><figcaption><b>{html.escape(tune.title)}</b> {html.escape(caption)}</figcaption>"
        f"{_drawing(melody)}</figure>"
    )


def _drawing(melody: Melody) -> str:
    notes = melody.notes()
    low, high = min(note.pitch for note in notes) - 1, max(note.pitch for note in notes) + 1
    width, height = len(melody) * _STEP, (high - low + 1) * _ROW
    bar = melody.metre.steps_per_bar
    lines = (
        f'<path class="{"beat" if step % bar else "bar"}" d="M{step * _STEP} 0V{height}"/>'
        for step in range(len(melody))
        if step % bar % melody.metre.steps_per_pulse == 0
    )
    tonics = (
        f'<path class="c" d="M0 {(high - pitch) * _ROW + _ROW // 2}H{width}"/>'
        for pitch in range(low, high + 1)
        if pitch % 12 == 0
    )
    boxes = (
        f'<rect x="{note.onset * _STEP}" y="{(high - note.pitch) * _ROW}" width="{note.length * _STEP - 1}" '
        f'height="{_ROW}"><title>{pitch_name(note.pitch)}</title></rect>'
        for note in notes
    )
    return f'<svg width="{width}" height="{height}">{"".join([*lines, *tonics, *boxes])}</svg>'


_PAGE = """<!doctype html>
<meta charset="utf-8">
<title>Piano rolls</title>
<style>
body {{ font: 13px/1.4 system-ui, sans-serif; margin: 2em; color: #222; background: #fff }}
figure {{ margin: 0 0 1.5em; overflow-x: auto }}
figcaption {{ color: #666 }} figcaption b {{ color: #222 }}
rect {{ fill: #2563eb }} path {{ stroke: #eee; fill: none }} path.bar {{ stroke: #999 }} path.c {{ stroke: #fca5a5 }}
</style>
<h1>Piano rolls</h1>
<p>{count} of {all} melodies, drawn at random, in their home keys. Dark lines are bar lines; the red line is C.</p>
{figures}
"""


def summary(report: Report) -> Sequence[tuple[str, str, str, str, str]]:
    """Return a row a source: name, melodies, steps, what was not kept, licence."""
    return [
        (
            source.name,
            f"{source.melodies:,}",
            f"{source.steps:,}",
            ", ".join(f"{count:,} {reason}" for reason, count in source.dropped.items())
            + (f"; {source.broken_files:,} broken files" if source.broken_files else ""),
            source.licence,
        )
        for source in report.sources
    ]
