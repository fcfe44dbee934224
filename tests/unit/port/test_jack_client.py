"""A client of a JACK server that is busy, which no real one can be made to be."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from live_composer.port.jack_client import connect_client
from live_composer.port.system import UnavailableError

try:
    import jack
except OSError:
    pytest.skip("JACK is not installed", allow_module_level=True)


def refuse(monkeypatch: pytest.MonkeyPatch, times: int, *, busy: bool) -> list[str]:
    asked: list[str] = []

    def client(name: str, **_: Any) -> str:
        asked.append(name)
        if len(asked) <= times:
            raise jack.JackOpenError(name, SimpleNamespace(server_error=busy))
        return "a client"

    monkeypatch.setattr(jack, "Client", client)
    return asked


def test_a_busy_server_is_asked_again(monkeypatch: pytest.MonkeyPatch):
    asked = refuse(monkeypatch, 2, busy=True)
    assert connect_client("me") == "a client"
    assert asked == ["me"] * 3


def test_where_no_server_runs_that_is_told_at_once(monkeypatch: pytest.MonkeyPatch):
    asked = refuse(monkeypatch, 9, busy=False)
    with pytest.raises(UnavailableError, match="no JACK server runs"):
        connect_client("me")
    assert asked == ["me"]
