from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from live_composer.music import piano_roll
from live_composer.music.melody import Melody
from live_composer.music.metre import COMMON_TIME, Metre
from live_composer.music.vocabulary import DEFAULT, HOLD

melodies = st.lists(st.integers(0, DEFAULT.size - 1), min_size=1, max_size=100).map(Melody.of)


def test_a_roll_shows_pitch_time_and_length():
    melody = Melody.of([14, 1, 16, 0] + [1] * 4 + [17, 1, 1, 1, 14, 1, 1, 1])
    assert piano_roll.draw(melody, 80) == [
        "      1",
        "Eb4  │        ●━━━    │",
        "D4   │  ●             │",
        "C#4  │                │",
        "C4   │●━          ●━━━│",
    ]


def test_silence_is_drawn_too():
    assert piano_roll.draw(Melody.of([HOLD] * 12, Metre(3, 4)), 80) == ["      1", "C4   │            │"]


def test_bars_that_do_not_fit_go_on_below_as_they_sound_in_another_key():
    waltz = Melody.of([14, *[1] * 11, 14, *[1] * 11, 15, *[1] * 11, 14, *[1] * 11, 14, *[1] * 11], Metre(3, 4))
    assert piano_roll.draw(waltz, 40, 2) == [
        "      1            2",
        "D4   │●━━━━━━━━━━━│●━━━━━━━━━━━│",
        "",
        "      3            4",
        "Eb4  │●━━━━━━━━━━━│            │",
        "D4   │            │●━━━━━━━━━━━│",
        "",
        "      5",
        "D4   │●━━━━━━━━━━━│",
    ]


@given(melody=melodies, width=st.integers(20, 200), shift=st.integers(-6, 5))
def test_every_onset_is_drawn_once_within_the_width(melody: Melody, width: int, shift: int):
    lines = piano_roll.draw(melody, width, shift)
    drawn = sum(line[6:].count(piano_roll.ONSET) for line in lines)
    assert drawn == len(melody.notes())
    assert max(map(len, lines)) <= max(width, 6 + COMMON_TIME.steps_per_bar + 1)
