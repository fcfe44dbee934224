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
from live_composer.live.events import Bar, Event, Opened
from live_composer.music import midi_file
from live_composer.wire import channel
from live_composer.wire.catalogue import Catalogue
from live_composer.wire.messages import Hello, Plan
from live_composer.wire.screen import Command, Done, Failed, Frame, Reasons, Set

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
        seen = await frame(screen, lambda seen: seen.bar >= 6)
        assert (seen.transport, seen.values["key"], seen.values["metre"], seen.port.name, seen.address) == (
            "playing", "C major", "4/4", "null", opened.socket,
        )  # fmt: skip
        assert seen.bar_line == (seen.bar - 1) * 16 <= seen.heard <= seen.open
        assert min(note.step + note.length for note in seen.notes) > seen.bar_line - 64
        assert max(note.step for note in seen.notes) >= seen.heard
        await screen.send(Set("tempo", 90))
        await frame(screen, lambda seen: seen.values["tempo"] == seen.clock.tempo == 90)
        await screen.send(Set("key", "F# dorian"))
        await frame(screen, lambda seen: seen.values["key"] == "F# dorian")
        await screen.send(Command("undo"))
        await frame(screen, lambda seen: seen.values["key"] == "C major" and seen.undo == "tempo")
        await screen.send(Set("temperature", 0.5))
        await screen.send(Command("pause"))
        paused = await frame(screen, lambda seen: seen.transport == "paused")
        await screen.send(Command("play"))
        resumed = await frame(screen, lambda seen: seen.transport == "playing")
        assert resumed.beat >= paused.beat
        await screen.send(Command("stop"))
        await frame(screen, lambda seen: seen.transport == "stopped")
        await screen.send(Command("play"))
        await frame(screen, lambda seen: seen.transport == "playing" and seen.heard > 64)
        await screen.send(Command("quit"))
        await asyncio.wait_for(screen.closed(), 10)
    rehearsal.notes()


async def test_a_frame_holds_the_notes_that_sound(rehearse: Rehearse):
    async with playing(rehearse, key="Bb") as (rehearsal, opened):
        screen = await channel.connect(Path(opened.socket), Hello("screen"))
        seen = await frame(screen, lambda seen: seen.bar >= 9)
        await frame(screen, lambda later: later.heard > seen.notes[-1].step)
    heard = {note.onset * 4: note for note in rehearsal.notes()}
    settled = [note for note in seen.notes if note.velocity and note.step + note.length < seen.heard]
    assert len(settled) > 4
    for note in settled:
        assert (note.pitch, note.length) == (heard[note.step].pitch, (heard[note.step].end - note.step / 4) * 4)
    planned = [note for note in seen.notes if not note.velocity]
    assert [note.pitch for note in planned] == [heard[note.step].pitch for note in planned]


async def test_who_is_no_screen_is_told_only_what_it_asks(rehearse: Rehearse):
    async with playing(rehearse) as (_, opened):
        knob = await channel.connect(Path(opened.socket), Hello("control"))
        await knob.send(Set("temperature", "2", text=True, ticket=1))
        assert await knob.receive() == Done(1, "temperature is 2.")
        await knob.send(Set("temperature", ticket=2))
        assert await knob.receive() == Done(2, "temperature is 1.")
        await knob.send(Set("tempp", 2, ticket=3))
        assert await knob.receive() == Failed("`tempp` is no parameter; did you mean `tempo`?", 3)
        await knob.send(Command("status", ticket=4))
        assert isinstance(await knob.receive(), Frame)
        assert await knob.receive() == Done(4)
        await knob.send(Command("panic", ticket=5))
        assert await knob.receive() == Done(5)


async def test_a_key_is_changed_at_once_but_not_before_the_commit_horizon(rehearse: Rehearse):
    async with playing(rehearse) as (rehearsal, opened):
        screen = await channel.connect(Path(opened.socket), Hello("screen"))
        await frame(screen, lambda seen: seen.bar >= 4)
        settled = rehearsal.daemon.performance.source.settled
        rehearsal.daemon.ask(Set("key", "F#"))
        await frame(screen, lambda seen: seen.heard > settled + 64)
    shifts = [bar.shift for bar in rehearsal.bars]
    assert {0, -6} == set(shifts)
    assert shifts == sorted(shifts, reverse=True)
    changed = min(note.onset for note in rehearsal.notes() if note.pitch % 12 in {1, 3, 8, 10})
    assert settled / 4 <= changed < settled / 4 + 16


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (Command("jump"), "`jump` is no command"),
        (Command("stop", 3), "`stop` takes no value 3"),
        (Set("tempo", 1e9), "tempo: 1000000000.0 is no number from 20 to 400"),
        (Set("tempo", "fast"), "tempo: 'fast' is no number"),
        (Set("key", "H"), "key: `H` is no key"),
        (Command("play"), "It is playing; `play` does nothing now"),
        (Plan(1, 0, []), "no Plan"),
    ],
)
async def test_what_a_screen_cannot_have_is_told(rehearse: Rehearse, message: Command | Set | Plan, words: str):
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
    options = ["--port", f"file:{port}", "--record", str(take), "--tempo", "400", "--model", random_model, "--json"]
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


