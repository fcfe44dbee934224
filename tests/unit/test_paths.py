"""Where things live."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from live_composer import paths
from live_composer.errors import CannotWrite


def test_one_variable_moves_everything(home: Path):
    assert paths.user_data() == home
    assert paths.config_file() == home / "config.toml"
    assert paths.runtime() == home / "run"


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_only_its_user_enters_the_folder_of_sockets():
    assert stat.S_IMODE(paths.runtime().stat().st_mode) == 0o700
    assert paths.runtime().stat().st_uid == os.getuid()


def test_a_folder_of_sockets_that_cannot_be_made_is_named(home: Path):
    home.touch()
    with pytest.raises(CannotWrite, match=r"run could not be made: .*LIVE_COMPOSER_HOME"):
        paths.runtime()


def test_without_variables_everything_is_in_the_users_own_folders(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("LIVE_COMPOSER_HOME")
    for path in (paths.user_data(), paths.config_file()):
        assert Path.home() in path.parents
        assert "live-composer" in path.parts


def test_without_a_runtime_folder_of_the_system_there_is_one_all_the_same(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("LIVE_COMPOSER_HOME")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    assert paths.runtime().is_dir()


def test_the_users_models_come_before_the_shipped_ones(home: Path):
    assert paths.model_folders() == [home / "models", paths.shipped("models")]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on what may be written")
def test_where_nothing_can_be_written_the_music_can_still_be_steered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in ("LIVE_COMPOSER_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    done = subprocess.run(
        ["sh", "-c", f"ulimit -f 0; exec {sys.executable} -m live_composer status"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == "live-composer: No live-composer plays; start one by `live-composer serve`.\n"
