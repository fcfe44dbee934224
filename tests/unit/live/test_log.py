"""The log: a JSON object a line, by level; small files; and nothing into the terminal where the disk is full."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from live_composer import paths
from live_composer.commands.serve import serve
from live_composer.config import Serve
from live_composer.errors import BadInput, CannotWrite
from live_composer.live import log as logs
from live_composer.live.events import Bar, Trouble
from live_composer.live.log import Log


def lines(path: Path | None = None) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (path or paths.log_file()).read_text().splitlines()]


def events() -> list[str]:
    return [line["event"] for line in lines()]


def bar(number: int) -> Bar:
    return Bar(number, [1] * 16, 0, ["plan"])


@pytest.mark.parametrize(
    ("level", "noted"),
    [("warning", ["trouble"]), ("info", ["trouble", "trouble"]), ("debug", ["trouble", "trouble", "bar"])],
)
def test_levels_say_what_is_noted(level: logs.Level, noted: list[str]):
    with Log(level) as log:
        log.tell(Trouble("port", "It is gone."))
        log.tell(Trouble("port", ""))
        log.tell(bar(1))
    assert events() == noted
    assert lines()[0]["level"] == "warning"
    assert lines()[0]["reason"] == "It is gone."


def test_off_makes_no_file():
    with Log("off") as log:
        log.tell(Trouble("port", "It is gone."))
    assert not paths.log_file().exists()


def test_files_stay_small(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logs, "_BYTES", 2000)
    with Log("debug") as log:
        for number in range(200):
            log.tell(bar(number))
    files = list(paths.log_file().parent.iterdir())
    assert len(files) == logs._FILES + 1
    assert all(path.stat().st_size <= 2000 and lines(path) for path in files)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no disk that is always full")
def test_a_full_disk_costs_lines_and_nothing_else(home: Path, capfd: pytest.CaptureFixture[str]):
    paths.log_file().parent.mkdir(parents=True)
    paths.log_file().symlink_to("/dev/full")
    with Log("info") as log:
        log.tell(Trouble("port", "It is gone."))
    assert capfd.readouterr().err == ""


def test_a_folder_that_cannot_be_is_one_sentence(home: Path):
    home.mkdir()
    (home / "log").write_text("a file")
    with pytest.raises(CannotWrite, match="could not be written"):
        Log("info")


def test_what_ends_a_daemon_is_noted():
    with pytest.raises(BadInput), Log("warning"):
        raise BadInput("No plan can be made.")
    with pytest.raises(ZeroDivisionError), Log("warning"):
        _ = 1 / 0
    failed, crashed = lines()
    assert (failed["event"], failed["reason"]) == ("failed", "No plan can be made.")
    assert (crashed["event"], crashed["level"]) == ("crashed", "error")
    assert "ZeroDivisionError" in crashed["trace"][-1]


def test_a_daemon_tells_its_whole_life(random_model: str, tmp_path: Path):
    port = f"file:{tmp_path / 'port.mid'}"
    serve(config=Serve(model=random_model, port=port, bars=1, tempo=400.0, seed=3, json=True, log="debug"))
    opened, played, stopped = lines()
    assert [line["event"] for line in (opened, played, stopped)] == ["opened", "bar", "stopped"]
    assert opened["values"]["seed"] == 3
    assert opened["planner_pid"] != opened["port_pid"]
    assert stopped["missed_plans"] == 0