async def test_an_offset_is_taken_while_it_plays_and_no_note_comes_too_late(rehearse: Rehearse):
    """In real time: a note that is sent before its beat must be there by then."""
    leads: list[float] = []

    def move(rehearsal: Rehearsal, event: Event) -> None:
        leads.append(rehearsal.daemon.port.lead_seconds)
        if isinstance(event, Bar) and event.number == 2:
            rehearsal.daemon.ask(Set("latency", 300.0))

    rehearsal, stopped = await rehearse(move, bars=4, clock="internal", tempo=240.0, latency=-400.0)
    assert (leads[0], leads[-1]) == (0.4, 0.0)
    assert stopped.dropped == 0
    assert stopped.missed_plans == 0
    rehearsal.notes()


async def test_a_daemon_that_waits_plays_when_it_is_told_to(rehearse: Rehearse):
    states: list[str] = []

    def tell(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Opened):
            states.append(rehearsal.daemon.performance.transport.state)
            asyncio.get_running_loop().call_later(0.2, play, rehearsal)

    def play(rehearsal: Rehearsal) -> None:
        states.append(rehearsal.daemon.performance.transport.state)
        rehearsal.daemon.ask(Command("play"))

    _, stopped = await rehearse(tell, bars=2, playing=False)
    assert states == ["stopped", "stopped"]
    assert stopped.bars == 2


@pytest.mark.parametrize("stops", [False, True], ids=["before it ever played", "after a stop"])
async def test_what_is_changed_while_nothing_plays_is_heard_from_the_first_note(rehearse: Rehearse, *, stops: bool):
    def tell(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Opened) and not stops:
            asyncio.get_running_loop().call_later(0.2, begin, rehearsal)
        if isinstance(event, Bar) and event.number == 4 and stops and len(rehearsal.bars) == 4:
            rehearsal.daemon.ask(Command("stop"))
            asyncio.get_running_loop().call_later(0.2, begin, rehearsal)

    def begin(rehearsal: Rehearsal) -> None:
        rehearsal.daemon.ask(Set("key", "E dorian"))
        rehearsal.daemon.ask(Set("metre", "3/4"))
        rehearsal.daemon.ask(Command("play"))

    rehearsal, _ = await rehearse(tell, bars=6, playing=stops)
    first = [bar for bar in rehearsal.bars if bar.number == 1][-1]
    assert len(first.events) == 12
    assert str(rehearsal.daemon.performance.performer.settings[0].key) == "E dorian"
    assert rehearsal.daemon.performance.performer.settings[0].step == 0


async def test_reasons_and_a_catalogue_are_told(rehearse: Rehearse):
    async with playing(rehearse, book="paper") as (_, opened):
        screen = await channel.connect(Path(opened.socket), Hello("screen"))
        await frame(screen, lambda seen: seen.heard > 32)
        await screen.send(Command("why", ticket=3))
        await screen.send(Command("catalogue", ticket=4))
        await screen.send(Command("why", -5, ticket=5))
        told: dict[int, object] = {}
        async with asyncio.timeout(40):
            async for answer in screen:
                if isinstance(answer, Reasons | Catalogue | Failed):
                    told[answer.ticket] = answer
                if len(told) == 3:
                    break
    reasons, catalogue, failed = told[3], told[4], told[5]
    assert isinstance(reasons, Reasons)
    assert 0 < reasons.prior <= 1
    assert reasons.lost
    assert isinstance(catalogue, Catalogue)
    assert "note-rnn" in [model.name for model in catalogue.models]
    assert {"house", "paper"} <= {book.name for book in catalogue.books}
    assert "house_key" in catalogue.rules
    assert isinstance(failed, Failed)
