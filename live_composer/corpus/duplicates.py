"""Tunes that are the same, or nearly: told by the turns of melody that they share.

A turn is a run of seven notes, known by its six intervals, so that neither key nor rhythm matters. Melodies are alike
when two fifths of the turns of the one with fewer are in the other, and the same when nine tenths of the turns of the
one with more are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from live_composer.music.melody import Events

    Ints = NDArray[np.int64]

_INTERVALS = 6
_ALIKE, _SAME = 0.4, 0.9
_FEWEST = 8
"""So many turns must be shared in any case: songs on one note have next to none, and share them by chance."""

_COMMONPLACE = 100
"""A turn that more melodies than this have (a scale, an arpeggio) says nothing about any two of them."""

_BASE = 256


@dataclass(frozen=True, slots=True)
class Kinship:
    """Which melodies are repeated, and which belong together.

    Attributes:
        repeated: (melodies,) whether one before it is the same.
        cluster: (melodies,) the number of the first melody that it is alike to, over as many steps as it takes.
    """

    repeated: NDArray[np.bool_]
    cluster: Ints


def kinship(melodies: Sequence[Events], tunes: Sequence[int]) -> Kinship:
    """Find out which melodies are repeated and which are versions of one tune.

    Args:
        melodies: all of them.
        tunes: the number of the tune that each was found in; melodies of one tune belong together.
    """
    pairs, of_fewer, of_more = resemblances(melodies)
    cluster = list(range(len(melodies)))

    def root(index: int) -> int:
        while cluster[index] != index:
            cluster[index] = cluster[cluster[index]]
            index = cluster[index]
        return index

    def join(one: int, other: int) -> None:
        first, second = sorted((root(one), root(other)))
        cluster[second] = first

    known: dict[int, int] = {}
    for index, tune in enumerate(tunes):
        join(index, known.setdefault(tune, index))
    for one, other in pairs[of_fewer >= _ALIKE].tolist():
        join(one, other)
    repeated = np.zeros(len(melodies), dtype=np.bool_)
    seen: dict[bytes, int] = {}
    for index, events in enumerate(melodies):
        first = seen.setdefault(events.tobytes(), index)
        join(index, first)
        repeated[index] = first != index
    for one, other in sorted(pairs[of_more >= _SAME].tolist(), key=lambda pair: (pair[1], pair[0])):
        repeated[other] |= not repeated[one]
    return Kinship(repeated, np.array([root(index) for index in range(len(melodies))], dtype=np.int64))


def turns(events: Events) -> Ints:
    """Return the distinct turns of a melody as numbers, in order."""
    pitches = events[events >= FIRST_PITCH].astype(np.int64)
    intervals = np.diff(pitches) + _BASE // 2
    if len(intervals) < _INTERVALS:
        return np.empty(0, dtype=np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(intervals, _INTERVALS)
    return np.unique(windows @ _BASE ** np.arange(_INTERVALS))


def resemblances(melodies: Sequence[Events]) -> tuple[Ints, NDArray[np.float64], NDArray[np.float64]]:
    """Find the pairs of melodies that share at least so many turns.

    Returns:
        pairs (n, 2) with the lower number first, in order; for each, the shared turns as a share of the turns of the
        melody with fewer, and of the one with more.
    """
    found = [turns(events) for events in melodies]
    counts = np.array([len(each) for each in found], dtype=np.int64)
    owners = np.repeat(np.arange(len(found)), counts)
    order = np.argsort(np.concatenate([np.empty(0, np.int64), *found]), kind="stable")
    turn, owner = np.concatenate([np.empty(0, np.int64), *found])[order], owners[order]
    starts = np.flatnonzero(np.append(True, turn[1:] != turn[:-1])) if len(turn) else np.empty(0, np.int64)
    sizes = np.diff(np.append(starts, len(turn)))
    keys: list[Ints] = [np.empty(0, np.int64)]
    # All turns that k melodies share give their pairs at once, as columns of a (turns, k) table.
    for size in np.unique(sizes[(sizes > 1) & (sizes <= _COMMONPLACE)]).tolist():
        table = owner[starts[sizes == size][:, None] + np.arange(size)]
        first, second = np.triu_indices(size, 1)
        keys.append((table[:, first] * len(found) + table[:, second]).reshape(-1))
    codes, shared = np.unique(np.concatenate(keys), return_counts=True)
    codes, shared = codes[shared >= _FEWEST], shared[shared >= _FEWEST]
    pairs = np.stack([codes // len(found), codes % len(found)], axis=1) if found else codes.reshape(0, 2)
    both = counts[pairs]
    return pairs, shared / np.maximum(both.min(axis=1), 1), shared / np.maximum(both.max(axis=1), 1)
