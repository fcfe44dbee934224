"""Behind a clock of others: the music begins in the bar that they are in, and the tempo is whose it is."""

from __future__ import annotations

import asyncio
import importlib.util
from typing import TYPE_CHECKING

import msgspec
import pytest

from live_composer.errors import BadInput
from live_composer.live.events import Bar, Event, Opened
from live_composer.music import midi_file
from live_composer.wire.screen import Command, Set

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Rehearsal, Rehearse

    from live_composer.live.daemon import Daemon

needs_link = pytest.mark.skipif(importlib.util.find_spec("link") is None, reason="Ableton Link is not installed")


@needs_link
async def test_music_begins_in_the_bar_that_the_session_is_in_and_anew_after_a_stop(rehearse: Rehearse):
    tasks: list[asyncio.Task[None]] = []
    begun: list[int] = []

    async def play_two_bars_later(daemon: Daemon) -> None:
        bars = 0
        while bars < 2:
            before = daemon.port.beat()
            await asyncio.sleep(0.005)
            bars += daemon.port.beat() < before
        begun.append(0)
        daemon.ask(Command("play"))

    def happen(rehearsal: Rehearsal, event: Event) -> None:
        daemon = rehearsal.daemon
        if isinstance(event, Bar) and begun:
            begun[-1] += 1
            if len(begun) == 2:
                daemon.ask(Set("tempo", 300.0))  # It is everybody's.
            if begun[-1] == 2:
                asyncio.get_running_loop().call_soon(daemon.ask, Command("stop" if len(begun) == 1 else "quit"))
        if isinstance(event, Opened) or (isinstance(event, Bar) and begun == [2]):
            tasks.append(asyncio.create_task(play_two_bars_later(daemon)))

    rehearsal, _ = await rehearse(happen, clock="link", playing=False, tempo=400.0, quantum=2.0)
    assert begun == [2, 2]
    assert max(bar.number for bar in rehearsal.bars) <= 3, "what is waited for is no part of the music"
    assert rehearsal.notes()
    assert rehearsal.daemon.port.clock.tempo == pytest.approx(300.0)


@needs_link
async def test_what_is_heard_is_recorded_through_a_pause_while_the_session_goes_on(rehearse: Rehearse, tmp_path: Path):
    tasks: list[asyncio.Task[None]] = []

    async def pause_and_play(daemon: Daemon) -> None:
        daemon.ask(Command("pause"))
        before = daemon.port.beat()
        while daemon.port.beat() >= before:
            await asyncio.sleep(0.005)
        daemon.ask(Command("play"))

    def happen(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Bar) and event.number == 4 and not tasks:
            tasks.append(asyncio.create_task(pause_and_play(rehearsal.daemon)))
        elif isinstance(event, Bar) and event.number == 3 and tasks:
            asyncio.get_running_loop().call_soon(rehearsal.daemon.ask, Command("quit"))

    path = tmp_path / "session.mid"
    rehearsal, _ = await rehearse(happen, clock="link", tempo=400.0, quantum=4.0, record=path)
    heard = [message for message in rehearsal.sent if message.data[0] == 0x90]
    [track] = midi_file.read_song(path).tracks
    assert len(track.notes) == len(heard)


async def test_a_tempo_that_is_refused_stays_as_it_was(rehearse: Rehearse):
    def follow(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Bar) and event.number == 1:
            daemon = rehearsal.daemon
            request = daemon.port._request
            daemon.port._request = msgspec.structs.replace(request, clock="midi")
            for asked in (Set("tempo", 90.0), Command("undo")):
                with pytest.raises(BadInput):
                    daemon.ask(asked)
            daemon.port._request = request

    rehearsal, _ = await rehearse(follow, bars=2)
    assert rehearsal.daemon.values["tempo"] == 120.0
