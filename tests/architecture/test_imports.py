"""What each process loads, observed from inside: contracts on source cannot see what is imported late or indirectly."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# Every import of a process and of its children is appended to a file as it happens, so that even a process that is
# killed has told what it loaded.
SPY = """
import json, os, sys

def _spy(event, arguments, seen=set()):
    if event == "import" and arguments[0] not in seen:
        seen.add(arguments[0])
        with open(os.path.join(os.environ["IMPORT_LOG"], str(os.getpid())), "a") as log:
            log.write(json.dumps([sys.orig_argv, arguments[0]]) + "\\n")

sys.addaudithook(_spy)
"""

HEAVY = {"torch", "matplotlib", "tensorboard", "music21"}
MUSIC = {"numpy", "mido", "rtmidi", "websockets", "safetensors", "msgspec", "asyncio", "jack"}
IMPORT_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
print(*sys.modules)
"""


def loaded_by_package(package: str) -> set[str]:
    """Import every module of a package in a process of its own; return the top-level names that it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, package], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("live_composer.port", HEAVY | {"numpy", "asyncio", "textual", "websockets", "cyclopts", "rich"}),
        ("live_composer.plan", HEAVY | {"textual", "rtmidi", "mido", "cyclopts"}),
        ("live_composer.live", HEAVY | {"rtmidi", "textual"}),
        ("live_composer.commands", HEAVY | {"textual"}),
        ("live_composer.tui", HEAVY | {"rtmidi", "mido"}),
        ("live_composer.corpus", HEAVY),
    ],
)
def test_a_package_loads_only_what_its_process_may(package: str, forbidden: set[str]):
    assert loaded_by_package(package) & forbidden == set()


def watched(folder: Path, *tokens: str) -> dict[str, set[str]]:
    """Run the command line; return for each process it was the modules it loaded, by the process's command line."""
    (folder / "sitecustomize.py").write_text(SPY)
    (folder / "log").mkdir()
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "IMPORT_LOG": str(folder / "log"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "live_composer", *tokens],
        capture_output=True, text=True, check=False, timeout=120, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    loaded: dict[str, set[str]] = {}
    for log in (folder / "log").iterdir():
        for line in log.read_text().splitlines():
            argv, module = json.loads(line)
            loaded.setdefault(" ".join(argv), set()).add(module)
    return loaded


def test_help_loads_nothing_heavy(tmp_path: Path):
    [loaded] = watched(tmp_path, "--help").values()
    assert loaded & (HEAVY | MUSIC) == set()
    assert not {module for module in loaded if module.startswith("live_composer.commands.")}


def test_the_spy_sees(tmp_path: Path):
    [loaded] = watched(tmp_path, "--version").values()
    assert {"live_composer.cli", "cyclopts"} <= loaded


KINDS = {
    "live_composer.port": HEAVY | {"numpy", "asyncio", "textual", "websockets", "cyclopts", "rich"},
    "live_composer.plan": HEAVY | {"textual", "rtmidi", "mido", "cyclopts", "rich"},
    "live_composer": HEAVY | {"textual", "rtmidi"},
}


def test_playing_loads_in_each_process_only_what_it_may(tmp_path: Path, random_model: str):
    take = str(tmp_path / "take.mid")
    played = watched(
        tmp_path, *f"serve --port null --bars 1 --tempo 400 --roll --record {take} -m {random_model}".split()
    )
    for kind, forbidden in KINDS.items():
        [loaded] = [modules for argv, modules in played.items() if f"-m {kind} " in f"{argv} "]
        assert {module.split(".")[0] for module in loaded} & forbidden == set(), kind
    assert len(played) == len(KINDS)
