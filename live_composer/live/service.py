"""The daemon as a service of its user: the unit of systemd or the agent of launchd, written, started and taken away."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from live_composer import files
from live_composer.errors import BadInput, LiveComposerError

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME = "live-composer"
_HANDED_ON = ("LIVE_COMPOSER_HOME", "LIVE_COMPOSER_CONFIG")
_PATIENCE_SECONDS = 20.0


class Service(NamedTuple):
    """How a system runs it.

    Attributes:
        path: the file to write.
        text: what it holds.
        start, stop, state: the commands that start it, end it, and tell how it is.
    """

    path: Path
    text: str
    start: list[list[str]]
    stop: list[list[str]]
    state: list[str]


def service(system: str = sys.platform, *, folder: Path | None = None) -> Service:
    """Return the service for a system, as `sys.platform` names it; `folder` is the user's home.

    Raises:
        BadInput: the system has no services of a user that are known here.
    """
    home, kept = folder or Path.home(), {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    command = [sys.executable, "-m", "live_composer", "serve", "--plain", "--wait"]
    if system.startswith("linux"):
        return _systemd(home, command, kept)
    if system == "darwin":
        return _launchd(home, command, kept)
    raise BadInput(f"There are no services for {system} here: start `live-composer serve --wait` when you log in.")


def install(service: Service) -> None:
    """Write the service's file, and start it.

    Raises:
        CannotWrite: the file could not be written.
        LiveComposerError: the file is written, and the service could not be started.
    """
    files.write_text(service.path, service.text)
    for command in service.start:
        _run(command, f"{service.path} is written, but")


def uninstall(service: Service) -> None:
    """End the service, and take its file away.

    Raises:
        BadInput: it is not installed.
    """
    if not service.path.exists():
        raise BadInput(f"No service is installed: there is no {service.path}.")
    try:
        for command in service.stop:
            _run(command, "")
    finally:
        service.path.unlink()


def state(service: Service) -> str:
    """Tell how the service is, in a line."""
    if not service.path.exists():
        return f"not installed (there is no {service.path})"
    try:
        done = _call(service.state)
    except OSError:
        return f"installed in {service.path}; {service.state[0]} is not there to tell more"
    return f"{(done.stdout or done.stderr).strip().partition(chr(10))[0]} ({service.path})"


def _systemd(home: Path, command: Sequence[str], environment: dict[str, str]) -> Service:
    place = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "systemd" / "user" / f"{_NAME}.service"
    kept = "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in environment.items())
    text = f"""[Unit]
Description=live-composer: a melody player for any DAW
After=pipewire.service jack.service

[Service]
ExecStart={" ".join(_quoted(word).replace("$", "$$") for word in command)}
{kept}Restart=on-failure
RestartSec=2
KillSignal=SIGTERM
TimeoutStopSec=10

[Install]
WantedBy=default.target
"""
    control = ["systemctl", "--user"]
    return Service(
        place,
        text,
        start=[[*control, "daemon-reload"], [*control, "enable", "--now", _NAME]],
        stop=[[*control, "disable", "--now", _NAME]],
        state=[*control, "is-active", _NAME],
    )


def _launchd(home: Path, command: Sequence[str], environment: dict[str, str]) -> Service:
    place = home / "Library" / "LaunchAgents" / f"{_NAME}.plist"
    log = str(home / "Library" / "Logs" / f"{_NAME}.log")
    agent = {
        "Label": _NAME,
        "ProgramArguments": list(command),
        "EnvironmentVariables": environment,
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ProcessType": "Interactive",
        "StandardOutPath": log,
        "StandardErrorPath": log,
    }
    return Service(
        place,
        plistlib.dumps(agent).decode(),
        start=[["launchctl", "load", "-w", str(place)]],
        stop=[["launchctl", "unload", "-w", str(place)]],
        state=["launchctl", "list", _NAME],
    )


def _quoted(word: str) -> str:
    """Return a word as systemd reads it back: in quotes, with what it would expand doubled."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _run(command: Sequence[str], before: str) -> None:
    told = " ".join(command)
    if shutil.which(command[0]) is None:
        raise LiveComposerError(f"{before} {command[0]} is not there to run `{told}`.".strip())
    done = _call(command)
    if done.returncode:
        why = (done.stderr or done.stdout).strip().partition("\n")[0]
        raise LiveComposerError(f"{before} `{told}` failed: {why}".strip())


def _call(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE_SECONDS)
