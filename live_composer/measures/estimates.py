"""Estimates with 95 % confidence intervals, from sums over melodies that are added up batch by batch.

The steps of a melody depend on one another, melodies do not: so the melody is the unit, and a share of steps or notes
is a ratio of two sums over melodies.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_Z = 1.959964
"""Standard deviations on either side of the mean that hold 95 % of a normal distribution."""


class Estimate(msgspec.Struct, frozen=True):
    """A figure with the interval that holds the true one in 95 of 100 samples.

    Attributes:
        value: the figure, None where nothing was there to be counted.
        low: the lower end, None where no interval is known.
        high: the upper end.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


class Tally(msgspec.Struct, frozen=True):
    """Sums over melodies of a numerator, a denominator, and their products; tallies are added with `+`.

    Attributes:
        melodies: how many had a denominator above 0.
        top: the sum of numerators.
        bottom: the sum of denominators.
        top_top: the sum of squared numerators.
        top_bottom: the sum of products of the two.
        bottom_bottom: the sum of squared denominators.
    """

    melodies: int = 0
    top: float = 0.0
    bottom: float = 0.0
    top_top: float = 0.0
    top_bottom: float = 0.0
    bottom_bottom: float = 0.0

    @classmethod
    def of(cls, top: NDArray[Any], bottom: NDArray[Any] | float = 1.0) -> Tally:
        """Count some melodies: numerator and denominator of each, (melodies,)."""
        a, b = np.broadcast_arrays(np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64))
        there = b > 0
        a, b = a[there], b[there]
        return cls(len(a), *(float(term.sum()) for term in (a, b, a * a, a * b, b * b)))

    def __add__(self, other: Tally) -> Tally:
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)
        return Tally(*(mine + theirs for mine, theirs in pairs))

    def mean(self) -> Estimate:
        """Return the ratio of the sums with the interval of the central limit theorem."""
        if not self.melodies:
            return Estimate(None)
        value = self.top / self.bottom
        if self.melodies == 1:
            return Estimate(value)
        half = _Z * math.sqrt(self._variance(value))
        return Estimate(value, value - half, value + half)

    def share(self) -> Estimate:
        """Return the ratio of the sums, from 0 to 1, with Wilson's interval.

        It is the binomial one for a share of melodies. For a share of steps it counts as many independent ones as would
        vary as much; where none or all were met, as many as there are melodies.
        """
        if not self.melodies:
            return Estimate(None)
        p = min(1.0, max(0.0, self.top / self.bottom))
        variance = self._variance(p) if self.melodies > 1 else 0.0
        if variance <= 0 and 0 < p < 1:
            return Estimate(p, p, p)
        n = p * (1 - p) / variance if variance > 0 else self.melodies
        centre = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n * n))
        return Estimate(p, max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half)))

    def _variance(self, ratio: float) -> float:
        """Return the variance of the ratio, by linearisation (the delta method)."""
        squares = self.top_top - 2 * ratio * self.top_bottom + ratio * ratio * self.bottom_bottom
        # Rounding alone is no variance.
        if squares <= 1e-12 * self.top_top:
            return 0.0
        return squares / self.bottom**2 * self.melodies / (self.melodies - 1)
