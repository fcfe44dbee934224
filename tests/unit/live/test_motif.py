"""Varied repeats: same rhythm, other degrees, always within scale and range, and not for ever."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from live_composer.live import motif
from live_composer.music.key import SCALES, Key
from live_composer.music.vocabulary import DEFAULT, FIRST_PITCH, HOLD

KEYS = st.builds(Key, st.integers(0, 11), st.sampled_from(sorted(SCALES)))


def in_scale(key: Key) -> list[int]:
    return [pitch for pitch in range(48, 84) if pitch % 12 in key.home.pitch_classes]


@given(KEYS, st.data(), st.integers(-9, 9))
def test_moving_keeps_to_the_scale_and_back_again(key: Key, data: st.DataObject, degrees: int):
    pitch = data.draw(st.sampled_from(in_scale(key)))
    moved = motif.move(pitch, degrees, key)
    assert moved % 12 in key.home.pitch_classes
    assert motif.move(moved, -degrees, key) == pitch
    assert (moved > pitch) == (degrees > 0) or degrees == 0


def test_c_d_e_moved_up_a_degree_in_c_is_d_e_f():
    assert [motif.move(pitch, 1, Key()) for pitch in (60, 62, 64)] == [62, 64, 65]
    assert [motif.move(pitch, -1, Key()) for pitch in (60, 62, 64)] == [59, 60, 62]


@given(KEYS, st.lists(st.integers(0, 37), min_size=1, max_size=80), st.integers(0, 200))
def test_whatever_was_played_is_repeated_in_range_and_rhythm(key: Key, line: list[int], further: int):
    ended = len(line)
    for _ in range(further):
        event = motif.repeat(line, ended, 16, key, DEFAULT)
        if event is None:
            assert ended < 16 or len(line) - ended >= 4 * 16
            return
        assert 0 <= event < DEFAULT.size
        length = min(2, ended // 16) * 16
        source = line[len(line) - length]
        assert (event >= FIRST_PITCH) == (source >= FIRST_PITCH)
        line.append(event)


def test_nothing_is_repeated_of_less_than_a_bar():
    assert motif.repeat([HOLD] * 15, 15, 16, Key(), DEFAULT) is None
