"""The link to a real port process: fed, lost, frozen, and ended."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import time
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from live_composer.errors import CannotWrite, LostProcess
from live_composer.live import port_link
from live_composer.live.port_link import PortLink
from live_composer.port.protocol import (
    Heard,
    HeardMessage,
    Note,
    Notes,
    Open,
    Reply,
    Sent,
    SetOffset,
    SetTempo,
    Start,
    Stop,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

HELD = Notes([Note(0, 1000, 2, 60, 80)])


class Told:
    """What a link has told."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.troubles: list[str] = []

    @property
    def data(self) -> list[bytes]:
        return [message.data for reply in self.replies if isinstance(reply, Sent) for message in reply.messages]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest_asyncio.fixture
async def link(told: Told) -> AsyncIterator[PortLink]:
    link = PortLink(Open("null"), told.replies.append, lambda: told.troubles.append(link.trouble))
    await link.open()
    yield link
    await link.close()


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not happened():
            await asyncio.sleep(0.01)


async def test_the_beat_goes_on_between_heartbeats_and_changes_tempo(link: PortLink):
    link.send(Start(3.0))
    before = link.beat()
    assert 3.0 <= before < 4.0
    await link.news(1)
    assert link.beat() > before
    link.send(SetTempo(30))
    assert link.tempo == 30
    link.send(Stop())
    stopped = link.beat()
    await asyncio.sleep(0.02)
    assert link.beat() == stopped


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
async def test_a_lost_process_is_replaced_and_its_notes_released(
    link: PortLink, told: Told, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
):
    monkeypatch.setattr(port_link, "_WATCH_SECONDS", 0.2)
    link.send(HELD, Start())
    await until(lambda: bytes((0x92, 60, 80)) in told.data)
    lost = link.pid
    os.kill(lost, number)
    await until(lambda: not link.well)
    with pytest.raises(LostProcess):
        await link.news(1)
    assert link.trouble.startswith("The port process ended with code -9")
    await asyncio.wait_for(link.recovered(), 20)
    await until(lambda: bytes((0x82, 60, 0)) in told.data)
    assert link.pid != lost
    assert link.replaced == 1
    assert told.troubles[-1] == ""
    with pytest.raises(ProcessLookupError):
        os.kill(lost, 0)


async def test_what_was_told_before_a_start_says_nothing_of_the_music_after_it(link: PortLink):
    link.send(Start(1000.0))
    await until(lambda: link.heartbeat.playing)
    old = link.heartbeat
    link.send(Stop(), Start(0.0))
    assert link._newest
    link._heard(link._newest, old)  # It was on its way.
    assert link.beat() < 100
    await until(lambda: link.heartbeat is not old and link.heartbeat.playing)
    assert 0 <= link.beat() < 100


@pytest.mark.skipif(importlib.util.find_spec("link") is None, reason="Ableton Link is not installed")
async def test_playing_along_with_a_clock_that_goes_sets_nothing_back():
    link = PortLink(Open("null", clock="link", tempo=240.0, quantum=64.0))
    await link.open()
    try:
        await until(lambda: link.clock.rolling and time.monotonic() - link.clock.seconds > 0.3)
        before = link.beat()
        link.send(Start())
        assert link.beat() >= before
    finally:
        await link.close()


async def test_what_is_changed_while_a_port_is_opened_anew_holds_in_it(link: PortLink):
    lost = link.pid
    os.kill(lost, signal.SIGKILL)
    await until(lambda: link._newest is not None and link._newest.pid != lost)
    assert not link.well
    link.send(SetTempo(60), SetOffset(-200))
    await asyncio.wait_for(link.recovered(), 20)
    started = time.monotonic()
    link.send(Start(0.0))
    await until(lambda: link.heartbeat.playing)
    assert (link.heartbeat.tempo, link.tempo) == (60, 60)
    assert link.heartbeat.beat < link.heartbeat.seconds - started - 0.19, "it begins later by what it sends before"


async def test_keys_that_are_held_when_a_port_process_is_lost_are_let_go(link: PortLink, told: Told):
    assert link._newest
    keys = [
        HeardMessage(1.0, 5.0, bytes((status, pitch, 80))) for status, pitch in ((0x91, 60), (0x91, 62), (0x81, 60))
    ]
    link._heard(link._newest, Heard(keys))
    os.kill(link.pid, signal.SIGKILL)
    await until(lambda: not link.well)
    *_, last = [reply for reply in told.replies if isinstance(reply, Heard)]
    assert [message.data for message in last.messages] == [bytes((0x81, 62, 0))]
    await asyncio.wait_for(link.recovered(), 20)


async def test_it_ends_with_its_link(link: PortLink):
    pid = link.pid
    await link.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_file_that_cannot_be_written_in_the_end_is_told(tmp_path: Path):
    folder = tmp_path / "folder"
    folder.mkdir()
    link = PortLink(Open(f"file:{folder / 'take.mid'}"))
    await link.open()
    folder.rmdir()
    folder.write_text("no folder any more")
    with pytest.raises(CannotWrite, match=r"take\.mid could not be written"):
        await link.close()
