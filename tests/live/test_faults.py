"""What goes wrong around a daemon that plays in real time: it is held up itself, a disk is full."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from live_composer.errors import CannotWrite
from live_composer.live.events import Bar, Event, Opened
from live_composer.music import midi_file
from live_composer.wire.screen import Command

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Rehearsal, Rehearse

    from live_composer.live.daemon import Daemon

TEMPO = 240.0
SIXTEENTH_MS = 60_000 / TEMPO / 4
FEW = 0.1
"""The share of notes that a busy machine may play late by more than a sixteenth."""


def late(rehearsal: Rehearsal) -> float:
    """Return the share of onsets that were late by more than a sixteenth."""
    onsets = [message for message in rehearsal.sent if message.data[0] & 0xF0 == 0x90]
    return sum(message.late_ms > SIXTEENTH_MS for message in onsets) / len(onsets)


async def test_a_daemon_that_is_held_up_plays_nothing_late_and_goes_on_in_time(rehearse: Rehearse):
    held: list[int] = []

    def hold_up(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Bar) and event.number == 3 and not held:
            held.append(rehearsal.daemon.performance.source.settled)
            until = time.monotonic() + 1.5
            while time.monotonic() < until:
                pass

    rehearsal, stopped = await rehearse(hold_up, bars=8, tempo=TEMPO, clock="internal")
    onsets = [note.onset for note in rehearsal.notes()]
    hole = [beat for beat in onsets if held[0] / 4 + 1 <= beat < held[0] / 4 + 5]
    assert hole == []
    assert any(beat >= held[0] / 4 + 7 for beat in onsets)
    assert late(rehearsal) <= FEW
    assert stopped.ports_replaced == 0


async def test_music_that_is_started_while_the_port_is_away_begins_at_its_beginning(rehearse: Rehearse):
    starts: list[asyncio.Task[None]] = []

    async def start_without_port(daemon: Daemon) -> None:
        os.kill(daemon.port.pid, signal.SIGKILL)
        while daemon.port.well:
            await asyncio.sleep(0.005)
        daemon.ask(Command("play"))

    def opened(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Opened):
            starts.append(asyncio.create_task(start_without_port(rehearsal.daemon)))

    undisturbed, _ = await rehearse(bars=2)
    rehearsal, stopped = await rehearse(opened, bars=2, playing=False, clock="internal", tempo=TEMPO)
    assert stopped.ports_replaced == 1
    assert rehearsal.notes() == undisturbed.notes()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on what may be written")
def test_a_disk_that_is_full_ends_a_recording_in_one_sentence_and_leaves_nothing(random_model: str, tmp_path: Path):
    take = tmp_path / "take.mid"
    options = f"--port null --model {random_model} --bars 12 --tempo 400 --seed 1 --json --record {take}"
    done = subprocess.run(
        ["sh", "-c", f"ulimit -f 1; exec {sys.executable} -m live_composer serve {options}"],
        capture_output=True,
        text=True,
        check=False,
    )
    events = [json.loads(line)["event"] for line in done.stdout.splitlines()]
    assert events.count("bar") == 12
    assert done.returncode == CannotWrite.exit_code
    assert done.stderr.startswith(f"live-composer: {take} could not be written: ")
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.glob("*take*")) == []


LEAPS = """
import random, time

true, true_ns, chance = time.time, time.time_ns, random.Random(1)
time.time = lambda: true() + chance.uniform(-1e6, 1e6)
time.time_ns = lambda: true_ns() + chance.randrange(-10**15, 10**15)
"""
"""As `sitecustomize`, every Python process loads it: each look at the machine's clock finds it set anew."""


async def test_whoever_sets_the_machines_clock_moves_no_note(rehearse: Rehearse, random_model: str, tmp_path: Path):
    (tmp_path / "sitecustomize.py").write_text(LEAPS)
    leaping = {**os.environ, "PYTHONPATH": str(tmp_path)}
    look = "import time; assert abs(time.time() - time.time()) > 60"
    subprocess.run([sys.executable, "-c", look], env=leaping, check=True)
    options = f"--port file:{tmp_path / 'port.mid'} --model {random_model} --bars 2 --tempo 400 --seed 1 --json"
    serve = [sys.executable, "-m", "live_composer", "serve", *options.split()]
    done = subprocess.run(serve, env=leaping, capture_output=True, text=True, check=True)
    undisturbed, _ = await rehearse(bars=2)
    [track] = midi_file.read_song(tmp_path / "port.mid").tracks
    assert [(note.onset, note.pitch) for note in track.notes] == [
        (note.onset, note.pitch) for note in undisturbed.notes()
    ]
    stopped = json.loads(done.stdout.splitlines()[-1])
    assert {stopped[name] for name in ("dropped", "missed_plans", "planners_replaced", "ports_replaced")} == {0}
