"""Shared fixtures."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from command_line import CommandLine
from hypothesis import HealthCheck, settings

from live_composer import paths
from live_composer.policy import checkpoint
from live_composer.policy.checkpoint import Card, network_of
from live_composer.policy.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def pytest_configure() -> None:
    """Let Ctrl-C reach the programs that tests start: what a shell runs in the background ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # How long an example takes on a busy machine says nothing of a property.
    settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep every test away from the user's own config, models and sockets, and leave no socket of a killed daemon."""
    folder = tmp_path / "home"
    monkeypatch.setenv("LIVE_COMPOSER_HOME", str(folder))
    monkeypatch.delenv("LIVE_COMPOSER_CONFIG", raising=False)
    yield folder
    if (folder / "run").is_dir():
        for left in paths.sockets("", ".sock"):
            paths.leave(left)


@pytest.fixture(autouse=True)
def tiny_numbers() -> Iterator[None]:
    """Have this process know the tiniest numbers again: learning rounds them to zero, as long as its process lives."""
    yield
    if torch := sys.modules.get("torch"):
        torch.set_flush_denormal(False)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """Run commands in this process."""
    return CommandLine(monkeypatch, capsys)


@pytest.fixture(scope="session")
def random_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small Note RNN of random weights, by path: enough wherever notes need not be good."""
    shape = Shape(hidden=16, metre=True)
    chance = np.random.default_rng(1)
    weights = {
        name: chance.normal(scale=0.5, size=size).astype(np.float32) for name, size in shape.parameters().items()
    }
    path = tmp_path_factory.mktemp("models") / "random"
    card = Card("random", network_of(shape), "", "nothing", "MIT", "a test", 1, "")
    checkpoint.save(path, card, weights)
    return str(path)
