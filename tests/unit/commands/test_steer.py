"""Commands steer the daemon that plays; which one, where several do; and say what is wrong in one sentence."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import mido
import pytest

from live_composer.commands import steer
from live_composer.commands.compose import compose
from live_composer.config import Compose, Keep, Status, Steer
from live_composer.errors import BadInput, LostProcess
from live_composer.live.daemon import Daemon, Setup
from live_composer.live.events import Bar, Event, Stopped
from live_composer.live.values import Values
from live_composer.wire import daemons

if TYPE_CHECKING:
    from collections.abc import Generator


VALUES = {"seed": 3, "tempo": 400.0}


@contextmanager
def serving(model: str, target: str = "null") -> Generator[list[Stopped]]:
    """Have a daemon play in real time, as it does for musicians, until it is told to stop."""
    playing, ended = threading.Event(), list[Stopped]()
    daemons_made: list[tuple[asyncio.AbstractEventLoop, Daemon]] = []

    def hear(event: Event) -> None:
        if isinstance(event, Bar) and event.number == 2:
            playing.set()

    async def run() -> None:
        daemon = Daemon(Setup(target=target, values=Values(VALUES | {"model": model}, {"house_leaps": 1.0})), hear)
        daemons_made.append((asyncio.get_running_loop(), daemon))
        ended.append(await daemon.run())

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    try:
        assert playing.wait(30)
        yield ended
    finally:
        loop, daemon = daemons_made[0]
        if thread.is_alive():
            loop.call_soon_threadsafe(daemon.quit)
        thread.join(20)


@pytest.fixture(autouse=True)
def no_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave signals alone: these daemons run beside the main thread."""
    from contextlib import nullcontext

    from live_composer.live import daemon

    monkeypatch.setattr(daemon, "signals", lambda _: nullcontext())


def test_a_daemon_is_steered_and_a_take_made_again(
    random_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with serving(random_model) as ended:
        steer.change("tempo", "300")
        steer.change("rule.house_leaps", "2.5")
        steer.change("swing")
        steer.undo()
        steer.panic()
        steer.keep(config=Keep(bars=1, name="mine"))
        steer.like()
        steer.pause()
        steer.play()
        said = capsys.readouterr().out
        steer.status()
        words = capsys.readouterr().out
        steer.status(config=Status(json=True))
        frame = json.loads(capsys.readouterr().out)
        with pytest.raises(BadInput, match="did you mean `tempo`"):
            steer.change("tempp", "1")
        steer.stop()
    assert said.splitlines()[:4] == [
        "tempo is 300 BPM.", "rule.house_leaps is 2.5.", "swing is 50 %.", "rule.house_leaps is 1 again.",
    ]  # fmt: skip
    assert frame["values"]["tempo"] == 300
    assert [take["name"] for take in frame["takes"]] == ["mine"]
    assert frame["takes"][0]["liked"] == 1
    assert "time: tempo 300 BPM" in words
    assert "take 1: 1 bar, " in words
    assert ended
    path = Path(frame["takes"][0]["path"])
    compose(config=Compose(again=path, output=tmp_path / "again.mid", json=True))
    again = json.loads(capsys.readouterr().out)
    assert (again["model"], again["differ"]) == (random_model, 0)
    assert mido.MidiFile(tmp_path / "again.mid").length == pytest.approx(mido.MidiFile(path).length, abs=0.01)


def test_where_several_play_one_is_named(random_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    first, second = tmp_path / "left.mid", tmp_path / "right.mid"
    with serving(random_model, f"file:{first}"), serving(random_model, f"file:{second}"):
        assert len(daemons.running()) == 2
        with pytest.raises(BadInput, match=r"Several play: .*left-mid.*; say which by --port"):
            steer.change("tempo", "90")
        steer.change("tempo", "200", config=Steer(port="left"))
        steer.status(config=Status(port="left mid"))
        assert "200 BPM" in capsys.readouterr().out
        with pytest.raises(LostProcess, match=r"No live-composer plays to `middle`; there is"):
            steer.status(config=Status(port="middle"))
    assert not daemons.running()


def test_without_a_daemon_commands_say_how_to_start_one():
    with pytest.raises(LostProcess, match="No live-composer plays; start one by `live-composer serve`"):
        steer.panic()
