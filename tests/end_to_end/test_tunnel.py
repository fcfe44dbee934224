"""A screen of another machine's daemon: a real SSH server, whose machine is a home of its own, and the real client."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from real_parts import Program, wait_for
from serving import Serving

from live_composer import paths
from live_composer.errors import LostProcess
from live_composer.wire import daemons
from live_composer.wire.screen import Command, Frame
from live_composer.wire.tunnel import tunnel

if TYPE_CHECKING:
    from collections.abc import Iterator

SSHD = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin")


class SshServer(Program):
    """A server that lets us in by a key, and that our `ssh` knows as `studio`; who comes in is at home in `home`."""

    def __init__(self, folder: Path, home: Path) -> None:
        assert SSHD
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # what the service would make
        for key in ("theirs", "ours"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True)
        (folder / "ours.pub").rename(folder / "authorized")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
        (folder / "server").write_text(
            f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/theirs\nAuthorizedKeysFile {folder}/authorized\n"
            f"StrictModes no\nUsePAM no\nPidFile none\nSetEnv LIVE_COMPOSER_HOME={home} PATH={path}\n"
        )
        (folder / "client").write_text(
            f"Host studio\n  HostName 127.0.0.1\n  Port {port}\n  User {getpass.getuser()}\n"
            f"  IdentityFile {folder}/ours\n  UserKnownHostsFile /dev/null\n"
            "  StrictHostKeyChecking no\n  LogLevel ERROR\n  BatchMode yes\n"
        )
        ssh = folder / "bin" / "ssh"
        ssh.parent.mkdir()
        ssh.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/client "$@"\n')
        ssh.chmod(0o755)
        super().__init__(SSHD, "-D", "-f", str(folder / "server"))
        self.await_start(lambda: self._answers(port), "the start of the SSH server")

    @staticmethod
    def _answers(port: int) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def theirs(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The other machine's home."""
    if SSHD is None:
        if os.environ.get("REQUIRE_REAL_PARTS") == "1":
            pytest.fail("real parts are required, but this machine lacks sshd", pytrace=False)
        pytest.skip("this machine lacks sshd")
    folder = tmp_path / "ssh"
    folder.mkdir()
    with SshServer(folder, tmp_path / "theirs"):
        monkeypatch.setenv("PATH", f"{folder}/bin:{os.environ['PATH']}")
        yield tmp_path / "theirs"


@pytest.fixture
def playing(theirs: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """A daemon that plays there."""
    monkeypatch.setenv("LIVE_COMPOSER_HOME", str(theirs))
    with Serving("null", tempo=400.0) as serving:
        serving.wait_for("opened")
        monkeypatch.setenv("LIVE_COMPOSER_HOME", str(home))
        yield serving
        serving.process.terminate()
        assert serving.process.wait(20) == 0


def test_a_daemon_elsewhere_is_shown_and_steered_and_nothing_is_left(playing: Serving):
    here = [sys.executable, "-m", "live_composer", "attach", "--plain", "ssh://studio"]
    with subprocess.Popen(here, stdout=subprocess.PIPE, text=True) as screen:
        assert screen.stdout
        assert any(line.startswith("bar 2") for line in screen.stdout)
        [brought] = paths.sockets("tunnel-", ".sock")
        _, frame = asyncio.run(daemons.ask(brought, Command("status")))
        assert isinstance(frame, Frame)
        assert frame.values["tempo"] == playing.status().values["tempo"]
        screen.send_signal(signal.SIGINT)
    assert screen.returncode == 130
    assert paths.sockets("tunnel-", ".sock") == []
    assert playing.process.poll() is None


def test_where_nothing_plays_it_is_said(theirs: Path):
    with pytest.raises(LostProcess, match="No live-composer plays"), tunnel("ssh://studio", None):
        pass


def test_who_is_not_let_in_is_told_so(theirs: Path):
    (theirs.parent / "ssh" / "authorized").write_text("")
    with pytest.raises(LostProcess, match="Permission denied"), tunnel("ssh://studio", None):
        pass


def test_a_connection_that_ends_is_cleared_away(playing: Serving):
    with tunnel("ssh://studio", None) as brought:
        assert asyncio.run(daemons.ask(brought, Command("stop")))
        asyncio.run(daemons.ask(brought, Command("quit")))
        wait_for(lambda: playing.process.poll() is not None, "the end of the daemon")
    assert not brought.exists()
