"""The way to a daemon on another machine: SSH asks there where it listens, and brings its socket here."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import tempfile
import time
from typing import TYPE_CHECKING, Any

from live_composer import files, paths
from live_composer.errors import BadInput, LostProcess
from live_composer.wire import local

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

SCHEME = "ssh://"
_NO_SUCH_COMMAND = 127
_END_SECONDS = 2.0
_POLL_SECONDS = 0.02


@contextlib.contextmanager
def tunnel(host: str, port: str | None, ssh: str = "ssh") -> Generator[Path]:
    """Yield a socket of this machine behind which the daemon of another one listens, for as long as the context lasts.

    No port of either machine is opened: who may log in there may come. SSH may ask for a password before it yields.

    Args:
        host: `ssh://[USER@]HOST[:PORT]`; HOST may be a name of one's SSH config.
        port: words of the MIDI port that the daemon plays to, where several play there.
        ssh: the program.

    Raises:
        BadInput: this machine has no sockets in files, or no SSH.
        LostProcess: the machine is not reached, or nothing plays there.
    """
    if not local.UNIX:
        raise BadInput(
            f"Windows cannot bring a socket here; say `ssh -t {host.removeprefix(SCHEME)} live-composer attach`."
        )
    theirs = _address(host, port, ssh)
    ours = paths.socket(f"tunnel-{os.getpid()}.sock")
    ours.unlink(missing_ok=True)
    paths.private(ours.parent)
    options = ("-N", "-o", "ExitOnForwardFailure=yes", "-L", f"{ours}:{theirs}")
    # Not to a pipe, that nobody empties: it tells of every try to reach a daemon that is gone.
    with files.scratch():
        words = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115 - closed below
    with words:
        child = subprocess.Popen([ssh, *options, host], stdin=subprocess.DEVNULL, stderr=words)
        try:
            while not ours.exists():
                if child.poll() is not None:
                    words.seek(0)
                    raise LostProcess(f"SSH could not bring the daemon of {host} here: {_said(words.read())}.")
                time.sleep(_POLL_SECONDS)
            yield ours
        finally:
            _end(child)
            paths.leave(ours)


def _address(host: str, port: str | None, ssh: str) -> str:
    """Ask a machine where its daemon listens."""
    question = shlex.join(["live-composer", "status", "--json", *(("--port", port) if port else ())])
    # A login shell's PATH has what `pipx` and `pip install --user` put there; that of a command of SSH's often has not.
    at_login = f'exec "$SHELL" -lc {shlex.quote(question)}'
    asked = [ssh, host, f"command -v live-composer >/dev/null && exec {question} || {at_login}"]
    try:
        done = subprocess.run(asked, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise BadInput("There is no SSH on this machine; install OpenSSH's client.") from None
    if done.returncode == _NO_SUCH_COMMAND:
        raise LostProcess(f"There is no `live-composer` on the PATH at {host}; install it there, or make a link to it.")
    if done.returncode:
        raise LostProcess(f"{host} does not tell where its daemon listens: {_said(done.stderr)}.")
    try:
        # What a profile prints may stand before it.
        frame: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{") :])
        return str(frame["address"])
    except (ValueError, KeyError):
        raise LostProcess(f"What {host} says is no state of a daemon; install the same version on both.") from None


def _said(text: str) -> str:
    """Return the last line of what was said, as a part of a sentence."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].removeprefix("live-composer: ").rstrip(".") if lines else "it said nothing"


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
