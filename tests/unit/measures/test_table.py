"""Every row of Table 1 on melodies whose answers were counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from live_composer.measures.estimates import Tally
from live_composer.measures.heard import hear
from live_composer.measures.table import TABLE, autocorrelation, estimates, tallies
from live_composer.music.key import Key
from live_composer.rules import Context

ROWS = {row.key: row for row in TABLE}
UP_AND_DOWN = [14, 16, 18, 1]


def count(row: str, *melodies: list[int], context: Context = Context()) -> tuple[float, float]:  # noqa: B008 - frozen
    """Return numerator and denominator of some melodies together."""
    tally = ROWS[row].tally(hear(np.array(melodies), context))
    return tally.top, tally.bottom


@pytest.mark.parametrize(
    ("row", "melody", "counted"),
    [
        # The sixth C in a row, and each after it.
        ("repeated", [14] * 8, (3, 8)),
        ("repeated_notes", [14] * 8, (3, 8)),
        # A note held for two beats: the paper blames the sixth hold, though only one note starts.
        ("repeated", [14, 1, 1, 1, 1, 1, 1, 1], (2, 8)),
        ("repeated_notes", [14, 1, 1, 1, 1, 1, 1, 1], (0, 1)),
        # C, C sharp, D, held, rest: one of five events, one of three notes.
        ("out_of_key", [14, 15, 16, 1, 0], (1, 5)),
        ("out_of_key_notes", [14, 15, 16, 1, 0], (1, 3)),
        ("tonic_start", [14, 16, 18, 1], (1, 1)),
        ("tonic_start", [26, 16, 18, 1], (0, 1)),
        ("tonic_first_note", [26, 16, 18, 1], (1, 1)),
        ("tonic_first_note", [1, 1, 26, 1], (1, 1)),
        ("tonic_first_note", [1, 1, 16, 26], (0, 1)),
        ("tonic_first_note", [1, 1, 0, 1], (0, 0)),
        # Up a fifth, back by steps to where it came from.
        ("leaps_resolved", [14, 21, 19, 14], (1, 1)),
        # Up a fifth and another: doubled.
        ("leaps_resolved", [14, 21, 28, 1], (0, 1)),
        # A leap straight back closes, and is neither.
        ("leaps_resolved", [14, 21, 14, 1], (0, 0)),
        ("leaps_answered", [14, 21, 14, 1], (1, 1)),
        # A hold and a rest between do not matter; the last leap has nothing after it.
        ("leaps_answered", [14, 1, 21, 0, 28, 1, 20], (1, 2)),
        ("highest_once", [14, 16, 16, 12], (0, 1)),
        ("lowest_once", [14, 16, 16, 12], (1, 1)),
        ("lowest_once", [14, 1, 0, 14], (0, 1)),
        ("highest_once", [1, 1, 1, 0], (0, 1)),
        ("lowest_once", [1, 1, 1, 0], (0, 1)),
        # Eight events with three different pitches; the ninth makes a motif again.
        ("motif", [*UP_AND_DOWN, *UP_AND_DOWN, 1], (2, 9)),
        ("motif_possible", [*UP_AND_DOWN, *UP_AND_DOWN, 1], (2, 2)),
        ("motif", [14, 16, 1, 1, 14, 16, 1, 1], (0, 8)),
        # Half a bar comes back whole at its last step, and not before.
        ("repeated_motif", UP_AND_DOWN * 4, (1, 16)),
        ("repeated_motif_possible", UP_AND_DOWN * 4, (1, 1)),
        ("repeated_motif", UP_AND_DOWN * 3 + [14, 16, 18, 20], (0, 16)),
        # 1.5 is the mean: -.25 thrice, of a variance of 4 x .25.
        ("autocorrelation_1", [1, 2, 1, 2], (-0.75, 1)),
        ("autocorrelation_1_size", [1, 2, 1, 2], (0.75, 1)),
        ("autocorrelation_2", [1, 2, 1, 2], (0.5, 1)),
        ("autocorrelation_3", [1, 2, 1, 2], (-0.25, 1)),
        # Undefined where nothing varies.
        ("autocorrelation_1", [14, 14, 14, 14], (0, 0)),
    ],
)
def test_rows_as_counted_by_hand(row: str, melody: list[int], counted: tuple[float, float]):
    assert count(row, melody) == pytest.approx(counted)


def test_melodies_are_counted_together():
    # A mean of coefficients, not of sizes: they cancel.
    assert count("autocorrelation_1", [1, 2, 1, 2], [1, 1, 2, 2], [5, 5, 5, 5]) == pytest.approx((-0.75 + 0.25, 2))
    assert count("autocorrelation_1_size", [1, 2, 1, 2], [1, 1, 2, 2], [5, 5, 5, 5]) == pytest.approx((0.75 + 0.25, 2))
    assert count("repeated_notes", [14] * 8, [14, 1, 1, 1, 1, 1, 1, 1]) == (3, 9)


def test_the_key_is_the_contexts():
    in_d = Context(Key.parse("D major"))
    assert count("out_of_key", [14, 15, 16, 20], context=in_d) == (1, 4)
    assert count("tonic_first_note", [4, 15, 16, 20], context=in_d) == (1, 1)


def test_autocorrelation_is_the_authors():
    # numpy's own correlation of the mean-removed events, by their length and variance.
    events = np.random.default_rng(1).integers(0, 38, 32)
    away = events - events.mean()
    for lag in (1, 2, 3):
        expected = np.correlate(away, away, "full")[len(away) - 1 + lag] / len(away) / away.var()
        assert autocorrelation(events[None], lag)[0] == pytest.approx(expected)


def test_every_row_has_a_figure_with_an_interval():
    events = np.random.default_rng(1).integers(0, 38, (50, 32))
    found = estimates(TABLE, tallies(TABLE, hear(events, Context())))
    assert list(found) == list(ROWS)
    for estimate in found.values():
        assert estimate.value is not None
        assert estimate.low is not None
        assert estimate.high is not None
        assert estimate.low <= estimate.value <= estimate.high


def test_the_paper_has_eleven_rows():
    assert sum(row.as_paper for row in TABLE) == 11
    assert len(ROWS) == len(TABLE)


def test_nothing_to_count_is_no_figure():
    tally = ROWS["leaps_resolved"].tally(hear(np.array([[14, 1, 1, 1]]), Context()))
    assert tally == Tally()
    assert ROWS["leaps_resolved"].estimate(tally).value is None
