"""The way to a daemon on another machine, by a stand-in for SSH that misbehaves as SSH may."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import pytest

from live_composer.errors import LostProcess
from live_composer.wire.tunnel import tunnel

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs unix sockets")

_SSH = """#!{python}
import pathlib, sys, time
if "-N" not in sys.argv:
    print('{{"address": "/run/daemon.sock"}}')
    sys.exit()
{does}
"""


def ssh(folder: Path, does: str) -> str:
    """Return a program that tells where a daemon listens and, asked to bring its socket here, does something."""
    program = folder / "ssh"
    program.write_text(_SSH.format(python=sys.executable, does=does))
    program.chmod(0o755)
    return str(program)


def test_an_ssh_that_complains_all_the_time_goes_on(tmp_path: Path):
    """It tells of every try to reach a daemon that is gone, and the screen tries for as long as it is open."""
    complains = (
        "pathlib.Path(sys.argv[sys.argv.index('-L') + 1].split(':')[0]).touch()\n"
        "sys.stderr.write('channel 2: open failed: connect failed: Connection refused\\n' * 10_000)\n"
        f"pathlib.Path({str(tmp_path / 'said')!r}).touch()\n"
        "time.sleep(60)"
    )
    with tunnel("ssh://studio", None, ssh(tmp_path, complains)) as brought:
        assert brought.exists()
        deadline = time.monotonic() + 20
        while not (tmp_path / "said").exists():
            assert time.monotonic() < deadline, "it waits for somebody to read what it said"
            time.sleep(0.01)


def test_why_no_socket_could_be_brought_is_told(tmp_path: Path):
    fails = "sys.exit('first\\nremote port forwarding failed.\\n')"
    with (
        pytest.raises(LostProcess, match=r"the daemon of ssh://studio here: remote port forwarding failed\.$"),
        tunnel("ssh://studio", None, ssh(tmp_path, fails)),
    ):
        pass
