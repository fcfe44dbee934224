"""The port process listens: what others play is heard, our own echo is not, and an input may come and go."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from real_parts import wait_for

from live_composer.errors import NoPort
from live_composer.port.protocol import Heard, Listening, Note, Notes, Start, Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from real_parts import JackServer, Keyboard, Recorder

pytestmark = pytest.mark.real

ON, OFF, WHEEL = bytes((0x90, 60, 80)), bytes((0x80, 60, 0)), bytes((0xB0, 1, 99))


def heard(port) -> list[bytes]:  # noqa: ANN001
    return [message.data for reply in port.heard(Heard) for message in reply.messages]


# Beside an output on JACK, RtMidi listens to ALSA alone, which cannot be tried everywhere.
@pytest.mark.parametrize(
    ("target", "listen"),
    [
        ("jack:recorder", "keyboard"),
        ("rtmidi:recorder", "keyboard"),
        ("rtmidi:recorder", "rtmidi:keyboard"),
        ("null", "keyboard"),
        ("null", "rtmidi:keyboard"),
    ],
)
def test_every_output_hears_by_every_input(
    recorder: Recorder, keyboard: Keyboard, open_port: Callable, target: str, listen: str
):
    port, _ = open_port(target, listen=listen)
    wait_for(lambda: bool(port.heard(Listening)), "the word of the input")
    assert port.heard(Listening)[0].port == "keyboard:out"
    keyboard.play(ON, WHEEL, OFF)
    wait_for(lambda: len(heard(port)) == 3, "the keyboard")
    assert heard(port) == [ON, WHEEL, OFF]


def test_an_input_of_our_own_is_made_where_none_fits(keyboard: Keyboard, open_port: Callable):
    port, _ = open_port("null", listen="jack:ears")
    wait_for(lambda: bool(port.heard(Listening)), "the word of the input")
    assert port.heard(Listening)[0].virtual
    keyboard.connect("live-composer:ears")
    keyboard.play(ON)
    wait_for(lambda: heard(port) == [ON], "the keyboard")


@pytest.mark.parametrize("target", ["jack", "rtmidi"])
def test_a_bus_that_brings_everything_back_is_not_heard(bus: Keyboard, open_port: Callable, target: str):
    port, _ = open_port(f"{target}:bus", listen=f"{target}:bus", tempo=240)
    port.send(Notes([Note(step / 4, 0.2, 0, 48 + step, 80) for step in range(32)]))
    port.send(Start())
    port.wait_for_beat(9)
    port.send(Stop())
    bus.play(bytes((0x90, 20, 1)))
    wait_for(lambda: bytes((0x90, 20, 1)) in heard(port), "somebody else")
    assert heard(port) == [bytes((0x90, 20, 1))]


@pytest.mark.parametrize("target", ["jack", "rtmidi"])
def test_an_input_that_goes_away_lets_go_of_its_keys_and_is_heard_again_when_it_is_back(
    recorder: Recorder, make_keyboard: Callable, open_port: Callable, target: str
):
    keyboard = make_keyboard()
    port, _ = open_port(f"{target}:recorder", listen=f"{target}:keyboard")
    keyboard.play(ON)
    wait_for(lambda: heard(port) == [ON], "the key")
    keyboard.close()
    wait_for(lambda: port.heard(Listening)[-1].trouble != "", "the loss")
    wait_for(lambda: heard(port) == [ON, OFF], "the release")
    keyboard = make_keyboard()
    wait_for(lambda: port.heard(Listening)[-1].trouble == "", "the return")
    keyboard.play(WHEEL)
    wait_for(lambda: heard(port) == [ON, OFF, WHEEL], "the keyboard")


def test_an_input_that_is_restarted_between_two_looks_lets_go_of_its_keys_and_is_heard(
    recorder: Recorder, keyboard: Keyboard, open_port: Callable
):
    port, _ = open_port("jack:recorder", listen="jack:keyboard")
    keyboard.play(ON)
    wait_for(lambda: heard(port) == [ON], "the key")
    keyboard.go_and_come_back()
    wait_for(lambda: heard(port) == [ON, OFF], "the release")
    keyboard.play(WHEEL)
    wait_for(lambda: heard(port) == [ON, OFF, WHEEL], "the keyboard")


def test_an_input_that_is_gone_is_waited_for_when_it_was_there_before(
    recorder: Recorder, make_keyboard: Callable, open_port: Callable
):
    port, _ = open_port("recorder", listen="jack:keyboard:out", listen_virtual=False)
    wait_for(lambda: bool(port.heard(Listening)), "the word of the input")
    assert "keyboard:out" in port.heard(Listening)[-1].trouble
    make_keyboard()
    wait_for(lambda: port.heard(Listening)[-1].trouble == "", "the return")


def test_an_input_that_several_fit_is_told_with_the_list(
    jack_server: JackServer, make_keyboard: Callable, open_port: Callable
):
    make_keyboard()
    make_keyboard("keyboard two")
    with pytest.raises(NoPort, match=r"fits 2 MIDI ports: .*keyboard two:out"):
        open_port("null", listen="keyb")


@pytest.mark.skipif(sys.platform != "linux", reason="JACK runs here on Linux")
def test_without_a_system_to_listen_to_it_is_told(open_port: Callable, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "there is none of this name")
    with pytest.raises(NoPort, match="no MIDI system to listen to"):
        open_port("null", listen="jack:keyboard")
