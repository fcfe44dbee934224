from __future__ import annotations

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.port.midi_bytes import is_whole, note_off, note_on, release
from live_composer.port.sounding import Sounding

messages = st.sampled_from(
    [
        mido.Message("note_on", note=60),
        mido.Message("note_off", note=60),
        mido.Message("control_change", control=7, value=100),
        mido.Message("program_change", program=5, channel=9),
        mido.Message("pitchwheel", pitch=-100),
        mido.Message("aftertouch", value=3),
        mido.Message("polytouch", note=1, value=3),
        mido.Message("songpos", pos=1000),
        mido.Message("song_select", song=3),
        mido.Message("clock"),
        mido.Message("start"),
        mido.Message("sysex", data=[1, 2, 3]),
    ]
)


@given(messages)
def test_messages_are_whole(message: mido.Message):
    assert is_whole(bytes(message.bytes()))


@given(messages)
def test_cut_or_doubled_messages_are_not(message: mido.Message):
    data = bytes(message.bytes())
    assert not is_whole(data[:-1])
    assert not is_whole(data + data)


@pytest.mark.parametrize("data", [b"", b"\x40\x40\x40", b"\x90\x80\x40", b"\xf0\x90\xf7", b"\xf4", b"\xf7"])
def test_nonsense_is_not_whole(data: bytes):
    assert not is_whole(data)


def test_releasing_lifts_keys_before_the_pedal():
    assert [data.hex(" ") for data in release([(0, 60), (1, 62)], [0, 1], cut=True)] == [
        "80 3c 00", "81 3e 00", "b0 40 00", "b0 7b 00", "b0 78 00", "b1 40 00", "b1 7b 00", "b1 78 00",
    ]  # fmt: skip
    assert [data.hex(" ") for data in release([], [2], cut=False)] == ["b2 40 00", "b2 7b 00"]


def test_what_sounds_is_what_was_struck_and_not_released():
    sounding = Sounding()
    for data in (
        note_on(0, 60, 80), note_on(1, 61, 80), note_on(2, 62, 80), note_off(0, 60), bytes((0x91, 61, 0)), b"\xf8",
    ):  # fmt: skip
        sounding.sent(data)
    assert list(sounding.notes) == [(2, 62)]
    assert sounding.channels == {0, 1, 2}
