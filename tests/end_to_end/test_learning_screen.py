"""Learning as a person sees it: the real `tune` in a terminal, its screen, and what JACK records of its melodies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from real_parts import note_ons, wait_for
from terminal import Terminal

from live_composer.policy import checkpoint

pytest.importorskip("torch", reason="the extra `learn` is not installed")

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from real_parts import Recorder

pytestmark = [pytest.mark.real, pytest.mark.learn, pytest.mark.slow]

INTERRUPTED = 130


@pytest.fixture
def terminal(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    # After the recorder, so that it inherits which JACK server there is.
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    with Terminal(100, 45) as terminal:
        yield terminal


def screens(terminal: Terminal) -> list[int]:
    """Return the processes of screens that the terminal's programs started."""
    found = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in found.splitlines()]
    parents = {int(pid): int(parent) for pid, parent, _ in rows}
    own = [int(pid) for pid, _, words in rows if "-m live_composer.tui " in words]
    return [pid for pid in own if parents.get(parents[pid]) == terminal.pid]


def test_an_evening_of_learning(terminal: Terminal, recorder: Recorder, random_model: str, tmp_path: Path):
    folder = tmp_path / "psi"
    command = ("tune", "--model", random_model, "--minutes", "3", "--output", str(folder))

    # A screen comes, with curves and melodies.
    terminal.run(*command)
    terminal.wait("▶ learning", "tune random by psi, book paper", "best: J", "steps/s", "left")
    terminal.wait("repeated_mo…", "┤", "└──", "▸ melody 1", "reward", "log p")

    # A melody is heard, through a port that is chosen.
    terminal.press("i")
    terminal.wait("Where melodies are heard", "recorder:in")
    terminal.type("recorder")
    terminal.press("Enter")
    terminal.wait_until(lambda screen: "Where melodies" not in screen, "the end of the dialog")
    terminal.press("Space")
    terminal.wait("♪ melody 1", "Heard by recorder:in")
    wait_for(lambda: len(note_ons(recorder.events)) >= 2, "a melody")

    # It is stopped: the best is kept, and the terminal is as before.
    terminal.press("q")
    terminal.wait("a melody", "Interrupted; the same command goes on from here.", f"ended with {INTERRUPTED}")
    kept = checkpoint.load(str(folder / "psi")).card
    assert kept.tuning is not None
    before = (folder / "journal.csv").read_text().splitlines()
    terminal.type("echo as be''fore")
    terminal.press("Enter")
    terminal.wait("as before")

    # It goes on, and shows what was before. The screen is killed: learning does not mind.
    terminal.run(*command)
    terminal.wait("▶ learning", "▸ melody 1")
    [screen] = screens(terminal)
    os.kill(screen, signal.SIGKILL)
    terminal.wait("the screen has ended (code -9); learning goes on.", "steps/s")
    terminal.press("C-c")
    terminal.wait("Measuring the best model once more ...", f"ended with {INTERRUPTED}")
    after = (folder / "journal.csv").read_text().splitlines()
    assert after[: len(before)] == before
    assert len(after) > len(before)
    assert json.loads((folder / "psi.json").read_text())["metrics"]["model"]["J"] > -1e6
