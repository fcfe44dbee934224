"""The example package: found by its entry point as it is declared, its own tests pass, its book can be used."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from live_composer.rules.book_file import load
from live_composer.rules.discovery import GROUP, discover

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "dorian-colour"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package as an editable install leaves it: its folder on the path, its metadata beside others."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    info = tmp_path / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    entries = "".join(f"{name} = {value}\n" for name, value in project["entry-points"][GROUP].items())
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{entries}")
    for folder in (tmp_path, EXAMPLE):
        monkeypatch.syspath_prepend(str(folder))


@pytest.mark.usefixtures("installed")
def test_its_rules_are_found_and_its_book_can_be_used():
    plugins = discover()
    assert plugins.notices == []
    assert plugins.loaded["dorian_sixth"].source == "dorian-colour:dorian_colour"
    book = load(EXAMPLE / "dorian.toml", plugins)
    assert (str(book.key), book.troubles) == ("D dorian", [])


def test_its_own_tests_pass():
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{EXAMPLE}"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "pyproject.toml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=EXAMPLE)
    assert done.returncode == 0, done.stdout
