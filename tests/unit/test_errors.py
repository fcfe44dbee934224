"""The error tree is the one its docstring draws."""

from __future__ import annotations

import inspect
import re
from importlib.metadata import PathDistribution

import pytest

from live_composer import errors
from live_composer.errors import LiveComposerError, MissingExtra


def test_the_drawn_tree_is_the_tree():
    drawn: list[tuple[str, str]] = []
    above = ["LiveComposerError"]
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r"    ([│ ]*)[├└]── (\w+) ", line):
            depth = len(found[1]) // 4 + 1
            above[depth:] = [found[2]]
            drawn.append((found[2], above[depth - 1]))
    there = [
        (name, error.__bases__[0].__name__)
        for name, error in inspect.getmembers(errors, inspect.isclass)
        if issubclass(error, LiveComposerError) and error is not LiveComposerError
    ]
    assert sorted(drawn) == sorted(there)


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        (
            '{"url": "file:///home/ada/live%20composer", "dir_info": {"editable": true}}',
            "-e '/home/ada/live composer[learn]'",
        ),
        ('{"url": "file:///home/ada/lc", "dir_info": {}}', "'/home/ada/lc[learn]'"),
        ('{"url": "https://example.org/lc.whl", "archive_info": {}}', "'live-composer[learn]'"),
        (None, "'live-composer[learn]'"),
    ],
    ids=["checkout", "folder", "wheel", "index"],
)
def test_a_missing_extra_says_how_to_get_it(origin: str | None, command: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(PathDistribution, "read_text", lambda _self, _name: origin)
    assert str(MissingExtra("Training", "learn")) == f"Training needs the extra `learn`: pip install {command}"
