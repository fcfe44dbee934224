"""Local addresses: where they are, and that nothing of them is left."""

from __future__ import annotations

import os
import socket
import sys
from typing import TYPE_CHECKING

import pytest

from live_composer import paths
from live_composer.wire import local

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs unix sockets")


@pytest.fixture
def deep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of sockets of a home so deep that its own can hold none."""
    monkeypatch.setenv("LIVE_COMPOSER_HOME", str(tmp_path / ("x" * 100)))
    folder = paths.socket("planner.sock").parent
    assert not folder.exists()
    return folder


def test_the_short_folder_of_a_deep_home_goes_with_its_last_socket(deep: Path):
    planner, daemon = (local.listen(paths.socket(name)) for name in ("planner.sock", "daemon.sock"))
    assert len(str(planner.path)) < 100
    assert deep.stat().st_mode & 0o777 == 0o700
    planner.close()
    assert paths.sockets("", ".sock") == [daemon.path]
    daemon.close()
    assert not deep.exists()


def killed(path: Path, seconds: float) -> None:
    """Leave what a process leaves that was killed so long after it began to listen."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    made = path.stat().st_mtime - seconds
    os.utime(path, (made, made))


def test_a_start_takes_away_what_killed_processes_left(deep: Path):
    living = local.listen(paths.socket("living.sock"))
    os.utime(living.path, (0, 0))
    killed(deep / "dead.sock", 3600)
    killed(deep / "beginning.sock", 0)
    (deep / "else").touch()
    started = local.listen(paths.socket("started.sock"))
    assert sorted(path.name for path in deep.iterdir()) == ["beginning.sock", "else", "living.sock", "started.sock"]
    (deep / "else").unlink()
    (deep / "beginning.sock").unlink()
    for listener in (living, started):
        listener.close()
    assert not deep.exists()
