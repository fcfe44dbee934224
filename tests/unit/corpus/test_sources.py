"""Sources: folders, files, and collections that come with music21, which is never imported."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from live_composer.corpus import sources
from live_composer.corpus.collections import COLLECTIONS, DEFAULT
from live_composer.errors import BadInput, MissingExtra

if TYPE_CHECKING:
    from pathlib import Path

music21 = pytest.mark.skipif(importlib.util.find_spec("music21") is None, reason="music21 is not installed")


def test_folders_are_read_in_one_order_whatever_the_case_of_endings(tmp_path: Path):
    for name in ("b.mid", "a/z.MID", "a/y.abc", "a/.hidden.mid", "c.txt", "B.mxl", "a.d/x.kar"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (files,) = sources.find((str(tmp_path),), "mine")
    names = [path.relative_to(tmp_path).as_posix() for path in files.paths]
    assert names == ["B.mxl", "a/y.abc", "a/z.MID", "a.d/x.kar", "b.mid"]
    assert (files.licence, files.root) == ("mine", tmp_path)


def test_a_single_file(tmp_path: Path):
    (tmp_path / "a.mid").touch()
    (files,) = sources.find((str(tmp_path / "a.mid"),))
    assert (files.paths, files.root) == ([tmp_path / "a.mid"], tmp_path)


@music21
def test_the_default_is_four_tunebooks_each_with_its_licence():
    found = sources.find(("default", "music21:airdsAirs"))
    assert tuple(files.name for files in found) == DEFAULT
    assert all(files.paths and "without a written licence" in files.licence for files in found)


@music21
def test_essen_is_read_only_when_named_and_its_licence_is_told():
    assert not any("essen" in name for name in DEFAULT)
    (files,) = sources.find(("music21:essenFolksong",))
    assert "unclear" in files.licence


@music21
def test_music21_is_never_imported():
    code = "import sys; from live_composer.corpus import sources; sources.find(('default',)); "
    code += "print('music21' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), "Name what to build from"),
        (("nowhere",), "no folder or file `nowhere`"),
        (("music21:oneils",), "did you mean `music21:oneills1850`"),
        (("music21:xyz",), "there are: oneills1850"),
        (("music21:bach",), "there"),
    ],
)
def test_what_is_unknown_is_named(names: tuple[str, ...], words: str):
    with pytest.raises(BadInput, match=words):
        sources.find(names)


def test_an_empty_folder_and_a_file_of_another_kind(tmp_path: Path):
    with pytest.raises(BadInput, match="holds no file"):
        sources.find((str(tmp_path),))
    (tmp_path / "a.wav").touch()
    with pytest.raises(BadInput, match="of a kind that is not read"):
        sources.find((str(tmp_path / "a.wav"),))


def test_without_music21_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(MissingExtra, match=r"needs the extra `corpus`: pip install .*\[corpus\]"):
        sources.find((f"music21:{next(iter(COLLECTIONS))}",))
