"""The service: a unit that systemd reads back, an agent that launchd would, and what is said where neither is there."""

from __future__ import annotations

import plistlib
import shutil
import subprocess
import sys
from configparser import ConfigParser
from typing import TYPE_CHECKING

import pytest

from live_composer.errors import BadInput, LiveComposerError
from live_composer.live import service as services

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _no_xdg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


def test_a_unit_starts_this_python_and_keeps_its_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LIVE_COMPOSER_HOME", '/home/ada/100% "mine" $HOME')
    service = services.service("linux", folder=tmp_path)
    assert service.path == tmp_path / ".config/systemd/user/live-composer.service"
    unit = ConfigParser(interpolation=None)
    unit.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
    unit.read_string(service.text)
    assert unit["Service"]["ExecStart"] == f'"{sys.executable}" "-m" "live_composer" "serve" "--plain" "--wait"'
    assert unit["Service"]["Environment"] == r'"LIVE_COMPOSER_HOME=/home/ada/100%% \"mine\" $HOME"'


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze")
def test_systemd_finds_no_fault_in_the_unit(tmp_path: Path):
    service = services.service("linux", folder=tmp_path)
    path = tmp_path / "live-composer.service"
    path.write_text(service.text)
    done = subprocess.run(["systemd-analyze", "verify", "--user", path], capture_output=True, text=True, check=False)
    assert "live-composer.service" not in done.stdout + done.stderr


def test_an_agent_can_be_read_back(tmp_path: Path):
    service = services.service("darwin", folder=tmp_path)
    assert service.path == tmp_path / "Library/LaunchAgents/live-composer.plist"
    agent = plistlib.loads(service.text.encode())
    assert agent["ProgramArguments"] == [sys.executable, "-m", "live_composer", "serve", "--plain", "--wait"]
    assert agent["RunAtLoad"]


def test_where_there_are_no_services_what_to_do_is_said():
    with pytest.raises(BadInput, match="serve --wait"):
        services.service("win32")


def _with(folder: Path, *, start: list[str], state: list[str]) -> services.Service:
    return services.Service(folder / "unit", "text", [start], [start], state)


def test_it_is_written_started_told_of_and_taken_away(tmp_path: Path):
    service = _with(tmp_path, start=["true"], state=["echo", "active"])
    assert services.state(service) == f"not installed (there is no {service.path})"
    services.install(service)
    assert service.path.read_text() == "text"
    assert services.state(service) == f"active ({service.path})"
    services.uninstall(service)
    assert not service.path.exists()
    with pytest.raises(BadInput, match="No service is installed"):
        services.uninstall(service)


@pytest.mark.parametrize("command", [["false"], ["no-such-program"]])
def test_what_fails_is_one_sentence_and_the_file_stays(tmp_path: Path, command: list[str]):
    service = _with(tmp_path, start=command, state=["no-such-program"])
    with pytest.raises(LiveComposerError, match=f"is written, but .*{command[0]}"):
        services.install(service)
    assert "is not there to tell more" in services.state(service)
