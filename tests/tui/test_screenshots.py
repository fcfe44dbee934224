"""The pictures in the documentation show the screen as it is: `make screenshots` writes them anew."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from screenshots import SHOTS, take  # noqa: E402


@pytest.mark.parametrize("name", SHOTS)
async def test_a_picture_is_not_stale(name: str, tmp_path: Path):
    svg = await take(SHOTS[name], tmp_path / "s.sock")
    assert svg == (ROOT / "docs" / "images" / f"{name}.svg").read_text()
