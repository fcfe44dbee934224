"""Baselines that count: n-grams with interpolated, modified Kneser-Ney smoothing (Chen and Goodman 1999).

N steps    C contexts seen    V events
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from live_composer.learn.scores import Scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from live_composer.music.melody import Melody

    Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """What follows each context of one length.

    Attributes:
        contexts: (C,) in ascending order.
        discounted: (C, V) the counts less their discounts, as shares of the context's total.
        left: (C,) the share that the discounts left for the shorter context's opinion.
    """

    contexts: Numbers
    discounted: NDArray[np.float32]
    left: NDArray[np.float32]


class Ngrams:
    """An n-gram model of melodies.

    Args:
        melodies: what to count.
        order: events of an n-gram, the one foretold among them; 1 is the unigram.
    """

    def __init__(self, melodies: Sequence[Melody], order: int) -> None:
        self.order = order
        self._size = melodies[0].vocabulary.size
        # One number more than there are events stands for "before the beginning".
        self._base = self._size + 1
        if order < 1 or self._base**order >= 1 << 63:
            raise ValueError(f"n-grams of {order} events do not fit in numbers of 64 bits")
        self._tables = self._count(melodies)

    def log_probabilities(self, melody: Melody) -> NDArray[np.float64]:
        """Return (N, V): the log probability of every event at each step of a melody."""
        p = np.full((len(melody), self._size), 1.0 / self._size)
        for length, table in enumerate(self._tables):
            contexts = self._contexts(melody, length)
            row = np.searchsorted(table.contexts, contexts).clip(max=len(table.contexts) - 1)
            seen = table.contexts[row] == contexts
            row = row[seen]
            p[seen] = table.discounted[row] + table.left[row, None] * p[seen]
        return np.log(p)

    def scores(self, melodies: Sequence[Melody]) -> Scores:
        """Foretell every step of some melodies."""
        scores = Scores()
        for melody in melodies:
            scores.add(self.log_probabilities(melody), melody.events)
        return scores

    def _contexts(self, melody: Melody, length: int) -> Numbers:
        """Return (N,) the `length` events before each step, read as digits of one number."""
        padded = np.concatenate([np.full(length, self._size), melody.events]).astype(np.int64)
        codes = np.zeros(len(melody), dtype=np.int64)
        for back in range(length):
            codes = codes * self._base + padded[back : back + len(melody)]
        return codes

    def _count(self, melodies: Sequence[Melody]) -> list[_Table]:
        events = np.concatenate([melody.events for melody in melodies]).astype(np.int64)
        tables: list[_Table] = []
        longer: Numbers | None = None
        for length in range(self.order - 1, -1, -1):
            contexts = np.concatenate([self._contexts(melody, length) for melody in melodies])
            grams = contexts * self._base + events
            if longer is None:
                kinds, counts = np.unique(grams, return_counts=True)
            else:
                # A shorter context counts in how many longer ones an event was seen, not how often: what matters is
                # where the event can come when the longer context is new.
                kinds, counts = np.unique(longer % self._base ** (length + 1), return_counts=True)
            tables.append(self._table(kinds, counts))
            longer = np.unique(grams)
        return tables[::-1]

    def _table(self, grams: Numbers, counts: Numbers) -> _Table:
        contexts, row = np.unique(grams // self._base, return_inverse=True)
        discounts = _discounts(counts)[np.minimum(counts, 3)]
        shape = (len(contexts), self._size)
        table, removed = np.zeros(shape), np.zeros(len(contexts))
        table[row, grams % self._base] = counts - discounts
        np.add.at(removed, row, discounts)
        total = table.sum(axis=1) + removed
        return _Table(contexts, (table / total[:, None]).astype(np.float32), (removed / total).astype(np.float32))


def _discounts(counts: Numbers) -> NDArray[np.float64]:
    """Return what to take from a count of 0, 1, 2, and 3 or more (Chen and Goodman's equation 26)."""
    n1, n2, n3, n4 = (max(int((counts == times).sum()), 1) for times in (1, 2, 3, 4))
    y = n1 / (n1 + 2 * n2)
    found = np.array([0.0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3])
    # Few melodies make odd counts of counts. Something is always left for the unseen, and something for the seen.
    return found.clip([0.0, 0.1, 0.1, 0.1], [0.0, 0.9, 1.8, 2.7])
