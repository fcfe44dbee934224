"""Shared fixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep every test away from the user's own config, models and sockets."""
    folder = tmp_path / "home"
    monkeypatch.setenv("LIVE_COMPOSER_HOME", str(folder))
    monkeypatch.setenv("LIVE_COMPOSER_CONFIG", str(folder / "config.toml"))
    return folder
