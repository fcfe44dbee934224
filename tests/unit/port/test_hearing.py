from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from live_composer.port.clock import Clock
from live_composer.port.hearing import ECHO_SECONDS, Hearing

ON, OFF, ON_0 = bytes((0x90, 60, 80)), bytes((0x80, 60, 0)), bytes((0x90, 60, 0))
WHEEL = bytes((0xB0, 1, 99))


def hearing() -> Hearing:
    clock = Clock(120)
    clock.start(0, 0)
    return Hearing(clock)


def test_what_comes_in_is_told_with_its_beat():
    ears = hearing()
    ears.hear(ON, 1.0)
    ears.hear(WHEEL, 1.5)
    ears.hear(ON_0, 2.0)
    assert [(message.beat, message.seconds, message.data) for message in ears.heard()] == [
        (2, 1.0, ON), (3, 1.5, WHEEL), (4, 2.0, OFF),
    ]  # fmt: skip
    assert ears.heard() == []


def test_kind_and_channel():
    ears = hearing()
    ears.hear(bytes((0xC9, 5)), 0)
    [message] = ears.heard()
    assert (message.kind, message.channel) == (0xC0, 9)


def test_our_own_that_comes_back_is_not_heard():
    ears = hearing()
    for data, now in ((ON, 0.0), (WHEEL, 0.1), (OFF, 0.2)):
        ears.said(data, now)
        for bounce in range(1, 40):
            ears.hear(data, now + bounce / 100)
    ears.hear(bytes((0x80, 60, 64)), 0.3)
    assert ears.heard() == []
    assert ears.echoes == 3 * 39 + 1


def test_the_same_is_heard_long_after_and_at_once_with_another_velocity():
    ears = hearing()
    ears.said(ON, 0)
    ears.hear(bytes((0x90, 60, 81)), 0.01)
    ears.hear(bytes((0x80, 60, 0)), 0.02)
    ears.hear(ON, ECHO_SECONDS + 0.01)
    assert len(ears.heard()) == 3


def test_a_player_who_shares_our_pitch_keeps_the_key_until_it_is_released():
    ears = hearing()
    ears.said(ON, 0)
    ears.hear(ON, 0.01)
    ears.hear(bytes((0x90, 60, 99)), 0.1)
    ears.said(OFF, 0.2)
    ears.hear(OFF, 0.21)
    assert ears.keys == {(0, 60)}
    ears.hear(OFF, 0.3)
    assert [message.data for message in ears.heard()] == [bytes((0x90, 60, 99)), OFF]
    assert ears.keys == set()


def test_where_nothing_comes_back_a_release_right_after_ours_is_the_players():
    ears = hearing()
    ears.hear(bytes((0x90, 60, 99)), 0.1)
    ears.said(OFF, 0.2)
    ears.hear(OFF, 0.21)
    assert ears.keys == set()


def test_keys_are_let_go_when_nobody_will_tell():
    ears = hearing()
    ears.hear(ON, 0)
    ears.heard()
    ears.release(1)
    assert [message.data for message in ears.heard()] == [OFF]
    ears.release(2)
    assert ears.heard() == []


@given(st.binary(max_size=8))
def test_whatever_bytes_come_what_is_told_is_a_channel_message(data: bytes):
    ears = hearing()
    ears.hear(data, 0)
    assert all(0x80 <= message.data[0] < 0xF0 and max(message.data[1:]) < 0x80 for message in ears.heard())


def test_what_is_remembered_is_bounded():
    ears, chance = hearing(), random.Random(1)
    for _ in range(20_000):
        ears.said(bytes((0xB0, chance.randrange(128), chance.randrange(128))), 0)
    assert len(ears._said) <= len(ears._said_in_order) <= 4097
