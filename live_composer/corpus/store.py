"""The corpus on disk: melodies as arrays, beside the page that says where they come from.

corpus.json     what was read, with which options, what was kept and dropped and why; the hash of the arrays
melodies.npz    events (all melodies end to end), offsets, metres, splits; no pickles
tunes.jsonl     a line a melody: title, source, file, metre, key, steps, split, cluster
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import numpy as np

from live_composer import files
from live_composer.errors import BadFile, BadInput
from live_composer.music.melody import Events, Melody
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")

FORMAT = 1
PAGE, _ARRAYS, _TUNES = "corpus.json", "melodies.npz", "tunes.jsonl"


class Tune(msgspec.Struct, frozen=True):
    """What is known of one melody.

    Attributes:
        title: the tune's title, as written.
        source: the name of the source it was read from.
        file: the file within the source.
        metre: its time signature.
        key: the key it was found in, before it was moved to its home key.
        steps: its length in sixteenths.
        split: `train`, `validation` or `test`.
        cluster: melodies of one cluster resemble each other, and share a split.
    """

    title: str
    source: str
    file: str
    metre: str
    key: str
    steps: int
    split: Split
    cluster: int


class Source(msgspec.Struct, frozen=True):
    """What became of one source.

    Attributes:
        name: as it was asked for.
        licence: what is known of the right to use it.
        files: how many files were read.
        tunes: how many tunes they hold.
        melodies: how many melodies were kept of them.
        steps: the length of those.
        dropped: how many were not kept, by reason.
        broken: files that could not be read, and why (a thousand at most).
        broken_files: how many these are in all.
    """

    name: str
    licence: str
    files: int = 0
    tunes: int = 0
    melodies: int = 0
    steps: int = 0
    dropped: dict[str, int] = {}
    broken: dict[str, str] = {}
    broken_files: int = 0


class Amount(msgspec.Struct, frozen=True):
    """So many melodies, of so many sixteenths in all."""

    melodies: int
    steps: int


class Report(msgspec.Struct, frozen=True):
    """The page `corpus.json`.

    Attributes:
        lowest: the lowest MIDI pitch of the vocabulary.
        highest: the highest.
        command: what was typed to build the corpus.
        options: the options of the build, by name.
        sources: what became of each source.
        splits: the size of each split.
        metres: the size of each metre's part.
        sha256: of `melodies.npz`.
        format: the version of this schema.
    """

    lowest: int
    highest: int
    command: str
    options: dict[str, Any]
    sources: list[Source]
    splits: dict[str, Amount]
    metres: dict[str, Amount]
    sha256: str
    format: int = FORMAT


@dataclass(frozen=True, eq=False)
class Corpus:
    """Melodies to learn from.

    Attributes:
        folder: where it was read from.
        vocabulary: what the events mean.
        melodies: each begins at a bar line; a pick-up is padded to a whole bar by leading holds.
        splits: (melodies,) the index into `SPLITS` of each melody.
        tunes: what is known of each melody.
        report: how the corpus was built.
    """

    folder: Path
    vocabulary: Vocabulary
    melodies: list[Melody]
    splits: NDArray[np.int8]
    tunes: list[Tune] = field(repr=False)
    report: Report = field(repr=False)

    def split(self, name: Split) -> list[Melody]:
        """Return the melodies of one split, in the corpus's order."""
        chosen = np.flatnonzero(self.splits == SPLITS.index(name))
        return [self.melodies[index] for index in chosen.tolist()]


def save(  # noqa: PLR0913 - what a corpus consists of
    folder: Path,
    melodies: Sequence[Melody],
    tunes: Sequence[Tune],
    vocabulary: Vocabulary,
    *,
    sources: Sequence[Source] = (),
    command: str = "",
    options: dict[str, Any] | None = None,
) -> Corpus:
    """Write a corpus; its page comes last, so that an interrupted build leaves none that `load` would take.

    Args:
        folder: where to; a corpus that is there is replaced.
        melodies: what to learn from.
        tunes: what is known of each melody; its split counts.
        vocabulary: what the events mean.
        sources: what became of each source.
        command: what was typed.
        options: the options of the build.

    Raises:
        CannotWrite: a file could not be written.
    """
    splits = np.array([SPLITS.index(tune.split) for tune in tunes], dtype=np.int8)
    arrays = _pack(melodies, splits)
    report = Report(
        lowest=vocabulary.lowest,
        highest=vocabulary.highest,
        command=command,
        options=options or {},
        sources=list(sources),
        splits=_amounts([(tune.split, tune.steps) for tune in tunes], SPLITS),
        metres=_amounts([(tune.metre, tune.steps) for tune in tunes]),
        sha256=hashlib.sha256(arrays).hexdigest(),
    )
    files.write_bytes(folder / _ARRAYS, arrays)
    files.write_bytes(folder / _TUNES, msgspec.json.Encoder().encode_lines(tunes))
    files.write_bytes(folder / PAGE, files.as_json(report))
    return Corpus(folder, vocabulary, list(melodies), splits, list(tunes), report)


