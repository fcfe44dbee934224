"""Candidates: many continuations of one melody, drawn, weighed and resampled together (sequential Monte Carlo).

    N candidates    A those of them that differ    V events

Candidates that have been alike so far are held, and computed, once, with the number of their copies. Copies draw their
next events with evenly spaced random numbers, so that they part as evenly as the odds allow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from live_composer.music.melody import sounding_after
from live_composer.music.vocabulary import START
from live_composer.policy import sampling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from live_composer.rules.arrays import Ints
    from live_composer.rules.rule import Tokens

_FEWEST = 0.5
"""The share of candidates that must count (Kish's effective sample size), or they are resampled."""


class Candidates:
    """Continuations of one melody.

    Attributes:
        count: how many there are, N.
        copies: (A,) how many candidates are alike.
        log_weights: (A,) how much each of them counts.
        sounding: (A,) whether a note sounds after each.
    """

    def __init__(self, before: Sequence[int], horizon: int, count: int) -> None:
        """Begin with `count` copies of the melody so far, that may grow by `horizon` events."""
        self.count, self._known = count, len(before)
        self._begin = len(before)
        self._melodies = np.empty((1, len(before) + horizon), dtype=np.int64)
        self._melodies[0, : len(before)] = before
        self.copies = np.array([count])
        self.log_weights = np.zeros(1)
        self.sounding = np.array([sounding_after(np.asarray(before, dtype=np.int8))])

    def __len__(self) -> int:
        return len(self.copies)

    @property
    def melodies(self) -> Tokens:
        """(A, steps so far): the melody before, and each continuation."""
        return self._melodies[:, : self._known]

    @property
    def drawn(self) -> Tokens:
        """(A, steps so far): the continuations alone."""
        return self._melodies[:, self._begin : self._known]

    @property
    def last(self) -> Ints:
        """(A,): the last event of each, START where there is none."""
        if not self._known:
            return np.full(len(self), START)
        return self._melodies[:, self._known - 1]

    @property
    def shares(self) -> NDArray[np.float64]:
        """(A,): how much of all weight each has, its copies together; the sum is 1."""
        weights = self.copies * np.exp(self.log_weights - self.log_weights.max())
        return weights / weights.sum()

    def draw(self, log_q: NDArray[np.float64], log_p: NDArray[np.float64], chance: np.random.Generator) -> Ints:
        """Draw the next event of every candidate.

        Args:
            log_q: (A, V) what is drawn from.
            log_p: (A, V) what should be: the candidates are weighed by the ratio.
            chance: of the step.

        Returns:
            For each of those that differ now, which one it went on from.
        """
        parents = np.repeat(np.arange(len(self)), self.copies)
        first = np.cumsum(self.copies) - self.copies
        rank = np.arange(self.count) - first[parents]
        uniform = (rank + chance.random(self.count)[parents]) / self.copies[parents]
        events = sampling.draw(log_q[parents], uniform)
        differs = np.ones(self.count, dtype=np.bool_)
        differs[1:] = (np.diff(parents) != 0) | (np.diff(events) != 0)
        at = np.flatnonzero(differs)
        parents, events = parents[at], events[at]
        self._keep(parents, np.diff(at, append=self.count))
        self._append(events)
        self.log_weights += log_p[parents, events] - log_q[parents, events]
        return parents

    def extend(self, events: NDArray[np.integer[Any]], gains: NDArray[np.float64]) -> Ints:
        """Let all go on with several events each, that were drawn elsewhere as `draw` draws them.

        Args:
            events: (N, steps) those of each candidate, in order: copies of one stand side by side.
            gains: (N,) what was added to the log weight of each.

        Returns:
            For each of those that differ now, which of all candidates is the first of its copies.
        """
        parents = np.repeat(np.arange(len(self)), self.copies)
        differs = np.ones(self.count, dtype=np.bool_)
        differs[1:] = (np.diff(parents) != 0) | (np.diff(events, axis=0) != 0).any(axis=1)
        at = np.flatnonzero(differs)
        self._keep(parents[at], np.diff(at, append=self.count))
        for each in events[at].T:
            self._append(each)
        self.log_weights += gains[at]
        return at

    def go_on(self, event: int) -> None:
        """Let all go on with one event."""
        self._append(np.full(len(self), event))

    def resample(self, chance: np.random.Generator) -> Ints:
        """Give up poor candidates for copies of good ones, once half of all would count for nothing.

        Returns:
            Which ones were kept.
        """
        weights = np.exp(self.log_weights - self.log_weights.max())
        total = self.copies @ weights
        if total**2 >= _FEWEST * self.count * (self.copies @ weights**2):
            return np.arange(len(self))
        points = (np.arange(self.count) + chance.random()) / self.count
        chosen = np.searchsorted(np.cumsum(self.shares)[:-1], points, side="right")
        copies = np.bincount(chosen, minlength=len(self))
        kept = np.flatnonzero(copies)
        self._keep(kept, copies[kept])
        self.log_weights[:] = 0.0
        return kept

    def choose(self, chance: np.random.Generator) -> int:
        """Choose one by its weight."""
        return int(np.searchsorted(np.cumsum(self.shares)[:-1], chance.random(), side="right"))

    def _append(self, events: Ints) -> None:
        self._melodies[:, self._known] = events
        self._known += 1
        self.sounding = sampling.now_sounding(self.sounding, events)

    def _keep(self, kept: Ints, copies: Ints) -> None:
        self._melodies = self._melodies[kept]
        self.log_weights, self.sounding, self.copies = self.log_weights[kept], self.sounding[kept], copies
