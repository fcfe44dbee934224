"""Screens in tests stand still where a person's would blink."""

from __future__ import annotations

import pytest
from textual.widgets import Input


@pytest.fixture(autouse=True)
def cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the cursor of every field visible."""
    monkeypatch.setattr(Input, "_toggle_cursor", lambda _: None)
