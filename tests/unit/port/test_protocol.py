from __future__ import annotations

import io
import math
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.port import protocol
from live_composer.port.protocol import (
    Advance,
    Cancel,
    ClockName,
    ClockState,
    ClockStatus,
    Close,
    Failed,
    Heard,
    HeardMessage,
    Heartbeat,
    Listening,
    Note,
    Notes,
    Open,
    Opened,
    Raw,
    Release,
    Sent,
    SentMessage,
    SetTempo,
    Start,
    Stop,
)

beats = st.floats(0, 1e9)
pitches = st.integers(0, 127)
notes = st.builds(Note, beats, st.floats(1e-6, 1e6), st.integers(0, 15), pitches, st.integers(1, 127))
commands = st.one_of(
    st.builds(Open, st.none() | st.text(), st.text(), st.sampled_from(get_args(ClockName)), st.floats(1, 1000)),
    st.builds(Notes, st.lists(notes)),
    st.builds(Raw, beats, st.binary(min_size=1, max_size=9)),
    st.builds(Cancel, beats),
    st.builds(Start, beats),
    st.just(Stop()),
    st.builds(SetTempo, st.floats(1, 1000), beats),
    st.builds(Advance, beats),
    st.builds(Release, st.lists(st.tuples(st.integers(0, 15), pitches))),
    st.just(Close()),
)
replies = st.one_of(
    st.builds(Opened, st.text(), st.text(), st.booleans()),
    st.builds(Failed, st.text(), st.sampled_from(["port", "lost", "file", "protocol"])),
    st.builds(Heartbeat, beats, beats, st.booleans()),
    st.builds(Sent, st.lists(st.builds(SentMessage, beats, beats, st.binary()))),
    st.builds(Heard, st.lists(st.builds(HeardMessage, beats, beats, st.binary()))),
    st.builds(Listening, st.text(), st.text(), st.booleans(), st.text()),
    st.builds(ClockState, st.sampled_from(get_args(ClockName)), st.sampled_from(get_args(ClockStatus)), beats),
)


@given(st.lists(commands))
def test_commands_come_out_as_they_went_in(messages: list):
    stream = io.BytesIO(b"".join(map(protocol.pack, messages)))
    assert list(protocol.unpack(stream, protocol.COMMANDS)) == messages


@given(st.lists(replies))
def test_replies_come_out_as_they_went_in(messages: list):
    stream = io.BytesIO(b"".join(map(protocol.pack, messages)))
    assert list(protocol.unpack(stream, protocol.REPLIES)) == messages


@given(st.lists(commands, min_size=1), st.data())
def test_a_pipe_that_ends_within_a_message_ends_before_it(messages: list, data: st.DataObject):
    whole = [protocol.pack(message) for message in messages]
    cut = data.draw(st.integers(0, len(whole[-1]) - 1))
    stream = io.BytesIO(b"".join(whole[:-1]) + whole[-1][:cut])
    assert list(protocol.unpack(stream, protocol.COMMANDS)) == messages[:-1]


@pytest.mark.parametrize(
    "nonsense",
    [
        b"GET / HTTP/1.1\r\n",
        b"\x00\x00\x00\x01\xc1",
        protocol.pack(Opened("x", "null")),
        protocol.pack(Notes([Note(math.nan, 1, 0, 60, 80)])),
        protocol.pack(Notes([Note(-math.inf, 1, 0, 60, 80)])),
        protocol.pack(Notes([Note(0, 0, 0, 60, 80)])),
        protocol.pack(Notes([Note(0, 1, 16, 60, 80)])),
        protocol.pack(Notes([Note(0, 1, 0, 128, 80)])),
        protocol.pack(Notes([Note(0, 1, 0, 60, 0)])),
        protocol.pack(Raw(0, b"")),
    ],
)
def test_nonsense_is_refused(nonsense: bytes):
    with pytest.raises(msgspec.MsgspecError):
        list(protocol.unpack(io.BytesIO(nonsense), protocol.COMMANDS))
