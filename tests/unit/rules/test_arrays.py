"""Questions about many melodies at once, against the plain answer."""

from __future__ import annotations

from itertools import takewhile

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rule_music import music

from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules import Context, Tokens, arrays
from live_composer.rules.arrays import NONE

windows = st.integers(1, 8)
Drawn = tuple[Tokens, Context]


def plain(melodies: Tokens, answer: object) -> list[list[int]]:
    """Ask `answer(events up to the step, that step included)` at every step."""
    return [[answer(melody[: step + 1]) for step in range(len(melody))] for melody in melodies.tolist()]  # type: ignore[operator]


@given(drawn=music())
def test_what_came_last(drawn: Drawn):
    melodies, _ = drawn

    def onset(events: list[int]) -> int:
        return max((at for at, event in enumerate(events[:-1]) if event >= FIRST_PITCH), default=NONE)

    assert arrays.previous_onset(melodies).tolist() == plain(melodies, onset)
    pitches = plain(melodies, lambda events: events[onset(events)] if onset(events) >= 0 else NONE)
    assert arrays.previous_pitch(melodies).tolist() == pitches


@given(drawn=music())
def test_intervals(drawn: Drawn):
    melodies, _ = drawn
    for back, found in enumerate(arrays.intervals(melodies, 3)):

        def interval(events: list[int], back: int = back) -> int:
            pitches = [event for event in events if event >= FIRST_PITCH][::-1]
            return pitches[back] - pitches[back + 1] if events[-1] >= FIRST_PITCH and len(pitches) > back + 1 else 0

        assert found.tolist() == plain(melodies, interval)


@given(drawn=music())
def test_runs(drawn: Drawn):
    melodies, _ = drawn

    def run(events: list[int]) -> int:
        pitched = [event for event in events[::-1] if event >= FIRST_PITCH]
        return len(list(takewhile(lambda event: event % 2 == 0, pitched))) if events[-1] >= FIRST_PITCH else 0

    found = arrays.run_length(melodies % 2 == 0, melodies >= FIRST_PITCH)
    assert found.tolist() == plain(melodies, run)


@given(drawn=music(), window=windows)
def test_distinct_pitches(drawn: Drawn, window: int):
    melodies, _ = drawn

    def distinct(events: list[int]) -> int:
        return len({event for event in events[-window:] if event >= FIRST_PITCH}) if len(events) >= window else 0

    assert arrays.distinct_pitches(melodies, window).tolist() == plain(melodies, distinct)


def test_pitches_far_apart_are_told_apart():
    # More pitches than there are bits in a word: event 66 is not event 2 again.
    assert arrays.distinct_pitches(np.array([[66, 2, 127, 66]]), 2).tolist() == [[0, 2, 2, 2]]
    assert arrays.distinct_pitches(np.array([[66, 1, 65]]), 1).tolist() == [[1, 0, 1]]


@given(drawn=music(), window=windows)
def test_windows_that_stood_before(drawn: Drawn, window: int):
    melodies, _ = drawn

    def stood(events: list[int]) -> bool:
        ends = range(window, len(events) - window + 1)
        return len(events) >= window and any(events[end - window : end] == events[-window:] for end in ends)

    codes = arrays.window_code(melodies, window)
    assert arrays.stood_before(codes, window).tolist() == plain(melodies, stood)


@given(drawn=music())
def test_places(drawn: Drawn):
    melodies, context = drawn
    steps = arrays.steps_of(melodies, context)
    assert steps[0] == context.first_step
    assert arrays.strengths(melodies, context).tolist() == [context.metre.strength(step) for step in steps.tolist()]


def test_a_table_by_event():
    table = arrays.by_event(Context(), float)
    assert table[:3].tolist() == [0, 0, 48]
    assert np.array_equal(table[[14, 1]], [60, 0])
