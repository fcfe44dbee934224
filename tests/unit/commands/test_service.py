"""`service`, as far as it leaves this machine alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live_composer.commands import service
from live_composer.config import ServiceInstall
from live_composer.live import service as services

if TYPE_CHECKING:
    import pytest


def test_a_dry_run_shows_the_file_and_where_it_would_be_and_writes_nothing(capsys: pytest.CaptureFixture[str]):
    made = services.service()
    assert not made.path.exists()
    service.install(config=ServiceInstall(dry_run=True))
    out = capsys.readouterr().out
    assert out.splitlines()[0] == f"# {made.path}"
    assert "serve" in out
    assert "--wait" in out
    assert not made.path.exists()


def test_the_state_of_none_is_told(capsys: pytest.CaptureFixture[str]):
    service.status()
    assert "not installed" in capsys.readouterr().out
