"""What batch rules are made of: questions about many melodies at once, answered for every step.

All take events (melodies, steps) and look only backwards, so that a rule built of them is causal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from live_composer.music.vocabulary import FIRST_PITCH

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NONE = -1


def previous_pitch(melodies: Ints) -> Ints:
    """Return the last event before each step that starts a pitch, NONE (-1) where there was none."""
    index = np.where(melodies >= FIRST_PITCH, np.arange(melodies.shape[1]), NONE)
    last = np.maximum.accumulate(index, axis=1)
    before = np.concatenate([np.full((len(melodies), 1), NONE), last[:, :-1]], axis=1)
    found = np.take_along_axis(melodies, np.maximum(before, 0), axis=1)
    return np.where(before >= 0, found, NONE)


def last_seen(melodies: Ints) -> Ints:
    """Return the latest earlier step with the same event, NONE (-1) where there is none."""
    count, steps = melodies.shape
    seen = np.full((count, int(melodies.max(initial=0)) + 1), NONE)
    result = np.empty_like(melodies)
    rows = np.arange(count)
    for step in range(steps):
        events = melodies[:, step]
        result[:, step] = seen[rows, events]
        seen[rows, events] = step
    return result


def distinct_pitches(melodies: Ints, window: int) -> Ints:
    """Return how many different pitches start in the `window` events up to each step; 0 before the window is full."""
    count, steps = melodies.shape
    result = np.zeros((count, steps), dtype=np.int64)
    if steps < window:
        return result
    pitched = melodies >= FIRST_PITCH
    seen = last_seen(melodies)
    for back in range(window):
        # The event `back` steps before the window's end counts when its pitch did not come earlier in the window.
        at = slice(window - 1 - back, steps - back)
        begin = np.arange(steps - window + 1)
        result[:, window - 1 :] += pitched[:, at] & (seen[:, at] < begin)
    return result


def window_code(melodies: Ints, window: int) -> Ints:
    """Return one number for the `window` events up to each step, equal for equal windows; NONE before it is full."""
    count, steps = melodies.shape
    codes = np.full((count, steps), NONE, dtype=np.int64)
    if steps < window:
        return codes
    full = np.zeros((count, steps - window + 1), dtype=np.int64)
    for start in range(window):
        full = (full << 7) | melodies[:, start : steps - window + 1 + start]
    codes[:, window - 1 :] = full
    return codes


def stood_before(codes: Ints, gap: int) -> Bools:
    """Say at each step whether its code stood, `gap` steps or more ago, in the same melody."""
    steps = codes.shape[1]
    result = np.zeros(codes.shape, dtype=np.bool_)
    for back in range(gap, steps):
        result[:, back:] |= (codes[:, back:] == codes[:, : steps - back]) & (codes[:, back:] != NONE)
    return result
