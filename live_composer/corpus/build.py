"""The whole build: sources to files, files to melodies, duplicates out, splits drawn, all of it written down."""

from __future__ import annotations

import contextlib
import dataclasses
import multiprocessing
import os
import signal
import threading
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from live_composer import files
from live_composer.corpus import duplicates, report, sources, splits, store
from live_composer.corpus.reading import FileReport, Found, read_file
from live_composer.corpus.store import Corpus, Source, Tune
from live_composer.errors import BadInput, LostProcess
from live_composer.music.melody import Melody
from live_composer.music.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path

    from live_composer.config import CorpusBuild
    from live_composer.corpus.sources import Files

_FILES_A_TASK = 16
_FILES_A_PROCESS = 24
"""So few files are read sooner by one process than another process starts."""

_MOST_BROKEN = 1000
_MOST_RIGHTS = 3


@dataclasses.dataclass(slots=True)
class _Kept:
    """A melody with the source and file it came from."""

    source: int
    file: str
    found: Found


def build(
    names: tuple[str, ...],
    options: CorpusBuild,
    command: str = "",
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Corpus:
    """Build a corpus and write it to `options.output`: the same from the same sources, whatever `options.jobs`.

    Args:
        names: sources, see `sources.find`.
        options: the rules of extraction, and more.
        command: what was typed, for the report.
        progress: told after each file how many of all are read.

    Raises:
        BadInput: a source or an option cannot be used, or not one melody was found.
        MissingExtra: a collection's package is not installed.
        CannotWrite: the corpus could not be written.
    """
    _check(options)
    listed = sources.find(names, options.licence)
    reports = _read_all(listed, options, progress)
    kept = [
        _Kept(number, _name(source, path, found.place), found)
        for number, (source, each) in enumerate(zip(listed, reports, strict=True))
        for path, one in zip(source.paths, each, strict=True)
        for found in one.found
    ]
    if not kept:
        raise BadInput(f"Not one melody was found: {_why(reports)}.")
    numbers: dict[tuple[int, str], int] = {}
    tunes = [numbers.setdefault((one.source, one.file), len(numbers)) for one in kept]
    kinship = duplicates.kinship([one.found.melody.events for one in kept], tunes)
    chosen = [index for index, repeated in enumerate(kinship.repeated.tolist()) if not repeated]
    clusters = [int(kinship.cluster[index]) for index in chosen]
    repeated = Counter(one.source for one, again in zip(kept, kinship.repeated.tolist(), strict=True) if again)
    kept = [kept[index] for index in chosen]
    summaries = [
        _summary(source, each, [one for one in kept if one.source == number], repeated[number])
        for number, (source, each) in enumerate(zip(listed, reports, strict=True))
    ]
    return _write(kept, clusters, summaries, options, command)


def _write(
    kept: Sequence[_Kept], clusters: Sequence[int], summaries: Sequence[Source], options: CorpusBuild, command: str
) -> Corpus:
    found = [one.found for one in kept]
    drawn = splits.draw([one.melody.events for one in found], clusters, options.validation, options.test, options.seed)
    renumbered = {cluster: number for number, cluster in enumerate(dict.fromkeys(clusters))}
    tunes = [
        Tune(
            title=one.found.title,
            source=summaries[one.source].name,
            file=one.file,
            metre=str(one.found.melody.metre),
            key=str(one.found.melody.key),
            steps=len(one.found.melody.events),
            split=split,
            cluster=renumbered[cluster],
        )
        for one, cluster, split in zip(kept, clusters, drawn, strict=True)
    ]
    vocabulary = Vocabulary(options.lowest, options.highest)
    with files.whole_folder(options.output) as folder:
        corpus = store.save(
            folder,
            [Melody(one.melody.events, one.melody.metre, vocabulary) for one in found],
            tunes,
            vocabulary,
            sources=summaries,
            command=command,
            options=_rules(options),
        )
        report.write(corpus, options.seed)
    return dataclasses.replace(corpus, folder=options.output)


def _check(options: CorpusBuild) -> None:
    if options.validation + options.test >= 1:
        raise BadInput("--validation and --test leave nothing to train on; together they must stay below 1.")
    if options.silence_bars <= 0:
        raise BadInput(f"--silence-bars is above 0, not {options.silence_bars}.")
    Vocabulary(options.lowest, options.highest)
    files.check_writable(options.output / store.PAGE)  # Better told now than after all has been read.


def _rules(options: CorpusBuild) -> dict[str, object]:
    """Return the options that bear on the result."""
    others = {"output", "jobs", "json"}
    return {name: value for name, value in dataclasses.asdict(options).items() if name not in others}


def _read_all(
    listed: Sequence[Files], options: CorpusBuild, progress: Callable[[int, int], None]
) -> list[list[FileReport]]:
    paths = [path for source in listed for path in source.paths]
    reports: list[FileReport] = []
    for one in _read(paths, options):
        reports.append(one)
        progress(len(reports), len(paths))
    ends = [sum(len(source.paths) for source in listed[: number + 1]) for number in range(len(listed))]
    return [reports[end - len(source.paths) : end] for end, source in zip(ends, listed, strict=True)]


def _read(paths: Sequence[Path], options: CorpusBuild) -> Iterator[FileReport]:
    """Read files, in order, by as many processes as are worth it."""
    jobs = min(options.jobs or os.cpu_count() or 1, 1 + len(paths) // _FILES_A_PROCESS)
    if jobs == 1:
        yield from (read_file(path, options) for path in paths)
        return
    # Spawned, so that it is the same on every system and no lock of this process is inherited.
    executor = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _start_worker)
    size = max(1, min(_FILES_A_TASK, len(paths) // (4 * jobs)))
    try:
        with _interrupts_held_back():
            tasks = [executor.submit(_read_some, paths[at : at + size], options) for at in range(0, len(paths), size)]
        for task in tasks:
            yield from task.result()
    except BrokenProcessPool as error:
        raise LostProcess(
            "A process that read files was ended by the system (too little memory?); try --jobs 1."
        ) from error
    finally:
        executor.shutdown(cancel_futures=True)


@contextlib.contextmanager
def _interrupts_held_back() -> Generator[None]:
    """Start processes that never hear a Ctrl-C, not even while they start; this one hears it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _read_some(paths: Sequence[Path], options: CorpusBuild) -> list[FileReport]:
    return [read_file(path, options) for path in paths]


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, and go when it goes, however it went."""
    # Where signals cannot be blocked (Windows), at least from here on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def _name(source: Files, path: Path, place: str) -> str:
    return path.relative_to(source.root).as_posix() + place


def _summary(source: Files, reports: Sequence[FileReport], kept: Sequence[_Kept], repeated: int) -> Source:
    dropped = Counter[str]()
    for one in reports:
        dropped.update(one.dropped)
    if repeated:
        dropped["duplicates"] = repeated
    broken = {
        _name(source, path, ""): one.broken for path, one in zip(source.paths, reports, strict=True) if one.broken
    }
    return Source(
        name=source.name,
        licence=source.licence or _rights(reports),
        files=len(source.paths),
        tunes=sum(one.tunes for one in reports),
        melodies=len(kept),
        steps=sum(len(one.found.melody.events) for one in kept),
        dropped=dict(dropped.most_common()),
        broken=dict(list(broken.items())[:_MOST_BROKEN]),
        broken_files=len(broken),
    )


def _rights(reports: Sequence[FileReport]) -> str:
    """Say what the files themselves say of their licence."""
    said = Counter(one.rights for one in reports if one.rights).most_common(_MOST_RIGHTS)
    if not said:
        return "Not stated."
    return "As the files say: " + "; ".join(f"{rights} ({count} files)" for rights, count in said) + "."


def _why(reports: Sequence[Sequence[FileReport]]) -> str:
    every = [one for each in reports for one in each]
    dropped = Counter[str]()
    for one in every:
        dropped.update(one.dropped)
    broken = [one.broken for one in every if one.broken]
    reasons = [f"{reason} ({count})" for reason, count in dropped.most_common()]
    if broken:
        reasons.append(f"{len(broken)} broken files, the first: {broken[0].rstrip('.')}")
    return ", ".join(reasons) or "the files hold no notes"
