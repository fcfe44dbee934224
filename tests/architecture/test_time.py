"""Nobody who sets the machine's clock moves the music: what plays counts only time that never runs backwards."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLAYING = sorted(path for package in ("port", "live") for path in (ROOT / "live_composer" / package).rglob("*.py"))
SETTABLE = {"time.time", "time.time_ns", "time.localtime", "time.gmtime", "datetime.now", "datetime.datetime.now"}


def settable(source: str) -> set[str]:
    calls = {ast.unparse(node.func) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)}
    return calls & SETTABLE


@pytest.mark.parametrize("path", PLAYING, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_plays_asks_no_clock_that_can_be_set(path: Path):
    assert settable(path.read_text()) == set()


def test_such_a_clock_is_seen():
    assert settable("import time\nprint(time.time())") == {"time.time"}
