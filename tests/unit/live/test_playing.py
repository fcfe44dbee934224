"""How it is played: louder where the metre, the phrase and the line say so, swung, never out of order."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.live import playing
from live_composer.live.bars import Bars
from live_composer.live.playing import Style
from live_composer.music.key import Key
from live_composer.music.metre import Metre

METRES = st.sampled_from([Metre(4, 4), Metre(3, 4), Metre(6, 8), Metre(2, 2), Metre(5, 4)])


@pytest.mark.parametrize(
    ("metre", "accents"),
    [("4/4", "B...b...H...b..."), ("3/4", "B...b...b..."), ("6/8", "B.....H....."), ("2/2", "B...b...H...b...")],
)
def test_bars_and_beats_are_accented(metre: str, accents: str):
    bars = Bars(Metre.parse(metre))
    style = Style(dynamics=1.0)
    at = [playing.velocity(style, step, bars.at(step), 0.0, 1) for step in range(bars.at(0).end)]
    by_accent = {mark: [at[step] for step, name in enumerate(accents) if name == mark] for mark in set(accents)}
    order = [mark for mark in "BHb." if mark in by_accent]
    for stronger, weaker in pairwise(order):
        assert min(by_accent[stronger]) > max(by_accent[weaker])


def test_a_phrase_grows_and_falls_and_high_notes_are_louder():
    bars = Bars(Metre(4, 4))
    style = Style(dynamics=1.0)
    lines = [playing.velocity(style, 16 * bar, bars.at(16 * bar), 0.0, 1) for bar in range(9)]
    assert lines[0] < lines[1] < lines[2] > lines[3] > lines[4]
    assert lines[:4] == lines[4:8]
    assert playing.velocity(style, 0, bars.at(0), 12, 1) > playing.velocity(style, 0, bars.at(0), -12, 1)


def test_without_dynamics_all_notes_are_alike():
    bars = Bars(Metre(4, 4))
    flat = Style(velocity=70, dynamics=0.0)
    assert {playing.velocity(flat, step, bars.at(step), step % 7, 1) for step in range(64)} == {70}


@given(METRES, st.floats(0.5, 0.75), st.sampled_from(["8th", "16th"]), st.integers(0, 200))
def test_swing_keeps_order_and_the_beginning_of_every_pair(metre: Metre, swing: float, unit: str, step: int):
    style = Style(swing=swing, swing_unit=unit)  # pyright: ignore[reportArgumentType]
    swings = playing.swings(Bars(metre).at(step))
    assert playing.swung(style, step, swings) < playing.swung(style, step + 1, swings)
    pair = 4 if unit == "8th" else 2
    assert playing.swung(style, step * pair, swings) == step * pair / 4


@pytest.mark.parametrize(
    ("unit", "beats"), [("8th", [0, 1 / 3, 2 / 3, 5 / 6, 1]), ("16th", [0, 1 / 3, 1 / 2, 5 / 6, 1])]
)
def test_two_thirds_are_triplets(unit: str, beats: list[float]):
    style = Style(swing=2 / 3, swing_unit=unit)  # pyright: ignore[reportArgumentType]
    assert [playing.swung(style, step) for step in range(5)] == pytest.approx(beats)
    assert [playing.swung(Style(), step) for step in range(5)] == [0, 0.25, 0.5, 0.75, 1]


def test_eighths_do_not_swing_in_compound_metres():
    bar = Bars(Metre(6, 8)).at(0)
    assert [playing.onset(Style(swing=0.7), step, bar, 1, 120) for step in range(12)] == [
        step / 4 for step in range(12)
    ]


def test_pairs_begin_at_the_bar_line_where_a_bar_is_not_of_whole_pairs():
    bars = Bars(Metre(7, 8))
    bars.change(28, Metre(3, 8))
    bars.change(34, Metre(4, 4))
    style = Style(swing=2 / 3)
    assert [playing.onset(style, step, bars.at(step), 1, 120) for step in (0, 14, 28, 34)] == [0, 3.5, 7, 8.5]
    assert [playing.onset(style, step, bars.at(step), 1, 120) for step in (16, 36)] == pytest.approx([25 / 6, 55 / 6])
    onsets = [playing.onset(style, step, bars.at(step), 1, 120) for step in range(66)]
    assert onsets == sorted(set(onsets))
    assert playing.release(style, 3.0, 14, bars.at(12)) == 3.5


@given(st.integers(0, 1000), st.integers(1, 5000), st.floats(0.5, 0.75), st.floats(0, 0.04), st.floats(20, 400))
def test_notes_never_overtake_one_another(seed: int, step: int, swing: float, stray: float, tempo: float):
    bars = Bars(Metre(4, 4))
    style = Style(swing=swing, swing_unit="16th", humanise_time=stray, legato=0.1)
    here = playing.onset(style, step, bars.at(step), seed, tempo)
    following = playing.onset(style, step + 1, bars.at(step + 1), seed, tempo)
    assert here + playing.overlap(style, step, bars.at(step), tempo) < following
    assert abs(here - playing.swung(style, step)) * 60 / tempo <= stray + 1e-9


def test_chance_is_that_of_the_seed():
    bar, free = Bars(Metre(4, 4)).at(0), Style(humanise_time=0.03, humanise_velocity=20)
    onsets = [[playing.onset(free, step, bar, seed, 60) for step in range(1, 9)] for seed in (1, 1, 2)]
    loud = [[playing.velocity(free, step, bar, 0, seed) for step in range(1, 9)] for seed in (1, 1, 2)]
    assert onsets[0] == onsets[1] != onsets[2]
    assert loud[0] == loud[1] != loud[2]


@pytest.mark.parametrize(
    ("key", "voice", "pairs"),
    [
        ("C", "third", {60: 57, 62: 59, 64: 60, 65: 62, 67: 64, 69: 65, 71: 67}),
        ("C", "sixth", {60: 52, 62: 53, 64: 55, 65: 57, 67: 59, 69: 60, 71: 62}),
        ("A pentatonic", "third", {69: 66, 71: 66, 73: 69}),
        ("C", "off", {60: None}),
    ],
)
def test_the_second_voice(key: str, voice: playing.Voice, pairs: dict[int, int | None]):
    assert {pitch: playing.second(voice, pitch, Key.parse(key)) for pitch in pairs} == pairs
