"""One file in, its melodies out: what each worker process does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from live_composer.corpus import sources
from live_composer.corpus.abc import read_abc
from live_composer.corpus.extract import Extracted, extract
from live_composer.corpus.midi import read_midi
from live_composer.corpus.musicxml import read_musicxml
from live_composer.errors import LiveComposerError

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.config import CorpusBuild
    from live_composer.corpus.score import Score


@dataclass(frozen=True, slots=True)
class Found:
    """A melody, with its title and which one of its file's tunes it is of."""

    melody: Extracted
    title: str
    place: str


@dataclass(slots=True)
class FileReport:
    """What one file gave.

    Attributes:
        found: its melodies.
        tunes: how many tunes it holds.
        dropped: what was dropped, by reason.
        rights: what the file says of its licence.
        broken: why it could not be read; empty when it could.
    """

    found: list[Found] = field(default_factory=list[Found])
    tunes: int = 0
    dropped: Counter[str] = field(default_factory=Counter[str])
    rights: str = ""
    broken: str = ""


def read_file(path: Path, options: CorpusBuild) -> FileReport:
    """Read a file of any kind and extract its melodies; a file that cannot be read is reported, never raised."""
    report = FileReport()
    try:
        scores = read_scores(path, repeats=options.repeats)
        for score in scores:
            harvest = extract(score, options)
            report.found.extend(Found(melody, score.title, score.place) for melody in harvest.melodies)
            report.dropped.update(harvest.dropped)
            report.rights = report.rights or score.rights
        report.tunes = len(scores)
    except LiveComposerError as error:
        return FileReport(broken=str(error))
    # Whatever one file among ten thousand does to a reader, the others are read.
    except Exception as error:  # noqa: BLE001
        return FileReport(broken=f"{path} could not be read: {type(error).__name__}: {error}.")
    return report


def read_scores(path: Path, *, repeats: bool = False) -> list[Score]:
    """Read a file by the reader that its name's ending asks for.

    Raises:
        BadFile: the file is missing or broken.
    """
    kind = path.suffix.lower()
    if kind in sources.ABC:
        return read_abc(path, repeats=repeats)
    if kind in sources.MUSICXML:
        return read_musicxml(path, repeats=repeats)
    return read_midi(path)
