"""The daemon from outside: screens that steer it, a second one on the same port, and its sudden death."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from live_composer.errors import AlreadyRunning, BadInput
from live_composer.live.events import Event, Opened
from live_composer.music import midi_file
from live_composer.wire import channel
from live_composer.wire.messages import Command, Failed, Frame, Hello, Plan

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from conftest import Rehearsal, Rehearse

    from live_composer.wire.channel import Channel


@asynccontextmanager
async def playing(rehearse: Rehearse, **options: object) -> AsyncGenerator[tuple[Rehearsal, Opened]]:
    """Let a daemon play without end, and stop it in the end."""
    opened: asyncio.Future[tuple[Rehearsal, Opened]] = asyncio.get_running_loop().create_future()

    def note(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Opened):
            opened.set_result((rehearsal, event))

    run = asyncio.create_task(rehearse(note, **{"bars": None} | options))
    await asyncio.wait({run, opened}, return_when=asyncio.FIRST_COMPLETED)
    if run.done():
        await run
    rehearsal, event = await opened
    try:
        yield rehearsal, event
    finally:
        rehearsal.daemon.quit()
        await run


async def frame(screen: Channel, fits: Callable[[Frame], bool]) -> Frame:
    """Wait for a frame that fits."""
    async with asyncio.timeout(20):
        async for message in screen:
            if isinstance(message, Frame) and fits(message):
                return message
    raise AssertionError("the daemon went away")


async def test_a_screen_sees_and_steers_the_music(rehearse: Rehearse):
    async with playing(rehearse) as (rehearsal, opened):
        screen = await channel.connect(Path(opened.socket), Hello("screen"))
        assert screen.peer.role == "daemon"
        seen = await frame(screen, lambda seen: len(seen.played[1]) == 32)
        assert (seen.transport, seen.key, seen.metre, seen.port) == ("playing", "C major", "4/4", "null")
        assert seen.planned[0] == seen.played[0] + 32
        assert rehearsal.melody[seen.played[0] :][:1] in ([], seen.played[1][:1])
        await screen.send(Command("tempo", 90))
        await frame(screen, lambda seen: seen.tempo == 90)
        await screen.send(Command("key", "F# dorian"))
        await frame(screen, lambda seen: seen.key == "F# dorian")
        await screen.send(Command("temperature", 0.5))
        await screen.send(Command("pause"))
        paused = await frame(screen, lambda seen: seen.transport == "paused")
        await screen.send(Command("play"))
        resumed = await frame(screen, lambda seen: seen.transport == "playing")
        assert resumed.beat >= paused.beat
        await screen.send(Command("stop"))
        await frame(screen, lambda seen: seen.transport == "stopped")
        await screen.send(Command("play"))
        await frame(screen, lambda seen: seen.transport == "playing" and seen.played[0] + len(seen.played[1]) > 64)
        await screen.send(Command("quit"))
        await asyncio.wait_for(screen.closed(), 10)
    rehearsal.notes()


async def test_a_key_is_changed_at_once_but_not_before_the_commit_horizon(rehearse: Rehearse):
    async with playing(rehearse) as (rehearsal, opened):
        screen = await channel.connect(Path(opened.socket), Hello("screen"))
        await frame(screen, lambda seen: len(seen.played[1]) == 32)
        settled = rehearsal.daemon.performance.source.settled
        rehearsal.daemon.performance.set_key(rehearsal.daemon._setup.wishes.key.parse("F#"))
        await frame(screen, lambda seen: seen.played[0] > settled + 64)
    shifts = [bar.shift for bar in rehearsal.bars]
    assert {0, -6} == set(shifts)
    assert shifts == sorted(shifts, reverse=True)
    changed = min(note.onset for note in rehearsal.notes() if note.pitch % 12 in {1, 3, 8, 10})
    assert settled / 4 <= changed < settled / 4 + 16


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (Command("jump"), "`jump` with None is no command"),
        (Command("tempo", 1e9), "no command"),
        (Command("tempo", "fast"), "no command"),
        (Command("key", "H"), "no key"),
        (Command("play"), "It is playing; `play` does nothing now"),
        (Plan(1, 0, []), "no Plan"),
    ],
)
async def test_what_a_screen_cannot_have_is_told(rehearse: Rehearse, message: Command | Plan, words: str):
    async with playing(rehearse) as (_, opened):
        screen = await channel.connect(Path(opened.socket), Hello("screen"))
        await frame(screen, lambda seen: seen.transport == "playing")
        await screen.send(message)
        async with asyncio.timeout(10):
            async for answer in screen:
                if isinstance(answer, Failed):
                    assert words in answer.reason
                    break


async def test_a_port_has_one_daemon(rehearse: Rehearse, tmp_path: Path):
    target = f"file:{tmp_path / 'take.mid'}"
    async with playing(rehearse, target=target, clock="internal"):
        with pytest.raises(AlreadyRunning, match=r"Another live-composer plays to .*; stop that one first"):
            await rehearse(target=target)


async def test_a_model_that_cannot_play_ends_the_daemon_with_its_reason(rehearse: Rehearse):
    with pytest.raises(BadInput, match="There is no model `nobody`"):
        await rehearse(model="nobody")


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pid: int) -> bool:
    try:
        return "Z" in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return True


def in_time(what: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not what() and time.monotonic() < deadline:
        time.sleep(0.01)
    return what()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks into /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_however_the_daemon_ends_its_children_end_and_release_every_note(
    random_model: str, tmp_path: Path, number: signal.Signals
):
    """In real time, because that is how it is killed: a quarter of a second of music."""
    port, take = tmp_path / "port.mid", tmp_path / "take.mid"
    options = ["--port", f"file:{port}", "--take", str(take), "--tempo", "400", "--model", random_model, "--json"]
    daemon = subprocess.Popen(
        [sys.executable, "-m", "live_composer", "serve", *options], stdout=subprocess.PIPE, text=True
    )
    assert daemon.stdout
    assert [json.loads(daemon.stdout.readline())["event"] for _ in range(2)] == ["opened", "bar"]
    pids = children(daemon.pid)
    assert len(pids) == 2
    os.kill(daemon.pid, number)
    code = daemon.wait(20)
    daemon.stdout.close()
    assert code == (-signal.SIGKILL if number == signal.SIGKILL else 0)
    assert in_time(lambda: all(map(gone, pids)))
    assert take.exists() == (number != signal.SIGKILL)
    for path in (path for path in (port, take) if path.exists()):
        [track] = midi_file.read_song(path).tracks
        assert track.notes
        messages = [message for message in midi_file.mido.MidiFile(path).tracks[0] if message.type.startswith("note_")]
        ons = [message for message in messages if message.type == "note_on" and message.velocity]
        assert len(ons) * 2 == len(messages) == len(track.notes) * 2
