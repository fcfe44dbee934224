"""Local addresses: where they are, and that nothing of them is left."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from typing import TYPE_CHECKING

import pytest

from live_composer import paths
from live_composer.errors import AlreadyRunning, CannotWrite
from live_composer.wire import daemons, local

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


def test_who_hangs_is_not_taken_for_dead(tmp_path: Path):
    """A daemon that is stopped takes nobody in, and with all of its places taken refuses even to have one wait."""
    hanging = local.listen(tmp_path / "daemon.sock")
    waiting: list[socket.socket] = []
    with contextlib.suppress(BlockingIOError):
        while True:
            waiting.append(socket.socket(socket.AF_UNIX))
            waiting[-1].setblocking(False)
            waiting[-1].connect(str(hanging.path))
    os.utime(hanging.path, (0, 0))
    assert local.listens(hanging.path)
    with pytest.raises(AlreadyRunning):
        local.listen(hanging.path)
    assert hanging.path.exists()
    for each in waiting:
        each.close()
    hanging.close()


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can make what belongs to somebody else"
)
def test_somebody_elses_link_to_a_folder_of_ours_is_not_followed(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "mine")
    local.listen(tmp_path / "run" / "daemon.sock").close()
    os.lchown(tmp_path / "run", 12345, 12345)
    with pytest.raises(CannotWrite, match="belongs to somebody else"):
        local.listen(tmp_path / "run" / "daemon.sock")


def test_ports_of_any_script_have_addresses_of_their_own():
    names = ["シンセ", "ピアノ", "Синтезатор 1", "Синтезатор 2", "ピ" * 50, "ピ" * 51 + "a", "IAC ドライバ バス 1"]
    addresses = [daemons.address(name) for name in names]
    assert len(set(addresses)) == len(names)
    for name, address in zip(names, addresses, strict=True):
        listener = local.listen(address)
        assert daemons.find(name) == address
        listener.close()
