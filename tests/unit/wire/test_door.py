"""The door of a host: addresses, tokens, certificates, and who is let in."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

import pytest
from hosting import LOOPBACK, MUSICIAN, make_certificate
from hypothesis import given
from hypothesis import strategies as st

from live_composer.errors import AlreadyRunning, BadFile, BadInput, CannotWrite, LiveComposerError, LostProcess
from live_composer.wire import channel, door, tokens
from live_composer.wire.door import Address, Door, digest

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.wire.channel import Channel


async def echo(peer: Channel) -> None:
    async for message in peer:
        await peer.send(message)


@pytest.mark.parametrize(
    ("text", "address", "loopback"),
    [
        ("127.0.0.1:80", Address("127.0.0.1", 80), True),
        ("localhost", Address("localhost", door.PORT), True),
        ("[::1]:9", Address("::1", 9), True),
        ("127.9.9.9:9", Address("127.9.9.9", 9), True),
        (":7765", Address("0.0.0.0", 7765), False),
        ("box.example:1", Address("box.example", 1), False),
        ("[::]:1", Address("::", 1), False),
    ],
)
def test_addresses_are_read_and_only_loopback_is_private(text: str, address: Address, loopback: bool):
    assert Address.parse(text) == address
    assert address.is_loopback is loopback


@pytest.mark.parametrize("text", ["", "a:b", "a:99999", "a/b", "user@a:1", "[::1", "wss://a:1"])
def test_what_is_no_address_is_refused(text: str):
    with pytest.raises(BadInput, match=r"is no address|HOST:PORT"):
        Address.parse(text)


@given(st.text())
def test_any_text_is_an_address_or_one_sentence(text: str):
    try:
        address = Address.parse(text)
    except BadInput:
        return
    assert address.host
    assert 0 <= address.port < 65536


def test_nobody_listens_to_others_without_tls_and_tokens(tmp_path: Path):
    tls = door.certificate(*make_certificate(tmp_path))
    everywhere = Address.parse(":0")
    with pytest.raises(BadInput, match="needs TLS"):
        Door(everywhere, None, [digest("x")])
    for none in (None, []):
        with pytest.raises(BadInput, match="needs a token"):
            Door(everywhere, tls, none)
    Door(everywhere, tls, [digest("x")])


def test_two_cannot_listen_at_one_address():
    with Door(LOOPBACK).bind() as first, pytest.raises(AlreadyRunning, match="already"):
        Door(Address("127.0.0.1", first.getsockname()[1])).bind()


def test_who_is_elsewhere_cannot_listen_here(tmp_path: Path):
    far = Door(Address("192.0.2.1", 0), door.certificate(*make_certificate(tmp_path)), [digest("x")])
    with pytest.raises(CannotWrite, match="Nothing can listen"):
        far.bind()


def test_a_certificate_that_is_none_is_told(tmp_path: Path):
    (tmp_path / "no.pem").write_text("no certificate")
    with pytest.raises(BadInput, match="no certificate and its key"):
        door.certificate(tmp_path / "no.pem", tmp_path / "no.pem")
    with pytest.raises(BadInput, match="no certificate and its key"):
        door.certificate(tmp_path / "nowhere.pem", tmp_path / "no.pem")
    with pytest.raises(BadInput, match="is no certificate"):
        door.trust(tmp_path / "no.pem")


def test_a_token_is_shown_once_and_kept_as_its_digest_alone(tmp_path: Path):
    kept = tmp_path / "tokens"
    ada, ben = tokens.new(kept, "ada"), tokens.new(kept, "ben")
    assert ada not in kept.read_text()
    assert tokens.known(kept) == [digest(ada), digest(ben)]
    ours = Door(LOOPBACK, tokens=tokens.known(kept))
    assert ours.admits(f"Bearer {ada}")
    assert ours.admits(f"Bearer {ben}")
    for wrong in ("", "Bearer ", f"Bearer {ada[:-1]}", f"Basic {ada}", ada, "Bearer ä€", f"Bearer {digest(ada).hex()}"):
        assert not ours.admits(wrong)
    assert Door(LOOPBACK).admits("")


def test_what_is_wrong_with_tokens_is_told(tmp_path: Path):
    kept = tmp_path / "tokens"
    tokens.new(kept, "ada")
    with pytest.raises(BadInput, match="`ada` already"):
        tokens.new(kept, "ada")
    with pytest.raises(BadInput, match="one word"):
        tokens.new(kept, "ada lovelace")
    assert tokens.known(tmp_path / "nowhere") == []
    for line in ("ada", "xyz ada", "00 ada"):
        kept.write_text(line)
        with pytest.raises(BadFile, match="line 1"):
            tokens.known(kept)
    kept.write_text("two words")
    with pytest.raises(BadFile, match="holds no token"):
        tokens.shown(kept)
    kept.write_text(" word \n")
    assert tokens.shown(kept) == "word"


async def test_tls_and_a_token_let_in_and_nothing_less_does(tmp_path: Path):
    certificate = make_certificate(tmp_path)
    ours = Door(LOOPBACK, door.certificate(*certificate), [digest("secret")])
    trusting = door.trust(certificate.chain)
    async with channel.serve_door(ours, lambda: MUSICIAN, echo) as port:
        address = f"wss://127.0.0.1:{port}"
        here = await channel.connect(address, MUSICIAN, token="secret", tls=trusting)
        await here.send(MUSICIAN)
        assert await here.receive() == MUSICIAN
        await here.close()
        for token in (None, "Secret"):
            with pytest.raises(LostProcess, match=r"does not know the token \(401\); --planner-token"):
                await channel.connect(address, MUSICIAN, token=token, tls=trusting)
        with pytest.raises(LostProcess, match=r"its certificate is not believed .*--planner-certificate names"):
            await channel.connect(address, MUSICIAN, token="secret")
        with pytest.raises(LiveComposerError):
            await channel.connect(f"ws://127.0.0.1:{port}", MUSICIAN, token="secret")


async def test_old_tls_is_not_spoken(tmp_path: Path):
    certificate = make_certificate(tmp_path)
    ours = Door(LOOPBACK, door.certificate(*certificate), [digest("secret")])
    assert ours.tls
    assert ours.tls.minimum_version >= ssl.TLSVersion.TLSv1_2


async def test_those_that_are_too_many_are_turned_away_and_come_in_when_one_leaves():
    async with channel.serve_door(Door(LOOPBACK, connections=2), lambda: MUSICIAN, echo) as port:
        address = f"ws://127.0.0.1:{port}"
        first, second = [await channel.connect(address, MUSICIAN) for _ in range(2)]
        with pytest.raises(LostProcess):
            await channel.connect(address, MUSICIAN)
        await first.close()
        third = await channel.connect(address, MUSICIAN)
        await asyncio.gather(second.close(), third.close())


async def test_what_is_no_address_of_a_websocket_is_told():
    with pytest.raises(BadInput, match="wss://HOST:PORT"):
        await channel.connect("box:7765", MUSICIAN)


@pytest.mark.parametrize("last", ["", "\n"])
def test_a_token_is_added_to_a_file_whose_last_line_was_edited(tmp_path: Path, last: str):
    kept = tmp_path / "tokens"
    ada = tokens.new(kept, "ada")
    kept.write_text(kept.read_text().strip() + last)
    ben = tokens.new(kept, "ben")
    assert tokens.known(kept) == [digest(ada), digest(ben)]


async def test_loopback_is_never_reached_by_way_of_a_proxy(monkeypatch: pytest.MonkeyPatch):
    """The proxy is another machine: it would read the token, and find no host at its own loopback."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "socks_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    async with channel.serve_door(Door(LOOPBACK), lambda: MUSICIAN, echo) as port:
        for host in ("127.0.0.1", "localhost"):
            here = await channel.connect(f"ws://{host}:{port}", MUSICIAN)
            await here.close()


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "nonsense", "http://127.0.0.1:9/path", "http://127.0.0.1:x"])
async def test_a_proxy_that_is_of_no_use_is_told(monkeypatch: pytest.MonkeyPatch, proxy: str):
    for name in ("http_proxy", "https_proxy", "all_proxy", "socks_proxy"):
        monkeypatch.setenv(name, proxy)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(LostProcess, match=r"wss://box\.example"):
        await channel.connect("wss://box.example:7765", MUSICIAN)


@pytest.mark.parametrize("host", ["a..b", "x" * 70, "box:99999", "box:x"])
async def test_a_name_that_no_machine_can_have_is_told(host: str):
    with pytest.raises((BadInput, LostProcess), match="wss://"):
        await channel.connect(f"wss://{host}", MUSICIAN)


@pytest.mark.parametrize("header", [b"Bearer \xff\xfe", b"Bearer", b"\xff"])
async def test_a_header_that_is_no_token_is_refused_as_a_wrong_one(header: bytes):
    async with channel.serve_door(Door(LOOPBACK, tokens=[digest("secret")]), lambda: MUSICIAN, echo) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        lines = [b"GET / HTTP/1.1", b"Host: a", b"Upgrade: websocket", b"Connection: Upgrade",
                 b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", b"Sec-WebSocket-Version: 13",
                 b"Authorization: " + header]  # fmt: skip
        writer.write(b"\r\n".join(lines) + b"\r\n\r\n")
        assert b"401" in await reader.readline()
        writer.close()
