"""What goes wrong around the port process, with real parts: nonsense comes in, servers and synths come and go."""

from __future__ import annotations

import asyncio
import random
import shutil
import time
from typing import TYPE_CHECKING

import pytest
from nonsense import nonsense
from real_parts import DEAD_SECONDS, MUSIC, RATE, SILENCE, note_ons, wait_for
from real_programs import AmSynth

from live_composer.live.port_link import PortLink
from live_composer.port.protocol import ClockState, Heard, Note, Notes, Open, Raw, Release, Sent, Start, Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from real_parts import JackServer, Keyboard, Recorder

pytestmark = pytest.mark.real

MARK = bytes((0xB0, 20, 1))


def sixteenths(count: int) -> Notes:
    return Notes([Note(step / 4, 0.1, 0, 36 + step % 80, 80) for step in range(count)])


@pytest.mark.parametrize("target", ["jack", "rtmidi"])
def test_ten_thousand_broken_messages_change_nothing(
    recorder: Recorder, keyboard: Keyboard, open_port: Callable, target: str
):
    chance = random.Random(1)
    port, _ = open_port(f"{target}:recorder", listen=f"{target}:keyboard", tempo=240)
    flood = [(number * 16, nonsense(chance)) for number in range(10_000)]
    port.send(sixteenths(80))
    port.settle()
    port.send(Start())
    keyboard.play_at([*flood, (flood[-1][0] + RATE // 4, MARK)])
    wait_for(lambda: any(MARK in [m.data for m in reply.messages] for reply in port.heard(Heard)), "the last message")
    wait_for(lambda: len([m for m in port.sent if m.data[0] == 0x90]) == 80, "the last note")
    heard = [message.data for reply in port.heard(Heard) for message in reply.messages]
    assert all(0x80 <= data[0] < 0xF0 and max(data[1:]) < 0x80 for data in heard)
    played = [36 + step % 80 for step in range(80)]
    wait_for(lambda: recorder.agrees([pitch for _, pitch in note_ons(recorder.events)], played), "the music")


@pytest.mark.parametrize("seed", range(3))
def test_a_clock_gone_mad_leaves_no_note_and_can_be_followed_again(
    recorder: Recorder, keyboard: Keyboard, open_port: Callable, seed: int
):
    chance = random.Random(seed)
    port, _ = open_port("jack:recorder", listen="jack:keyboard", clock="midi")
    port.send(sixteenths(4000))
    port.send(Start())
    port.settle()
    words = [b"\xf8", b"\xf8", b"\xf8", b"\xfa", b"\xfb", b"\xfc"]
    mad = [
        (number * 96, bytes((0xF2, chance.randrange(128), 0)) if chance.random() < 0.1 else chance.choice(words))
        for number in range(1500)
    ]
    keyboard.play_at([*mad, (RATE * 4, b"\xfc")])
    wait_for(lambda: bool(port.heard(ClockState)) and not port.heard(ClockState)[-1].rolling, "the stop")
    port.settle()
    wait_for(lambda: not port.heard(ClockState)[-1].rolling and not port.sounding.notes, "silence")
    recorder.events.clear()
    port.send(sixteenths(32))
    port.settle()
    keyboard.play_at([(0, b"\xfa"), *((round(tick * RATE / 48), b"\xf8") for tick in range(96))])
    wait_for(lambda: len(note_ons(recorder.events)) >= 15, "the music")


def test_200_control_changes_a_second_come_in_and_go_out_in_order(
    recorder: Recorder, keyboard: Keyboard, open_port: Callable
):
    port, _ = open_port("jack:recorder", listen="jack:keyboard")
    wheel = [bytes((0xB0, 1 + number // 128 % 60, number % 128)) for number in range(1000)]
    pedal = [Raw(number / 100, bytes((0xB1, 1 + number // 128 % 60, number % 128))) for number in range(1000)]
    for command in (*pedal, sixteenths(40)):
        port.send(command)
    port.settle()
    recorder.freewheel(on=True)
    port.send(Start())
    keyboard.play_at([(number * RATE // 200, data) for number, data in enumerate(wheel)])
    wait_for(lambda: len([data for data in recorder.data if data[0] == 0xB1]) == 1000, "what goes out")
    heard: list[bytes] = []

    def all_heard() -> bool:
        heard[:] = [message.data for reply in port.heard(Heard) for message in reply.messages]
        return len(heard) == 1000

    wait_for(all_heard, "what comes in")
    recorder.freewheel(on=False)
    assert heard == wheel
    assert [data for data in recorder.data if data[0] == 0xB1] == [command.data for command in pedal]
    assert len(note_ons(recorder.events)) == 40


async def until(happened: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not happened():
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("target", ["jack:of our own", "rtmidi:of our own"])
async def test_a_server_that_dies_is_played_to_again_soon_after_it_is_back(jack_server: JackServer, target: str):
    sent: list[bytes] = []

    def hear(reply: object) -> None:
        if isinstance(reply, Sent):
            sent.extend(message.data for message in reply.messages)

    link = PortLink(Open(target, tempo=240.0), hear)
    await link.open()
    try:
        link.send(sixteenths(400), Start())
        await until(lambda: len(sent) > 8)
        jack_server.kill()
        # A dead server freezes RtMidi only once its buffer is full: the music goes on until then.
        link.send(Notes([Note(step / 400, 0.001, 0, 60, 80) for step in range(8000)]))
        await until(lambda: not link.well)
        await asyncio.sleep(DEAD_SECONDS)
        await asyncio.to_thread(jack_server.start)
        back = time.monotonic()
        await asyncio.wait_for(link.recovered(), 30)
        sent.clear()
        link.send(sixteenths(16), Start())
        await until(lambda: any(data[0] == 0x90 for data in sent))
        print(f"plays {time.monotonic() - back:.2f} s after the server's return")
        assert link.replaced == 1
    finally:
        await link.close()


async def test_a_synth_that_goes_and_comes_back_is_played_to_again_and_its_notes_are_released(
    recorder: Recorder, make_keyboard: Callable
):
    synth = await asyncio.to_thread(make_keyboard, "synth")
    sent: list[bytes] = []

    def hear(reply: object) -> None:
        if isinstance(reply, Sent):
            sent.extend(message.data for message in reply.messages)

    link = PortLink(Open("jack:synth", tempo=120.0), hear)
    await link.open()
    try:
        link.send(Notes([Note(0, 1000, 0, 60, 80)]), Start())
        await until(lambda: bytes((0x90, 60, 80)) in sent)
        await asyncio.to_thread(synth.close)
        await until(lambda: not link.well)
        assert "synth" in link.trouble
        sent.clear()
        await asyncio.to_thread(make_keyboard, "synth")
        await asyncio.wait_for(link.recovered(), 30)
        await until(lambda: bytes((0x80, 60, 0)) in sent)
    finally:
        await link.close()


async def test_a_synth_that_is_restarted_between_two_looks_is_played_to_again(
    recorder: Recorder, make_keyboard: Callable
):
    synth = await asyncio.to_thread(make_keyboard, "synth")
    link = PortLink(Open("jack:synth"))
    await link.open()
    try:
        await asyncio.to_thread(synth.go_and_come_back)
        await until(lambda: not link.well)
        assert "went away" in link.trouble
        await asyncio.wait_for(link.recovered(), 30)
    finally:
        await link.close()


@pytest.mark.skipif(shutil.which("amsynth") is None, reason="amsynth is not installed")
@pytest.mark.parametrize("ending", ["stop", "close", "kill"])
def test_a_synth_that_ignores_all_notes_off_is_silenced_with_the_pedal_down(
    recorder: Recorder, open_port: Callable, ending: str
):
    with AmSynth(recorder):
        port, _ = open_port("amsynth")
        port.send(Raw(0, bytes((0xB0, 64, 127))))
        port.send(Notes([Note(0, 1e6, 0, 60, 100)]))
        port.send(Start())
        wait_for(lambda: recorder.loudness(0.2) > MUSIC, "the sound")
        wait_for(lambda: bool(port.sounding.notes), "the report")
        match ending:
            case "stop":
                port.send(Stop())
            case "close":
                assert port.close() == 0
            case _:
                port.kill()
                heir, _ = open_port("amsynth")
                heir.send(Release(list(port.sounding.notes)))
        wait_for(lambda: recorder.loudness() < SILENCE, "silence")
