"""The library: what is changed on disk is used from the next plan on, and what is broken is refused."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from live_composer import files
from live_composer.errors import BadFile, BadModel
from live_composer.plan.library import MODELS_KEPT, Library
from live_composer.policy import checkpoint
from live_composer.policy.checkpoint import Tuning
from live_composer.rules import Context

RULE = """
from live_composer.rules import note_rule

@note_rule
def calm(note):
    return {value}
"""
CONTEXT = Context(length=None)
MELODY = np.array([[14, 16]])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "calm.py").write_text(RULE.format(value="1.0"))
    (folder / "mine.toml").write_text("[rules]\ncalm = 2.0\nhouse_key = 1.0\n")
    return folder


@pytest.fixture
def library(folder: Path) -> Library:
    return Library("numpy", [folder])


def says(library: Library, **weights: float) -> list[float]:
    library.prepare([], "mine")
    return library.book("mine", weights).reward(MELODY, CONTEXT)[0].tolist()


def test_a_book_is_loaded_with_the_weights_of_now(library: Library):
    assert says(library) == [2.0, 2.0]
    assert says(library, calm=-1.0) == [-1.0, -1.0]
    assert says(library) == [2.0, 2.0]


def test_a_rule_file_that_was_saved_is_used_from_the_next_plan_on(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert says(library) == [2.0, 2.0]
    (folder / "calm.py").write_text(RULE.format(value="3.0"))
    assert says(library) == [6.0, 6.0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def calm(:", "SyntaxError"),
        (RULE.format(value="1 / 0"), "ZeroDivisionError"),
        (RULE.format(value="float('nan')"), "finite"),
    ],
    ids=["no Python", "raises", "breaks its contract"],
)
def test_a_broken_rule_file_is_refused_and_the_earlier_one_stays(
    library: Library, folder: Path, text: str, reason: str
):
    assert says(library) == [2.0, 2.0]
    (folder / "calm.py").write_text(text)
    assert says(library) == [2.0, 2.0]
    assert [notice for notice in library.notices if "calm" in notice and reason in notice]
    (folder / "calm.py").write_text(RULE.format(value="5.0"))
    assert says(library) == [10.0, 10.0]
    assert library.notices == []


def test_a_book_that_was_saved_is_used_and_a_broken_one_refused(library: Library, folder: Path):
    assert says(library) == [2.0, 2.0]
    (folder / "mine.toml").write_text("[rules]\ncalm = 7.0\n")
    assert says(library) == [7.0, 7.0]
    (folder / "mine.toml").write_text("[rules]\ncalmer = 7.0\n")
    assert says(library) == [7.0, 7.0]
    assert any("did you mean `calm`?" in notice for notice in library.notices)


def test_a_rule_that_is_not_in_the_book_joins_it(library: Library):
    library.prepare([], "mine")
    book = library.book("mine", {"house_register": 2.0, "no_such_rule": 1.0})
    assert [rule.name for rule in book.rules] == ["calm", "house_key", "house_register"]
    assert book.weights["house_register"] == 2.0
    assert "no_such_rule" not in book.weights


def test_rules_need_no_book(library: Library):
    library.prepare([], "", rules=True)
    assert library.book("", {"calm": 1.0}).reward(MELODY, CONTEXT).tolist() == [[1.0, 1.0]]


def test_what_is_not_there_is_told(library: Library):
    with pytest.raises(BadFile, match="no rule book `house2`; did you mean `house`"):
        library.prepare([], "house2")
    with pytest.raises(BadModel, match="no model `nothing`"):
        library.prepare(["nothing"], "")


def _copy(model: str, path: Path) -> None:
    for ending in (".safetensors", ".json"):
        shutil.copy(model + ending, path.with_suffix(ending))


def test_a_model_that_was_written_anew_is_loaded_anew(library: Library, random_model: str, tmp_path: Path):
    path = tmp_path / "copy"
    _copy(random_model, path)
    library.prepare([str(path)], "")
    first = library.model(str(path))
    library.prepare([str(path)], "")
    assert library.model(str(path)) is first
    os.utime(path.with_suffix(".json"), ns=(1, 1))
    library.prepare([str(path)], "")
    assert library.model(str(path)) is not first


def test_a_damaged_model_is_refused_and_the_earlier_one_stays(library: Library, random_model: str, tmp_path: Path):
    path = tmp_path / "copy"
    _copy(random_model, path)
    library.prepare([str(path)], "")
    first = library.model(str(path))
    path.with_suffix(".safetensors").write_bytes(b"")
    library.prepare([str(path)], "")
    assert library.model(str(path)) is first
    assert len(library.notices) == 1
    _copy(random_model, path)
    library.prepare([str(path)], "")
    assert library.notices == []


def test_few_models_are_kept(library: Library, random_model: str, tmp_path: Path):
    names = [str(tmp_path / f"copy{number}") for number in range(MODELS_KEPT + 2)]
    for name in names:
        _copy(random_model, Path(name))
        library.prepare([name], "")
    assert [*library._models] == names[2:]
    library.prepare(names[2:3], "")
    library.model(names[0])
    assert [*library._models] == [*names[4:], names[2], names[0]]


def test_a_prior_that_was_missing_is_not_missed_any_more_when_it_is_there(
    library: Library, random_model: str, tmp_path: Path
):
    path, prior = tmp_path / "tuned", tmp_path / "prior"
    _copy(random_model, path)
    card = checkpoint.card(str(path))
    tuning = Tuning("psi", "house", "C major", "4/4", 64, 0.5, 1.0, str(prior), card.sha256)
    path.with_suffix(".json").write_bytes(files.as_json(msgspec.structs.replace(card, tuning=tuning)))
    library.prepare([str(path)], "")
    assert "is not at hand" in library.notices[0]
    _copy(random_model, prior)
    os.utime(path.with_suffix(".json"), ns=(1, 1))
    library.prepare([str(path)], "")
    assert library.notices == []
    assert library.prior_of(str(path)) is library.model(str(prior))
