"""Channels between two ends in one process, on unix sockets and on loopback with a token."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest
from websockets.asyncio.client import connect as open_websocket
from websockets.exceptions import ConnectionClosed

from live_composer import paths
from live_composer.errors import AlreadyRunning, BadInput, LostProcess
from live_composer.wire import channel, local
from live_composer.wire.messages import LARGEST_MESSAGE, PROTOCOL, Hello, Message, encode
from live_composer.wire.screen import Command, Failed, Frame, SeenNote, Set

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.wire.channel import Channel

BOTH = pytest.mark.parametrize("unix", [True, False], ids=["unix", "loopback"])
DAEMON, SCREEN = Hello("daemon"), Hello("screen")


@pytest.fixture
def path() -> Path:
    return paths.socket("test.sock")


async def echo(peer: Channel) -> None:
    async for message in peer:
        await peer.send(message)


@BOTH
async def test_messages_travel_both_ways_after_the_hello(path: Path, unix: bool) -> None:
    async with channel.serve(path, DAEMON, echo, unix=unix):
        here = await channel.connect(path, SCREEN, unix=unix)
        assert here.peer == DAEMON
        for message in (
            Command("tempo", 90),
            Failed("no"),
            Set("rule.house_key", 0.5),
            Frame("stopped", 0.0, 1, 0, {"tempo": 120.0, "seed": 1, "key": "C major"}, 0, 0, [SeenNote(0, 4, 60)]),
        ):
            await here.send(message)
            assert await here.receive() == message
        await here.close()


@BOTH
async def test_nobody_there_is_one_sentence(path: Path, unix: bool) -> None:
    with pytest.raises(LostProcess, match="is it running"):
        await channel.connect(path, SCREEN, unix=unix)


@BOTH
async def test_a_living_listener_is_not_replaced(path: Path, unix: bool) -> None:
    async with channel.serve(path, DAEMON, echo, unix=unix):
        with pytest.raises(AlreadyRunning, match="stop that one first"):
            async with channel.serve(path, DAEMON, echo, unix=unix):
                pass
        here = await channel.connect(path, SCREEN, unix=unix)
        await here.close()


@BOTH
async def test_what_a_dead_process_left_is_replaced(path: Path, unix: bool) -> None:
    code = (
        "import os, sys, pathlib; from live_composer.wire import local;"
        "local.listen(pathlib.Path(sys.argv[1]), unix=sys.argv[2] == 'True'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, str(path), str(unix)], check=True)
    assert path.exists()
    async with channel.serve(path, DAEMON, echo, unix=unix):
        here = await channel.connect(path, SCREEN, unix=unix)
        await here.close()
    assert not path.exists()


@BOTH
async def test_another_protocol_is_refused_with_advice(path: Path, unix: bool) -> None:
    async with channel.serve(path, DAEMON, echo, unix=unix):
        with pytest.raises(BadInput, match="same version"):
            await channel.connect(path, Hello("screen", PROTOCOL + 1), unix=unix)


async def test_a_newer_hello_with_unknown_fields_is_named_as_such(path: Path) -> None:
    class NewHello(Message, frozen=True, tag="hello"):
        role: str
        protocol: int
        wishes: list[str]

    async with channel.serve(path, DAEMON, echo):
        with pytest.raises(BadInput, match=f"speaks protocol {PROTOCOL + 1}"):
            await channel.connect(path, NewHello("screen", PROTOCOL + 1, ["none"]))  # pyright: ignore[reportArgumentType]


async def test_a_wrong_or_missing_token_is_refused(path: Path) -> None:
    async with channel.serve(path, DAEMON, echo, unix=False):
        port, token = path.read_text().split()
        assert path.stat().st_mode & 0o077 == 0
        path.write_text(f"{port} {token[::-1]}")
        with pytest.raises(LostProcess, match="401"):
            await channel.connect(path, SCREEN, unix=False)
        with pytest.raises(LostProcess, match="401"):
            await channel.connect(f"ws://127.0.0.1:{port}", SCREEN)


async def test_nonsense_is_answered_and_does_not_harm_others(path: Path) -> None:
    async with channel.serve(path, DAEMON, echo):
        well = await channel.connect(path, SCREEN)
        for nonsense in (b"", b"\xc1", b"text", encode(Command("play"))):
            connection, _ = local.dial(path)
            async with open_websocket("ws://localhost/", sock=connection, proxy=None) as raw:
                await raw.send(nonsense)
                assert isinstance(msgspec.msgpack.decode(await raw.recv(), type=Failed), Failed)
        connection, _ = local.dial(path)
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        connection.close()
        await well.send(Command("play"))
        assert await well.receive() == Command("play")
        await well.close()


async def test_a_message_over_the_limit_is_not_sent(path: Path) -> None:
    async with channel.serve(path, DAEMON, echo):
        here = await channel.connect(path, SCREEN)
        with pytest.raises(BadInput, match="too large"):
            await here.send(Command("x" * LARGEST_MESSAGE))
        await here.send(Command("play"))
        assert await here.receive() == Command("play")
        await here.close()


async def test_a_message_over_the_limit_ends_the_connection(path: Path) -> None:
    async with channel.serve(path, DAEMON, echo):
        here = await channel.connect(path, SCREEN)
        with pytest.raises(ConnectionClosed):  # noqa: PT012 - either may notice
            await here._connection.send(b"x" * (LARGEST_MESSAGE + 1))
            await here._connection.recv()


async def test_what_is_no_message_after_the_hello_is_told(path: Path) -> None:
    async def listen(peer: Channel) -> None:
        await peer.receive()

    async with channel.serve(path, DAEMON, listen):
        here = await channel.connect(path, SCREEN)
        await here._connection.send(b"\x93")
        assert "no message here" in (await here.receive()).reason
        await here.close()


async def test_a_dead_peer_ends_the_conversation(path: Path) -> None:
    over = asyncio.Event()

    async def listen(peer: Channel) -> None:
        async for _ in peer:
            pass
        over.set()

    async with channel.serve(path, DAEMON, listen):
        here = await channel.connect(path, SCREEN)
        here._connection.transport.abort()
        await asyncio.wait_for(over.wait(), 5)
        with contextlib.suppress(LostProcess):
            await here.send(Command("play"))


async def test_who_listens_but_says_nothing_hangs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "HELLO_SECONDS", 0.05)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        with pytest.raises(LostProcess):
            await channel.connect(path, SCREEN)


async def test_a_peer_that_never_reads_does_not_hold_up_the_end(path: Path) -> None:
    """As a screen does that was stopped by Ctrl-Z."""
    full = asyncio.Event()

    async def talk(peer: Channel) -> None:
        while True:
            sending = asyncio.create_task(peer.send(Command("name", "x" * 100_000)))
            if not (await asyncio.wait({sending}, timeout=0.5))[0]:
                full.set()
            await sending

    deaf: asyncio.Task[object] | None = None
    async with asyncio.timeout(20):
        async with channel.serve(path, Hello("daemon"), talk):
            deaf = await channel.connect(path, Hello("screen"))
            await full.wait()
        deaf._connection.transport.abort()
        await deaf.closed()


NESTED = b"\x91" * 100_000


async def test_what_is_nested_without_end_is_no_message(path: Path) -> None:
    frame = b"\x83\xa4type\xa7command\xa4name\xa1a\xa5value" + NESTED

    async def nest(peer: Channel) -> None:
        await peer._connection.send(frame)
        await peer.receive()

    async with channel.serve(path, DAEMON, nest):
        here = await channel.connect(path, SCREEN)
        with pytest.raises(BadInput, match="is no message here"):
            await here.receive()
        await here._connection.send(frame)
        answer = await here.receive()
        assert isinstance(answer, Failed)
        assert "is no message here" in answer.reason
        await here.close()
        stranger = await open_websocket("ws://localhost/", sock=local.dial(path)[0])
        await stranger.send(b"\x81\xa4type" + NESTED)
        told = msgspec.msgpack.decode(await stranger.recv())
        assert "does not speak live-composer's protocol" in told["reason"]
