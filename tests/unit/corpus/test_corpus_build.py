"""The whole build: the same whatever the processes, broken files named, nothing half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from score_writers import TUNE, attributes, measure, midi, score, tune, xml_note

from live_composer.config import CorpusBuild
from live_composer.corpus import store
from live_composer.corpus.build import build
from live_composer.errors import BadInput, CannotWrite

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty MIDI files, an ABC book, a MusicXML song, a duplicate and two broken files."""
    here = tmp_path_factory.mktemp("songs")
    for number in range(COUNT):
        notes = [note._replace(pitch=note.pitch + number % 3) for note in tune(bars=8 + number % 5, offset=number)]
        (here / f"{number:02}.mid").write_bytes(midi(notes))
    (here / "00 again.mid").write_bytes((here / "00.mid").read_bytes())
    (here / "book.abc").write_text(TUNE)
    bar = "".join(xml_note(60 + step, 4, "<lyric><text>la</text></lyric>") for step in (0, 4, 7, 9))
    other = "".join(xml_note(60 + step, 4) for step in (2, 5, 11, 7))
    rights = "<identification><rights>CC0</rights></identification>"
    bars = (measure(bar, attributes()) + measure(other)) * 4
    (here / "song.musicxml").write_text(score(bars, head=rights))
    (here / "broken.mid").write_bytes(b"MThd and no more")
    (here / "broken.abc").write_text("no tune")
    return here


def run(folder: Path, output: Path, **options: object) -> store.Corpus:
    return build((str(folder),), CorpusBuild(output=output, **options), "the command")


def test_a_build_can_be_loaded_and_says_what_became_of_everything(folder: Path, tmp_path: Path):
    built = run(folder, tmp_path / "corpus")
    loaded = store.load(tmp_path / "corpus")
    assert loaded.report == built.report
    (source,) = loaded.report.sources
    assert source.files == COUNT + 5
    assert source.melodies == len(loaded.melodies) == source.tunes - sum(source.dropped.values())
    assert source.steps == sum(len(melody) for melody in loaded.melodies)
    assert source.dropped["duplicates"] >= 1
    assert set(source.broken) == {"broken.mid", "broken.abc"}
    assert "broken.mid" in source.broken["broken.mid"]
    assert source.licence == "As the files say: CC0 (1 files)."
    assert loaded.report.command == "the command"
    assert loaded.report.options["off_grid"] == 0.1
    assert {tune.title for tune in loaded.tunes} >= {"Scale and back", "song", "01"}
    assert next(tune.file for tune in loaded.tunes if tune.title == "Scale and back") == "book.abc#1"
    assert sorted(path.name for path in (tmp_path / "corpus").iterdir()) == [
        "corpus.json", "melodies.npz", "report.md", "rolls.html", "tunes.jsonl",
    ]  # fmt: skip
    assert all(loaded.split(name) for name in store.SPLITS)


def test_the_result_does_not_depend_on_the_number_of_processes(folder: Path, tmp_path: Path):
    outputs = [tmp_path / f"jobs-{jobs}" for jobs in (1, 3)]
    for jobs, output in zip((1, 3), outputs, strict=True):
        run(folder, output, jobs=jobs)
    for name in ("corpus.json", "melodies.npz", "tunes.jsonl", "report.md", "rolls.html"):
        one, other = ((output / name).read_bytes() for output in outputs)
        assert one == other


def test_no_cluster_spans_two_splits(folder: Path, tmp_path: Path):
    tunes = run(folder, tmp_path / "corpus", validation=0.3, test=0.3).tunes
    assert len({(tune.cluster, tune.split) for tune in tunes}) == len({tune.cluster for tune in tunes})


def test_progress_is_told_for_each_file(folder: Path, tmp_path: Path):
    told: list[tuple[int, int]] = []
    build((str(folder),), CorpusBuild(output=tmp_path, jobs=1), progress=lambda done, total: told.append((done, total)))
    assert told == [(number, COUNT + 5) for number in range(1, COUNT + 6)]


def test_the_range_of_pitches_is_kept_with_the_corpus(folder: Path, tmp_path: Path):
    run(folder, tmp_path, lowest=55, highest=70)
    loaded = store.load(tmp_path)
    assert (loaded.vocabulary.lowest, loaded.vocabulary.highest) == (55, 70)
    assert all(55 <= note.pitch <= 70 for melody in loaded.melodies for note in melody.notes())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"validation": 0.5, "test": 0.5}, "leave nothing to train on"),
        ({"silence_bars": 0.0}, "--silence-bars"),
        ({"lowest": 80, "highest": 70}, "range of pitches"),
        ({"minimum_bars": 500}, "Not one melody was found: too short .*2 broken files, the first: .*broken"),
    ],
)
def test_options_that_cannot_be_met_are_told(folder: Path, tmp_path: Path, options: dict[str, float], words: str):
    with pytest.raises(BadInput, match=words):
        run(folder, tmp_path / "corpus", **options)
    assert not (tmp_path / "corpus").exists()


def test_a_place_that_cannot_be_written_is_told_before_anything_is_read(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite, match="file"):
        run(tmp_path, tmp_path / "file" / "corpus")


@pytest.mark.skipif(os.name == "nt", reason="limits as on Unix")
def test_a_full_disk_leaves_nothing(folder: Path, tmp_path: Path):
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); "
    limited += "from live_composer.cli import main; main()"
    command = [sys.executable, "-c", limited, "corpus", "build", str(folder), "-o", str(tmp_path / "c"), "--jobs", "1"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == CannotWrite.exit_code
    assert f"{tmp_path / 'c'}" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert list(tmp_path.glob("*")) == []


def test_an_old_corpus_is_replaced(folder: Path, tmp_path: Path):
    first = run(folder, tmp_path)
    second = build((str(folder / "book.abc"),), replace(CorpusBuild(), output=tmp_path))
    assert len(first.melodies) > len(store.load(tmp_path).melodies) == len(second.melodies) == 1


@pytest.mark.skipif(os.name == "nt", reason="signals as on Unix")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_build_leaves_nothing(tmp_path: Path, number: signal.Signals):
    songs = tmp_path / "songs"
    songs.mkdir()
    (songs / "0.mid").write_bytes(midi(*[tune(bars=100, offset=offset) for offset in range(4)]))
    # So many that it cannot be done before the signal comes, however late that is on a busy machine.
    for name in range(1, 4000):
        os.link(songs / "0.mid", songs / f"{name}.mid")
    command = [
        sys.executable,
        "-m",
        "live_composer",
        "corpus",
        "build",
        str(songs),
        "-o",
        str(tmp_path / "c"),
        "--jobs",
        "2",
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    time.sleep(1.5)
    os.killpg(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Traceback" not in err
    assert not (tmp_path / "c").exists()
