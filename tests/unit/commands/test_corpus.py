"""`corpus build` and `corpus info` as they are typed."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from score_writers import TUNE, midi, tune

if TYPE_CHECKING:
    from pathlib import Path


def live_composer(*tokens: str, code: int = 0) -> tuple[str, str]:
    ran = subprocess.run([sys.executable, "-m", "live_composer", *tokens], capture_output=True, text=True, check=False)
    assert ran.returncode == code, ran.stderr
    assert "Traceback" not in ran.stderr
    return ran.stdout, ran.stderr


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    folder = tmp_path / "songs"
    folder.mkdir()
    (folder / "book.abc").write_text(TUNE)
    (folder / "song.mid").write_bytes(midi(tune()))
    (folder / "bad.mid").write_bytes(b"nothing")
    return folder


def test_build_then_info(songs: Path, tmp_path: Path):
    out = tmp_path / "corpus"
    built, _ = live_composer("corpus", "build", str(songs), "-o", str(out), "--licence", "mine to use")
    for words in ("songs", "splits", "metres", "mine to use", "1 broken files", "rolls.html"):
        assert words in built
    told, _ = live_composer("corpus", "info", "--corpus", str(out))
    assert told == built
    page = json.loads(live_composer("corpus", "info", "--corpus", str(out), "--json")[0])
    assert page["sources"][0]["melodies"] == 2
    assert page["command"].startswith("live-composer corpus build")
    assert json.loads((out / "corpus.json").read_text()) == page


@pytest.mark.parametrize(
    ("tokens", "code", "words"),
    [
        ("build", 2, "Name what to build from"),
        ("build nowhere -o c", 2, "no folder or file `nowhere`"),
        ("build music21:oneil", 2, "did you mean `music21:oneills1850`"),
        ("build default --off-grid 3", 2, "--off-grid"),
        ("info --corpus nowhere", 2, "no corpus in nowhere; build one"),
    ],
)
def test_slips_are_one_sentence(tokens: str, code: int, words: str):
    _, err = live_composer("corpus", *tokens.split(), code=code)
    assert words in err


@pytest.mark.skipif(importlib.util.find_spec("music21") is None, reason="music21 is not installed")
def test_a_collection_is_built_by_name(tmp_path: Path):
    out = tmp_path / "corpus"
    page = json.loads(live_composer("corpus", "build", "music21:miscFolk", "-o", str(out), "--json")[0])
    (source,) = page["sources"]
    assert source["tunes"] > 150
    assert source["melodies"] > 0.7 * source["tunes"]
    assert "without a written licence" in source["licence"]
