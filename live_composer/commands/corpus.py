"""`live-composer corpus build` and `corpus info`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from live_composer.commands.plugins import print_table
from live_composer.commands.terminal import typed
from live_composer.config import CorpusBuild, CorpusInfo
from live_composer.corpus import build as building
from live_composer.corpus import report, store

if TYPE_CHECKING:
    from rich.progress import Task


def build(*sources: str, config: CorpusBuild = CorpusBuild()) -> None:
    """Build a corpus of melodies.

    Parameters
    ----------
    sources
        `default` (the public-domain tunebooks), `music21:NAME`, folders and files of MIDI, ABC or MusicXML.
    """
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with bar:
        task = bar.add_task("reading", total=None)
        corpus = building.build(
            sources, config, typed(), lambda done, total: bar.update(task, completed=done, total=total)
        )
    _print(corpus.report, config.json, str(config.output))


def info(*, config: CorpusInfo = CorpusInfo()) -> None:
    """Describe a corpus."""
    corpus = store.load(config.corpus)
    _print(corpus.report, config.json, str(config.corpus))


class _Rate(ProgressColumn):
    """Files a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.0f} files/s" if task.speed else "", style="progress.data.speed")


def _print(page: store.Report, as_json: bool, folder: str) -> None:  # noqa: FBT001
    if as_json:
        sys.stdout.write(msgspec.json.encode(page).decode() + "\n")
        return
    console = Console()
    rows = report.summary(page)
    print_table(("source", "+melodies", "+steps", "not kept"), [row[:4] for row in rows])
    for title, amounts in (("splits", page.splits), ("metres", page.metres)):
        parts = [f"{name} {amount.melodies:,} ({amount.steps:,} steps)" for name, amount in amounts.items()]
        console.print(f"\n[bold]{title}[/]  " + ", ".join(parts), highlight=False, soft_wrap=True)
    for name, *_, licence in rows:
        console.print(f"[bold]{name}[/]: {licence}", highlight=False, soft_wrap=True)
    console.print(f"\nIn {folder}: report.md says what was dropped and why, rolls.html shows melodies.", soft_wrap=True)
