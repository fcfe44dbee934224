"""Changes to melodies for a Markov chain: small ones, ones to every turn of a loop at once, and parts drawn anew.

    N melodies    T steps

Each leaves the balance to `Proposal.log_ratio`: the log of how likely the way back is, less that of the way there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from live_composer.evaluate.objective import Floats
    from live_composer.rules.rule import Tokens

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

_PLACE, _SWAP, _SLIDE, _REDRAW, _COPY = range(5)
_LOG_HALF = float(np.log(0.5))


@dataclass(frozen=True, eq=False)
class Proposal:
    """A change to each of some melodies.

    Attributes:
        events: (N, T) the changed melodies, but for what is to be drawn.
        drawn: (N, T) the steps that the policy shall draw.
        redone: (N, T) the steps that may have been copied or drawn; none where the change is as likely as its undoing.
        copied: (N, T) what a copy writes there.
        may_copy: (N,) whether copying was an alternative to drawing.
    """

    events: Tokens
    drawn: Bools
    redone: Bools
    copied: Tokens
    may_copy: Bools

    def log_ratio(self, old: Tokens, old_log_q: Floats, new: Tokens, new_log_q: Floats) -> Floats:
        """Return the log of how likely the way back is less the log of how likely the way there was: (N,).

        Args:
            old: (N, T) the melodies before.
            old_log_q: (N, T) how likely the policy held each event of them.
            new: (N, T) the melodies after, what was to be drawn included.
            new_log_q: (N, T) the same of them.
        """
        ratio = self._log_chance(old, old_log_q) - self._log_chance(new, new_log_q)
        return np.where(self.redone.any(axis=1), ratio, 0.0)

    def _log_chance(self, events: Tokens, log_q: Floats) -> Floats:
        """Return how likely the redone steps become what they are in `events`: drawn, or copied half of the time."""
        drawn = np.where(self.redone, log_q, 0.0).sum(axis=1)
        as_copied = ((events == self.copied) | ~self.redone).all(axis=1)
        copied = np.where(as_copied, _LOG_HALF, -np.inf)
        return np.where(self.may_copy, np.logaddexp(drawn + _LOG_HALF, copied), drawn)


def propose(events: Tokens, size: int, chance: np.random.Generator) -> Proposal:
    """Propose a change to each melody.

    Args:
        events: (N, T).
        size: of the vocabulary.
        chance: of everything random.
    """
    count, steps = events.shape
    kind = _below(_COPY + 1, count, chance)
    lags = lags_of(steps)
    # Melodies that repeat themselves repeat after `lag` steps; the whole melody as one turn is the plain case.
    lag: Ints = lags[_below(len(lags), count, chance)]
    moved = _moved(events, size, kind, lag, chance)
    begin = _below(steps, count, chance)
    to_the_end = _coin(count, chance)
    end = np.where(to_the_end, steps, begin + 1 + _below(steps - begin, count, chance))
    may_copy = (kind == _COPY) & (lag <= begin)
    span = np.arange(steps, dtype=np.int64)
    redone = np.isin(kind, (_REDRAW, _COPY))[:, None] & (span >= begin[:, None]) & (span < end[:, None])
    copied = _copied(events, redone, lag)
    copies = may_copy & _coin(count, chance)
    moved = np.where((redone & copies[:, None]), copied, moved)
    return Proposal(moved, redone & ~copies[:, None], redone, copied, may_copy)


def lags_of(steps: int) -> Ints:
    """Return after how many steps a melody may repeat itself: powers of two, half bars most often, and not at all."""
    lags = [lag for lag in (2, 4, 8, 8, 8, 16) if 2 * lag <= steps]
    return np.array([*lags, steps, steps], dtype=np.int64)


def _moved(events: Tokens, size: int, kind: Ints, lag: Ints, chance: np.random.Generator) -> Tokens:
    """Change one place, swap two, or slide some, in several turns of the loop at once; each undoes itself as likely."""
    count, steps = events.shape
    span = np.arange(steps, dtype=np.int64)
    place, turn = span % lag[:, None], span // lag[:, None]
    turns = steps // lag
    first = _below(turns, count, chance)
    last = first + _below(turns - first, count, chance)
    # Half of the time every turn is changed, so that a loop stays one.
    every = _coin(count, chance)
    first, last = np.where(every, 0, first), np.where(every, turns - 1, last)
    inside = (turn >= first[:, None]) & (turn <= last[:, None])
    one, other = _below(lag, count, chance), _below(lag, count, chance)
    by = 1 + _below(size - 1, count, chance)
    changed = np.where(inside & (place == one[:, None]), (events + by[:, None]) % size, events)
    low, high = np.minimum(one, other)[:, None], np.maximum(one, other)[:, None]
    way = np.where(_coin(count, chance), 1, -1)[:, None]
    slid = np.where((place >= low) & (place <= high), low + (place - low + way) % (high - low + 1), place)
    swapped = np.where(place == low, high, np.where(place == high, low, place))
    goes = np.where((kind == _SLIDE)[:, None], slid, swapped)
    source = np.where(inside, turn * lag[:, None] + goes, span)
    moved = np.where((kind == _PLACE)[:, None], changed, np.take_along_axis(events, source, axis=1))
    return np.where(np.isin(kind, (_REDRAW, _COPY))[:, None], events, moved)


def _copied(events: Tokens, redone: Bools, lag: Ints) -> Tokens:
    """Write into each redone step, one after the other, what stands `lag` steps before it."""
    copied = events.copy()
    rows = np.arange(len(events), dtype=np.int64)
    for step in range(1, events.shape[1]):
        earlier = copied[rows, np.maximum(step - lag, 0)]
        copied[:, step] = np.where(redone[:, step] & (lag <= step), earlier, copied[:, step])
    return copied


def _coin(count: int, chance: np.random.Generator) -> Bools:
    return chance.random(count) < 0.5  # noqa: PLR2004 - as often as not


def _below(limit: Ints | int, count: int, chance: np.random.Generator) -> Ints:
    """Return `count` whole numbers from 0 to below the limit, or each below its own."""
    return (chance.random(count) * limit).astype(np.int64)