def load(folder: Path) -> Corpus:
    """Read a corpus.

    Raises:
        BadFile: there is none, or its files are damaged or do not belong together.
    """
    report = read_report(folder)
    path = folder / _ARRAYS
    data = files.read_bytes(path, "corpus")
    if hashlib.sha256(data).hexdigest() != report.sha256:
        raise BadFile(f"{path} is not the file that {PAGE} beside it speaks of (other SHA-256); {_again(folder)}")
    try:
        vocabulary = Vocabulary(report.lowest, report.highest)
        melodies, splits = _unpack(data, vocabulary)
        tunes = msgspec.json.Decoder(Tune).decode_lines(files.read_bytes(folder / _TUNES, "list of tunes"))
    except (BadInput, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise BadFile(f"The corpus in {folder} is damaged: {error}; {_again(folder)}") from error
    if len(tunes) != len(melodies):
        raise BadFile(f"{folder / _TUNES} speaks of {len(tunes)} melodies, not of {len(melodies)}; {_again(folder)}")
    return Corpus(folder, vocabulary, melodies, splits, tunes, report)


def read_report(folder: Path) -> Report:
    """Read the page of a corpus alone.

    Raises:
        BadFile: there is none, or it is damaged or of another version.
    """
    path = folder / PAGE
    if not path.is_file():
        raise BadFile(f"There is no corpus in {folder}; build one: live-composer corpus build default -o {folder}")
    try:
        report = msgspec.json.decode(files.read_bytes(path, "corpus page"), type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadFile(f"{path} is no corpus page: {error}; {_again(folder)}") from error
    if report.format != FORMAT:
        raise BadFile(f"{path} is of format {report.format}, and this version reads {FORMAT}; {_again(folder)}")
    return report


def _pack(melodies: Sequence[Melody], splits: NDArray[np.int8]) -> bytes:
    lengths = [len(melody) for melody in melodies]
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        events=np.concatenate([np.empty(0, np.int8), *(melody.events for melody in melodies)]),
        offsets=np.cumsum([0, *lengths], dtype=np.int64),
        metres=np.array([(m.metre.beats, m.metre.unit) for m in melodies], dtype=np.int16).reshape(-1, 2),
        splits=splits,
    )
    return buffer.getvalue()


def _unpack(data: bytes, vocabulary: Vocabulary) -> tuple[list[Melody], NDArray[np.int8]]:
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        events: Events = arrays["events"].astype(np.int8)
        offsets: NDArray[np.int64] = arrays["offsets"]
        metres: NDArray[np.int16] = arrays["metres"]
        splits: NDArray[np.int8] = arrays["splits"].astype(np.int8)
    count = len(offsets) - 1
    if metres.shape != (count, 2) or splits.shape != (count,) or offsets[0] != 0 or offsets[-1] != len(events):
        raise BadInput("its arrays are of different lengths")
    if (np.diff(offsets) < 1).any() or ((splits < 0) | (splits >= len(SPLITS))).any():
        raise BadInput("its melodies overlap, or stand in no split")
    if ((events < 0) | (events >= vocabulary.size)).any():
        raise BadInput("it holds events outside its vocabulary")
    known = {pair: Metre(*pair) for pair in {(int(beats), int(unit)) for beats, unit in metres.tolist()}}
    melodies = [
        Melody(events[start:end], known[beats, unit], vocabulary)
        for start, end, (beats, unit) in zip(offsets[:-1].tolist(), offsets[1:].tolist(), metres.tolist(), strict=True)
    ]
    return melodies, splits


def _amounts(items: Sequence[tuple[str, int]], names: Sequence[str] = ()) -> dict[str, Amount]:
    melodies, steps = Counter[str](), Counter[str]()
    for name, length in items:
        melodies[name] += 1
        steps[name] += length
    ordered = names or [name for name, _ in steps.most_common()]
    return {name: Amount(melodies[name], steps[name]) for name in ordered}


def _again(folder: Path) -> str:
    return f"build it again: live-composer corpus build default -o {folder}"
