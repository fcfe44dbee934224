"""Figures of health on melodies whose answers were counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from live_composer.measures.health import HEALTH, POOLED, distances, distinct_patterns, pitch_entropy, pooled
from live_composer.measures.heard import hear
from live_composer.rules import Context

ROWS = {row.key: row for row in HEALTH}
# C for three sixteenths, a rest of two, D for three.
TWO_NOTES = [14, 1, 1, 0, 1, 16, 1, 1]
# A pick-up: silence, G, G, up to the C a fifteenth away, held to the end.
PICK_UP = [1, 1, 1, 1, 9, 9, 26, 1, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("row", "melody", "counted"),
    [
        ("rests", TWO_NOTES, (2, 8)),
        ("holds", TWO_NOTES, (5, 8)),
        ("onsets", TWO_NOTES, (2, 8)),
        ("offs", TWO_NOTES, (1, 8)),
        ("length", TWO_NOTES, (1.5, 2)),
        ("long", TWO_NOTES, (0, 2)),
        ("unisons", TWO_NOTES, (0, 1)),
        ("spread", TWO_NOTES, (1, 1)),
        ("pitches", TWO_NOTES, (2, 1)),
        ("rests", PICK_UP, (4, 14)),
        ("length", PICK_UP, (2.5, 3)),
        ("long", PICK_UP, (1, 3)),
        ("unisons", PICK_UP, (1, 2)),
        ("leaps", PICK_UP, (1, 2)),
        ("pitches", PICK_UP, (2, 1)),
        ("rests", [0, 0, 1, 1], (4, 4)),
        ("length", [0, 0, 1, 1], (0, 0)),
        ("spread", [0, 0, 1, 1], (0, 0)),
        ("pitches", [0, 0, 1, 1], (0, 1)),
    ],
)
def test_figures_as_counted_by_hand(row: str, melody: list[int], counted: tuple[float, float]):
    tally = ROWS[row].tally(hear(np.array([melody]), Context()))
    assert (tally.top, tally.bottom) == pytest.approx(counted)


def test_entropy_of_pitch():
    four = np.array([[14, 1, 16, 18, 19]] * 20, dtype=np.int8)
    assert pitch_entropy(four).value == pytest.approx(2)
    assert pitch_entropy(np.array([[14, 1, 0, 14]], dtype=np.int8)).value == 0
    assert pitch_entropy(np.array([[1, 1, 0, 1]], dtype=np.int8)).value is None


def test_the_interval_of_entropy_holds_it():
    estimate = pitch_entropy(np.random.default_rng(1).integers(0, 38, (400, 32)).astype(np.int8))
    assert estimate.low is not None
    assert estimate.high is not None
    assert estimate.low <= np.log2(36) <= estimate.high + 0.02


def test_distinct_patterns():
    loop = np.array([[14, 16, 18, 19] * 4], dtype=np.int8)
    # Nine windows of a loop of four: four of them differ.
    assert distinct_patterns(loop) == pytest.approx(4 / 9)
    assert distinct_patterns(np.concatenate([loop, loop])) == pytest.approx(4 / 18)


def test_distances_to_the_most_similar():
    melodies = np.array([[2, 3, 4, 5], [2, 3, 4, 5], [9, 9, 9, 9]], dtype=np.int8)
    tunes = np.array([[2, 3, 4, 6], [9, 9, 1, 1]], dtype=np.int8)
    assert distances(melodies, tunes).tolist() == [0.25, 0.25, 0.5]
    assert distances(melodies, melodies).tolist() == [0, 0, 0]
    assert distances(melodies, melodies, itself=False).tolist() == [0, 0, 1]


def test_distances_of_many_are_those_of_a_plain_loop():
    chance = np.random.default_rng(1)
    melodies, tunes = (chance.integers(0, 4, (count, 12)).astype(np.int8) for count in (150, 70))
    plain = [min(np.mean(melody != tune) for tune in tunes) for melody in melodies]
    np.testing.assert_allclose(distances(melodies, tunes), plain)
    own = [min(np.mean(melodies[i] != melodies[j]) for j in range(150) if j != i) for i in range(150)]
    np.testing.assert_allclose(distances(melodies, melodies, itself=False), own)


def test_one_melody_every_time_shows():
    same = pooled(np.array([[14, 16, 18, 1] * 8] * 50))
    chance = np.random.default_rng(1)
    various = pooled(chance.integers(0, 38, (50, 32)), chance.integers(0, 38, (9, 32)).astype(np.int8))
    assert (same["melodies"].value, same["neighbour"].value) == (1 / 50, 0)
    assert various["melodies"].value == 1
    assert set(various) == set(POOLED)
    assert set(same) == set(POOLED) - {"tune"}
