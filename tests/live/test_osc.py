"""OSC: a daemon that is steered by packets, real ones from a socket, and by packets that are none."""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.errors import BadInput, NoPort
from live_composer.live import osc
from live_composer.live.events import Event, Opened
from live_composer.live.osc import Osc, serving
from live_composer.live.values import Values
from live_composer.wire.screen import Command, Set

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from conftest import Rehearsal, Rehearse

builder = pytest.importorskip("pythonosc.osc_message_builder", reason="the extra `osc` is not installed")


def packet(address: str, *values: Any) -> bytes:
    message = builder.OscMessageBuilder(address)
    for value in values:
        message.add_arg(value)
    return message.build().dgram


class Client(asyncio.DatagramProtocol):
    """Sends packets, and hears the answers."""

    def __init__(self) -> None:
        self.answers: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, _address: Any) -> None:
        [(address, [value])] = osc._messages(data)
        self.answers.put_nowait((address, value))

    async def ask(self, address: str, *values: Any) -> tuple[str, Any]:
        self.transport.sendto(packet(address, *values))
        async with asyncio.timeout(10):
            return await self.answers.get()


async def client(port: int) -> Client:
    loop = asyncio.get_running_loop()
    _, made = await loop.create_datagram_endpoint(Client, remote_addr=("127.0.0.1", port))
    return made


async def test_a_daemon_is_steered_by_osc(rehearse: Rehearse):
    opened: asyncio.Future[Rehearsal] = asyncio.get_running_loop().create_future()

    def note(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Opened):
            opened.set_result(rehearsal)

    run = asyncio.create_task(rehearse(note, bars=None, osc=0))
    daemon = (await opened).daemon
    knob = await client(daemon.osc_port)
    assert await knob.ask("/lc/tempo", 96.0) == ("/lc/tempo", 96.0)
    assert daemon.values["tempo"] == 96
    assert await knob.ask("/lc/octave", 1.0) == ("/lc/octave", 1)
    assert await knob.ask("/lc/key", "F# dorian") == ("/lc/key", "F# dorian")
    assert await knob.ask("/lc/tempo", 1000.0) == ("/lc/error", "1000.0 is no number from 20 to 400.")
    assert await knob.ask("/lc/do/undo") == ("/lc/do/undo", "key is C major again.")
    assert await knob.ask("/lc/do/quit") == ("/lc/error", "`quit` cannot be done by OSC; `live-composer stop` does it.")
    assert (await knob.ask("/lc/tempp", 1))[0] == "/lc/error"
    told = dict(
        [await knob.ask("/lc/status")] + [await knob.answers.get() for _ in range(len(daemon.values.all()) - 1)]
    )
    assert told["/lc/tempo"] == 96
    knob.transport.close()
    daemon.quit()
    await run


class Asked:
    """Notes what is asked for, and sets values."""

    def __init__(self) -> None:
        self.values = Values(weights={"house_leaps": 0.5})
        self.asked: list[Set | Command] = []

    def __call__(self, asked: Set | Command) -> str:
        self.asked.append(asked)
        if isinstance(asked, Set):
            self.values.set(asked.name, asked.value, text=asked.text)
        return ""


def test_rules_and_buttons_have_addresses():
    ask = Asked()
    speaker = Osc(ask.values, ask)
    speaker.datagram_received(packet("/lc/rule/house_leaps", 2.0), ("127.0.0.1", 1))
    speaker.datagram_received(packet("/lc/do/keep", 1), ("127.0.0.1", 1))
    speaker.datagram_received(packet("/lc/do/keep", 0), ("127.0.0.1", 1))
    assert ask.values.weights == {"house_leaps": 2.0}
    assert ask.asked[1:] == [Command("keep")]


LETTERS = st.characters(codec="utf-8", exclude_characters="\0")
NONSENSE = st.one_of(
    st.binary(max_size=200),
    st.binary(max_size=40).map(lambda tail: b"/lc/tempo\x00\x00\x00" + tail),
    st.binary(max_size=60).map(lambda tail: b"#bundle\x00" + tail),
    st.builds(
        packet,
        st.text(LETTERS, max_size=20).map("/lc/{}".format),
        st.floats(width=32) | st.text(LETTERS, max_size=9) | st.binary(min_size=1, max_size=9),
    ),
    st.builds(packet, st.just("/lc/tempo"), st.lists(st.integers(-5, 5) | st.booleans(), max_size=4)),
)


@given(st.lists(NONSENSE, max_size=5))
def test_whatever_comes_values_stay_what_they_may_be(packets: list[bytes]):
    ask = Asked()
    speaker = Osc(ask.values, ask)
    for data in packets:
        speaker.datagram_received(data, ("127.0.0.1", 1))
    for name, value in ask.values.all().items():
        parameter = ask.values.find(name)
        try:
            assert parameter.kind.check(value) == value
        except BadInput:
            assert value == parameter.default  # The book's weight, as it came.


@pytest.fixture
async def taken() -> AsyncGenerator[int]:
    ask = Asked()
    async with serving(0, ask.values, ask) as port:
        yield port


async def test_a_port_that_is_taken_is_one_sentence(taken: int):
    ask = Asked()
    with pytest.raises(NoPort, match=f"OSC cannot listen on UDP port {taken}"):
        async with serving(taken, ask.values, ask):
            pass


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere loopback has one address")
async def test_only_this_machine_is_listened_to(taken: int):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.2", taken))  # It would be taken too, if every address were listened at.
