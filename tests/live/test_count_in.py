"""The bars before the music: clicks on their beats, then the first note on beat 0, as if nothing had been counted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from live_composer.music.metre import Metre

if TYPE_CHECKING:
    from conftest import Rehearsal, Rehearse

    from live_composer.live.daemon import Daemon
    from live_composer.live.events import Event

ONE_BAR = {"4/4": [-4, -3, -2, -1], "3/4": [-3, -2, -1], "6/8": [-3, -1.5]}


def struck(rehearsal: Rehearsal, channel: int) -> list[tuple[float, int]]:
    return [(message.beat, message.data[1]) for message in rehearsal.sent if message.data[0] == 0x90 | channel - 1]


@pytest.mark.parametrize("metre", ONE_BAR)
async def test_every_beat_that_is_felt_clicks_and_the_music_is_the_same(rehearse: Rehearse, metre: str):
    uncounted, _ = await rehearse(bars=2, metre=Metre.parse(metre))
    rehearsal, _ = await rehearse(bars=2, metre=Metre.parse(metre), **{"count-in": 1})
    clicks = struck(rehearsal, 10)
    assert [beat for beat, _ in clicks] == ONE_BAR[metre]
    high, *low = [pitch for _, pitch in clicks]
    assert high not in low
    assert struck(rehearsal, 1) == struck(uncounted, 1)
    assert len(rehearsal.notes()) == len(clicks) + len(uncounted.notes()), "every click ends"


async def test_a_count_in_may_be_silent_and_clicks_elsewhere(rehearse: Rehearse):
    silent, _ = await rehearse(bars=1, click=0, **{"count-in": 2})
    elsewhere, _ = await rehearse(bars=1, click=3, **{"count-in": 2})
    assert not struck(silent, 10)
    assert [beat for beat, _ in struck(elsewhere, 3)] == list(range(-8, 0))
    assert struck(silent, 1) == struck(elsewhere, 1)


def frames_of(daemon: Daemon, seen: list[tuple[str, float]]) -> None:
    changed = daemon.performance._on_change

    def look() -> None:
        frame = daemon._frame()
        seen.append((frame.transport, frame.beat))
        changed()

    daemon.performance._on_change = look


async def test_screens_are_told_that_it_counts_and_where_it_is(rehearse: Rehearse):
    seen: list[tuple[str, float]] = []
    await rehearse(prepare=lambda daemon: frames_of(daemon, seen), bars=1, **{"count-in": 1})
    assert seen[0] == ("counting in", -4.0)
    assert all(beat >= -1 for state, beat in seen if state == "playing")


async def test_it_can_be_stopped_while_it_counts_and_counts_anew(rehearse: Rehearse):
    stops: list[float] = []

    def prepare(daemon: Daemon) -> None:
        changed = daemon.performance._on_change

        def stop_and_play() -> None:
            daemon._stage.halt("stop")
            daemon._stage.play()

        def look() -> None:
            changed()
            if daemon.performance.transport.state == "counting in" and not stops:
                stops.append(daemon.port.beat())
                asyncio.get_running_loop().call_soon(stop_and_play)

        daemon.performance._on_change = look

    uncounted, _ = await rehearse(bars=2)
    rehearsal, stopped = await rehearse(prepare=prepare, bars=2, **{"count-in": 1})
    assert stops == [-4.0]
    assert stopped.bars == 2
    assert [beat for beat, _ in struck(rehearsal, 10)][-4:] == ONE_BAR["4/4"]
    assert struck(rehearsal, 1) == struck(uncounted, 1)


async def test_it_counts_only_before_the_music(rehearse: Rehearse):
    paused: list[float] = []

    def pause(rehearsal: Rehearsal, event: Event) -> None:
        daemon = rehearsal.daemon
        if daemon.performance.bars_played == 2 and not paused:
            paused.append(daemon.port.beat())
            asyncio.get_running_loop().call_soon(daemon._stage.halt, "pause")
            asyncio.get_running_loop().call_soon(daemon._stage.play)

    rehearsal, _ = await rehearse(pause, bars=4, **{"count-in": 1})
    assert paused
    assert [beat for beat, _ in struck(rehearsal, 10)] == ONE_BAR["4/4"]
