"""The page of symptoms quotes what the program says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text()
ROWS = [line.split(" | ")[0] for line in PAGE.splitlines() if line.startswith("| ") and "what you see" not in line]
SAID = [said for row in ROWS for said in re.findall(r"`([^`]+)`", row)]
COUNTED = re.compile(r"\d+")
"""A number of a message, which the source has as a field."""


@pytest.fixture(scope="module")
def sources() -> str:
    """All that the program may say, literals that are broken over lines put together."""
    files = [*(ROOT / "live_composer").rglob("*.py"), ROOT / "scripts" / "setup.sh"]
    text = "\n".join(path.read_text() for path in files)
    return re.sub(r"\{[^{}]*\}", "{}", re.sub(r'"\s*\n\s*f?"', "", text))


def test_symptoms_are_quoted():
    assert len(SAID) > 15


@pytest.mark.parametrize("said", SAID)
def test_what_is_quoted_is_said(said: str, sources: str):
    assert COUNTED.sub("{}", said) in sources
