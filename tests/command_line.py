"""The command line within the tests' own process: what it answers to words, without starting Python anew."""

from __future__ import annotations

import sys
from typing import NamedTuple

import pytest

from live_composer import cli


class Answer(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


class CommandLine:
    """Runs commands, as `live-composer` would."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *words: str) -> Answer:
        self._monkeypatch.setattr(sys, "argv", ["live-composer", *words])
        with pytest.raises(SystemExit) as left:
            cli.main()
        return Answer(int(left.value.code or 0), *self._capsys.readouterr())
