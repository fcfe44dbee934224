"""What batch rules are made of: questions about many melodies at once, answered for every step.

All take events (melodies, steps) and look only backwards, so that a rule built of them is causal. Columns are counted
from 0, and NONE stands where there is no answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from live_composer.music.vocabulary import FIRST_PITCH

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.rules.context import Context

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

NONE = -1

_BITS = 64

_Any = TypeVar("_Any", np.int64, np.uint64)


def steps_of(melodies: Ints, context: Context) -> Ints:
    """Return the step of each column: (steps,)."""
    return np.arange(context.first_step, context.first_step + melodies.shape[1], dtype=np.int64)


def strengths(melodies: Ints, context: Context) -> Ints:
    """Return how strong the place in the bar of each column is (`Metre.strength`): (steps,)."""
    bar = np.array([context.metre.strength(step) for step in range(context.metre.steps_per_bar)])
    return bar[steps_of(melodies, context) % len(bar)]


def by_event(context: Context, value: Callable[[int], float]) -> Floats:
    """Return a table with the value of each pitch at the number of its event; 0 for note offs and holds."""
    vocabulary = context.vocabulary
    table = np.zeros(vocabulary.size)
    table[FIRST_PITCH:] = [value(pitch) for pitch in range(vocabulary.lowest, vocabulary.highest + 1)]
    return table


def latest(here: Bools) -> Ints:
    """Return the last column up to each step, that step included, where `here` is true."""
    columns = np.arange(here.shape[1], dtype=np.int64)
    return np.maximum.accumulate(np.where(here, columns, NONE), axis=1)


def earlier(columns: Ints) -> Ints:
    """Return the answers of the step before: what `latest` says, that step excluded."""
    first = np.full((len(columns), 1), NONE, dtype=np.int64)
    return np.concatenate([first, columns[:, :-1]], axis=1)


def at(values: Ints, columns: Ints, otherwise: int = NONE) -> Ints:
    """Return the values at the given columns, `otherwise` where the column is NONE."""
    rows: Ints = np.arange(0, values.size, values.shape[1], dtype=np.int64)[:, None]
    return np.where(columns >= 0, values.ravel().take(np.maximum(columns, 0) + rows), otherwise)


def previous_onset(melodies: Ints) -> Ints:
    """Return the last column before each step where a pitch started."""
    return earlier(latest(melodies >= FIRST_PITCH))


def previous_pitch(melodies: Ints) -> Ints:
    """Return the last event before each step that started a pitch."""
    return at(melodies, previous_onset(melodies))


def intervals(melodies: Ints, count: int) -> list[Ints]:
    """Return the last intervals up to each step where a pitch starts, in semitones, the newest first.

    Elsewhere, and where there is no such interval, stands 0.
    """
    previous = previous_onset(melodies)
    pitched = (melodies >= FIRST_PITCH) & (previous != NONE)
    found = [np.where(pitched, melodies - at(melodies, previous), 0)]
    for _ in range(count - 1):
        found.append(np.where(pitched, at(found[-1], previous), 0))
    return found


def run_length(here: Bools, among: Bools) -> Ints:
    """Return at each step of `among` for how many of those steps in a row, this one included, `here` has been true.

    Args:
        here: what is to be true.
        among: the steps that count; others neither lengthen nor break a run, and get 0.
    """
    return np.where(among & here, count_since(among, among & ~here), 0)


def count_since(here: Bools, reset: Bools) -> Ints:
    """Return how often `here` was true up to each step, this one included, after the last step of `reset`."""
    count = np.cumsum(here, axis=1)
    return count - np.maximum.accumulate(np.where(reset, count, 0), axis=1)


def distinct_pitches(melodies: Ints, window: int) -> Ints:
    """Return how many different pitches start in the `window` events up to each step; 0 before the window is full."""
    result = np.zeros_like(melodies)
    # A bit for each pitch: those of a window are the bits that any of its events has.
    for first in range(FIRST_PITCH, int(melodies.max(initial=0)) + 1, _BITS):
        number = melodies - first
        one = ((number >= 0) & (number < _BITS)).astype(np.uint64)
        bits = one << (number % _BITS).astype(np.uint64)
        heard = np.bitwise_or.reduce(_shifted(bits, window))
        result[:, window - 1 :] += np.bitwise_count(heard)
    return result


def window_code(melodies: Ints, window: int) -> Ints:
    """Return one number for the `window` (at most 8) events up to each step, equal for equal windows."""
    codes = np.full_like(melodies, NONE)
    first, *others = _shifted(melodies, window)
    for events in others:
        first = (first << 7) | events
    codes[:, window - 1 :] = first
    return codes


def stood_before(codes: Ints, gap: int) -> Bools:
    """Say at each step whether its code stood, `gap` steps or more ago, in the same melody."""
    steps = codes.shape[1]
    result = np.zeros(codes.shape, dtype=np.bool_)
    for back in range(gap, steps):
        result[:, back:] |= (codes[:, back:] == codes[:, : steps - back]) & (codes[:, back:] != NONE)
    return result


def _shifted(values: NDArray[_Any], window: int) -> list[NDArray[_Any]]:
    """Return the first, second, ... element of every window of `window` columns; no column where none is full."""
    width = max(0, values.shape[1] - window + 1)
    return [values[:, start : start + width] for start in range(window)]
