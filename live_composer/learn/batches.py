"""Melodies as batches to learn from: some melodies of about the same length side by side, read window by window.

    T steps of a window    B melodies of a batch

The state is carried from window to window of a batch, so a network learns over whole melodies while the gradient looks
one window back. The order depends on the seed and the epoch alone: a run can go on anywhere without having kept it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from live_composer.music.metre import place
from live_composer.music.vocabulary import START

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from live_composer.music.melody import Melody
    from live_composer.music.metre import Metre

_POOL = 32
"""Batches whose melodies are sorted by length together: enough that little is padded, few enough to mix well."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Melodies side by side, padded to the longest.

    Attributes:
        heard: (steps, B) the event before each step, START before the first.
        events: (steps, B) the event at each step.
        places: (steps, B) the place in the bar of each step.
        scored: (steps, B) False for padding, and for the first steps where those do not count.
    """

    heard: NDArray[np.int64]
    events: NDArray[np.int64]
    places: NDArray[np.int64]
    scored: NDArray[np.bool_]

    def windows(self, length: int) -> Iterator[Batch]:
        """Cut the batch into as few windows as can be of at most `length` steps, all about as long."""
        steps = len(self.events)
        count = -(-steps // length)
        for index in range(count):
            part = slice(index * steps // count, (index + 1) * steps // count)
            yield Batch(self.heard[part], self.events[part], self.places[part], self.scored[part])


def batch_of(melodies: Sequence[Melody], width: int, unscored: int = 0) -> Batch:
    """Lay melodies side by side.

    Args:
        melodies: at most `width`; columns that are left over stay empty.
        width: B.
        unscored: how many steps at the start of each melody do not count.
    """
    steps = max(len(melody) for melody in melodies)
    heard = np.full((steps, width), START, dtype=np.int64)
    events = np.zeros((steps, width), dtype=np.int64)
    places = np.zeros((steps, width), dtype=np.int64)
    scored = np.zeros((steps, width), dtype=np.bool_)
    for column, melody in enumerate(melodies):
        end = len(melody)
        heard[1:end, column] = melody.events[:-1]
        events[:end, column] = melody.events
        places[:end, column] = _places(melody.metre, end)
        scored[unscored:end, column] = True
    return Batch(heard, events, places, scored)


def epoch(melodies: Sequence[Melody], width: int, seed: int, number: int, unscored: int = 0) -> Iterator[Batch]:
    """Give every melody once, in batches of `width`, in an order of this epoch's own."""
    rng = np.random.default_rng([seed, number])
    order: list[int] = rng.permutation(len(melodies)).tolist()
    size = width * _POOL
    pools = [order[start : start + size] for start in range(0, len(order), size)]
    by_length = [sorted(pool, key=lambda index: len(melodies[index])) for pool in pools]
    groups = [pool[start : start + width] for pool in by_length for start in range(0, len(pool), width)]
    mixed: list[int] = rng.permutation(len(groups)).tolist()
    for index in mixed:
        yield batch_of([melodies[chosen] for chosen in groups[index]], width, unscored)


def in_order(melodies: Sequence[Melody], width: int) -> Iterator[Batch]:
    """Give every melody once, from the shortest to the longest: for measuring."""
    ordered = sorted(melodies, key=len)
    for start in range(0, len(ordered), width):
        yield batch_of(ordered[start : start + width], width)


@functools.cache
def _places(metre: Metre, steps: int) -> NDArray[np.int64]:
    return np.array([place(metre, step) for step in range(steps)], dtype=np.int64)
