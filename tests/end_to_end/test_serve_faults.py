"""A bad evening around `serve`, with real parts: floods from every side, and an audio server that dies."""

from __future__ import annotations

import asyncio
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from grid import hanging
from nonsense import nonsense
from real_parts import DEAD_SECONDS, RATE, Recorder, note_ons, wait_for
from serving import Serving

from live_composer.parameters.table import BY_NAME
from live_composer.port.midi_bytes import is_whole
from live_composer.wire import channel
from live_composer.wire.messages import Hello
from live_composer.wire.screen import Command, Done, Failed, Set

if TYPE_CHECKING:
    from real_parts import JackServer, Keyboard

    from live_composer.wire.channel import Channel

pytestmark = pytest.mark.real

TEMPO = 150.0
SIXTEENTH = round(RATE * 60 / TEMPO / 4)
EXACT, FEW = 2, 0.1
"""Frames off that are none, and the share of onsets that a busy machine may play late."""
BROKEN, TURNS_A_SECOND, SECONDS, ASKED = 10_000, 200, 4, 3000
TEMPERATURE, STANDS_AT = 74, 81


def flood() -> list[tuple[int, bytes]]:
    """Return seconds of broken messages, and of a knob that is turned without a pause."""
    chance = random.Random(2)
    broken = [nonsense(chance) for _ in range(BROKEN)]
    # What is whole by chance may be a knob of ours, or a preset.
    broken = [data for data in broken if not (is_whole(data) and data[0] & 0xF0 in {0xB0, 0xC0})]
    turns = [bytes((0xB0, TEMPERATURE, number % 128)) for number in range(TURNS_A_SECOND * SECONDS)]
    messages = [(SECONDS * RATE * at // BROKEN, data) for at, data in enumerate(broken)]
    messages += [(RATE * at // TURNS_A_SECOND, data) for at, data in enumerate(turns)]
    return [*sorted(messages), (SECONDS * RATE, bytes((0xB0, TEMPERATURE, STANDS_AT)))]


async def ask_without_end(socket: Path) -> tuple[int, int]:
    """Ask for thousands of things as fast as can be, beside a screen that reads nothing; return what was answered."""
    deaf = await channel.connect(socket, Hello("screen"))
    knob = await channel.connect(socket, Hello("control"))

    async def ask(knob: Channel) -> None:
        for number in range(1, ASKED + 1):
            await knob.send(Set("dial", number % 100 / 100, ticket=number))
            await knob.send(Set("no such thing", number, ticket=number))
            await knob.send(Command("no such thing", ticket=number))

    asking = asyncio.create_task(ask(knob))
    done = failed = 0
    while done + failed < 3 * ASKED:
        answer = await knob.receive()
        done, failed = done + isinstance(answer, Done), failed + isinstance(answer, Failed)
    await asking
    await knob.close()
    deaf.abort()
    return done, failed


def off_the_grid(recorder: Recorder) -> float:
    """Return the share of onsets that are off the sixteenths of the first."""
    frames = np.array([frame for frame, _ in note_ons(recorder.events)])
    off = (frames - frames[0] + SIXTEENTH // 2) % SIXTEENTH - SIXTEENTH // 2
    return float(np.mean(np.abs(off) > EXACT))


def test_floods_from_every_side_move_no_note(recorder: Recorder, keyboard: Keyboard):
    def attempt() -> None:
        with (
            Serving("recorder", "--input", "jack:keyboard", "--seed", "4", tempo=TEMPO) as serving,
            ThreadPoolExecutor() as threads,
        ):
            socket = Path(serving.wait_for("opened")["socket"])
            wait_for(lambda: len(note_ons(recorder.events)) > 4, "music")
            keyboard.play_at(flood())
            answered = threads.submit(asyncio.run, ask_without_end(socket))
            assert answered.result(60) == (ASKED, 2 * ASKED)
            stands_at = BY_NAME["temperature"].kind.at(STANDS_AT / 127)
            wait_for(lambda: serving.status().values["temperature"] == stands_at, "the knob")
            serving.process.terminate()
            stopped = serving.end()
        assert off_the_grid(recorder) <= FEW
        assert hanging(recorder.events) == []
        faults = ("dropped", "missed_plans", "planners_replaced", "ports_replaced")
        assert {name: stopped[name] for name in faults} == dict.fromkeys(faults, 0)

    recorder.fairly(attempt)


def test_the_music_is_back_after_an_audio_server_that_died(jack_server: JackServer):
    with Serving("jack:of our own", "--seed", "4", tempo=TEMPO) as serving:
        serving.wait_for("bar")
        jack_server.kill()
        assert serving.wait_for("trouble", what="port")["reason"]
        time.sleep(DEAD_SECONDS)
        jack_server.start()
        serving.wait_for("trouble", what="port", reason="")
        with Recorder() as recorder:
            recorder.listen("live-composer:of our own")
            wait_for(lambda: len(note_ons(recorder.events)) > 8, "the music")
            serving.process.terminate()
            stopped = serving.end()
            wait_for(lambda: not hanging(recorder.events), "silence")
            assert off_the_grid(recorder) <= FEW or recorder.xruns
        assert stopped["ports_replaced"] == 1
    bars = [report["number"] for report in serving.reports if report["event"] == "bar"]
    assert bars == sorted(set(bars))
