"""Corpora come back from disk as they were saved, or are refused in one sentence."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live_composer.corpus import store
from live_composer.corpus.store import SPLITS, Split, Tune
from live_composer.errors import BadFile
from live_composer.music.melody import Melody
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARY = Vocabulary(50, 80)

melodies = st.lists(
    st.tuples(
        st.lists(st.integers(0, VOCABULARY.size - 1), min_size=1, max_size=40),
        st.sampled_from([Metre(4, 4), Metre(6, 8), Metre(9, 8), Metre(2, 2)]),
        st.sampled_from(SPLITS),
    ),
    min_size=1,
    max_size=8,
)


def save(folder: Path, items: list[tuple[list[int], Metre, Split]]) -> store.Corpus:
    """Save melodies given as (events, metre, split)."""
    tunes = [
        Tune(f"tune {number}", "here", "a.mid", str(metre), "D dorian", len(events), split, number)
        for number, (events, metre, split) in enumerate(items)
    ]
    saved = [Melody.of(events, metre, VOCABULARY) for events, metre, _ in items]
    return store.save(folder, saved, tunes, VOCABULARY, command="build", options={"seed": 1})


@given(items=melodies)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_round_trip(tmp_path: Path, items: list[tuple[list[int], Metre, Split]]) -> None:
    saved = save(tmp_path, items)
    loaded = store.load(tmp_path)
    assert [melody.events.tolist() for melody in loaded.melodies] == [events for events, _, _ in items]
    assert [melody.metre for melody in loaded.melodies] == [metre for _, metre, _ in items]
    assert loaded.vocabulary == VOCABULARY
    assert loaded.tunes == saved.tunes
    assert loaded.report == saved.report
    for name in SPLITS:
        expected = [events for events, _, split in items if split == name]
        assert [melody.events.tolist() for melody in loaded.split(name)] == expected
        amount = loaded.report.splits[name]
        assert (amount.melodies, amount.steps) == (len(expected), sum(map(len, expected)))


def test_the_same_corpus_is_the_same_bytes(tmp_path: Path) -> None:
    items: list[tuple[list[int], Metre, Split]] = [([2, 1, 3], Metre(4, 4), "train")]
    first, second = save(tmp_path / "a", items), save(tmp_path / "b", items)
    assert first.report == second.report
    assert (tmp_path / "a/melodies.npz").read_bytes() == (tmp_path / "b/melodies.npz").read_bytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(tmp_path / "corpus", [([2, 1, 3, 0], Metre(4, 4), "train"), ([5, 1, 6], Metre(3, 4), "test")])
    return tmp_path / "corpus"


def test_a_missing_corpus_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="corpus build"):
        store.load(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["melodies.npz", "tunes.jsonl"])
def test_a_missing_part_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BadFile, match=name):
        store.load(folder)


def test_tampered_arrays_are_refused(folder: Path) -> None:
    path = folder / "melodies.npz"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(BadFile, match="SHA-256"):
        store.load(folder)


@pytest.mark.parametrize("text", ["", "{}", "not json", '{"format": 1}'])
def test_a_broken_page_is_refused(folder: Path, text: str) -> None:
    (folder / "corpus.json").write_text(text)
    with pytest.raises(BadFile, match=r"corpus\.json"):
        store.load(folder)


def test_another_format_is_refused(folder: Path) -> None:
    path = folder / "corpus.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 99'))
    with pytest.raises(BadFile, match="format 99"):
        store.load(folder)


def test_a_list_of_other_tunes_is_refused(folder: Path) -> None:
    path = folder / "tunes.jsonl"
    path.write_text(path.read_text() * 2)
    with pytest.raises(BadFile, match="speaks of 4 melodies"):
        store.load(folder)


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("splits", [0, 7], "no split"),
        ("splits", [0], "different lengths"),
        ("offsets", [0, 9, 7], "overlap"),
        ("events", [2, 1, 3, 0, 5, 1, 99], "vocabulary"),
        ("metres", [[4, 4], [4, 5]], "4/5"),
    ],
)
def test_arrays_that_contradict_each_other_are_refused(folder: Path, name: str, values: list[Any], words: str) -> None:
    path = folder / "melodies.npz"
    with np.load(path) as loaded:
        arrays = dict(loaded)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    np.savez(path, **{**arrays, name: np.array(values, dtype=arrays[name].dtype)})
    page = folder / "corpus.json"
    page.write_text(page.read_text().replace(before, hashlib.sha256(path.read_bytes()).hexdigest()))
    with pytest.raises(BadFile, match=words):
        store.load(folder)
