"""Table 1 of the paper (Jaques et al. 2016, section 4), row by row, with a sane row beside each odd one.

The paper divides by all steps, holds and rests included, and calls them notes: so a share of "notes" falls when notes
are held longer. Rows marked `as_paper` are exactly its own; those after each say what else is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from live_composer.measures.estimates import Estimate, Tally
from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules.arrays import intervals

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from live_composer.measures.heard import Heard
    from live_composer.rules.arrays import Bools, Floats, Ints

    Counted = tuple[NDArray[np.generic], NDArray[np.generic] | float]
    """Numerator and denominator of each melody."""

Better = Literal["0", "low", "high", ""]
Unit = Literal["share", "number"]

_MOTIF = 8
LEAP = 7


@dataclass(frozen=True)
class Row:
    """One row of a table of figures.

    Attributes:
        key: its name in JSON.
        title: its name on a page.
        unit: a share is shown in per cent.
        better: what is wanted: near 0, low, high, or nothing in particular.
        count: numerator and denominator of each melody.
        as_paper: whether the paper's Table 1 has it.
    """

    key: str
    title: str
    unit: Unit
    better: Better
    count: Callable[[Heard], Counted]
    as_paper: bool = False

    def tally(self, heard: Heard) -> Tally:
        """Count a batch of melodies."""
        return Tally.of(*self.count(heard))

    def estimate(self, tally: Tally) -> Estimate:
        """Return the figure that a tally amounts to."""
        return tally.share() if self.unit == "share" else tally.mean()


def tallies(rows: tuple[Row, ...], heard: Heard) -> dict[str, Tally]:
    """Count a batch of melodies for every row."""
    return {row.key: row.tally(heard) for row in rows}


def estimates(rows: tuple[Row, ...], counted: Mapping[str, Tally]) -> dict[str, Estimate]:
    """Return every row's figure."""
    return {row.key: row.estimate(counted[row.key]) for row in rows}


# Notes.


def all_steps(which: Callable[[Heard], Bools]) -> Callable[[Heard], Counted]:
    """Count the steps where something holds, of all steps: what the paper calls notes."""
    return lambda heard: (which(heard).sum(axis=1), float(heard.steps))


def notes(which: Callable[[Heard], Bools]) -> Callable[[Heard], Counted]:
    """Count the starts of notes where something holds, of all that start."""
    return lambda heard: ((which(heard) & heard.starts).sum(axis=1), heard.starts.sum(axis=1))


def _later_steps(which: Callable[[Heard], Bools], first: int) -> Callable[[Heard], Counted]:
    """Count the steps where something holds, of those at which it can."""
    return lambda heard: (which(heard).sum(axis=1), float(max(0, heard.steps - first)))


def _repeated(heard: Heard) -> Bools:
    return heard.said["repeat"] < 0


def _out_of_key(heard: Heard) -> Bools:
    return heard.said["key"] < 0


def _in_motif(heard: Heard) -> Bools:
    return heard.said["motif"] > 0


def _in_repeated_motif(heard: Heard) -> Bools:
    return heard.said["repeated_motif"] > 0


# Melodies.


def autocorrelation(events: Ints, lag: int) -> Floats:
    """Return the autocorrelation of event numbers, (melodies,); NaN where all are equal, or there are too few."""
    away = events - events.mean(axis=1, keepdims=True)
    variance = (away * away).sum(axis=1)
    products = (away[:, lag:] * away[:, :-lag]).sum(axis=1)
    # The plain loops of numpy warn of 0 / 0 where a melody is one event throughout.
    return np.divide(products, variance, out=np.full(len(events), np.nan), where=variance > 0)


def _coefficient(lag: int, *, size: bool) -> Callable[[Heard], Counted]:
    def count(heard: Heard) -> Counted:
        coefficients = autocorrelation(heard.events, lag)
        there = ~np.isnan(coefficients)
        return np.where(there, abs(coefficients) if size else coefficients, 0.0), there

    return count


def _starts_on_tonic(heard: Heard) -> Counted:
    return heard.said["tonic"][:, 0] > 0, 1.0


def _first_note_is_tonic(heard: Heard) -> Counted:
    first = heard.events[np.arange(len(heard.starts)), heard.starts.argmax(axis=1)]
    pitches = first - FIRST_PITCH + heard.context.vocabulary.lowest
    some = heard.starts.sum(axis=1) > 0
    return np.where(some, pitches % 12 == heard.context.key.tonic, 0), some


def _highest_once(heard: Heard) -> Counted:
    highest = heard.events.max(axis=1, keepdims=True)
    return np.where(highest[:, 0] >= FIRST_PITCH, (heard.events == highest).sum(axis=1) == 1, 0), 1.0


def _lowest_once(heard: Heard) -> Counted:
    pitched = np.where(heard.starts, heard.events, np.iinfo(np.int64).max)
    once = (pitched == pitched.min(axis=1, keepdims=True)).sum(axis=1) == 1
    return np.where(heard.starts.any(axis=1), once, 0), 1.0


# Leaps.


def _leaps_resolved(heard: Heard) -> Counted:
    said = heard.said["leaps"]
    return (said > 0).sum(axis=1), (said != 0).sum(axis=1)


def _leaps_answered(heard: Heard) -> Counted:
    """Of leaps with a note after them, those whose next note turns back."""
    interval, earlier = intervals(heard.events, 2)
    leap = abs(earlier) >= LEAP
    return (leap & (interval * earlier < 0)).sum(axis=1), leap.sum(axis=1)


def _share(key: str, title: str, better: Better, count: Callable[[Heard], Counted], *, as_paper: bool = False) -> Row:
    return Row(key, title, "share", better, count, as_paper)


TABLE: tuple[Row, ...] = (
    _share("repeated", "notes excessively repeated", "0", all_steps(_repeated), as_paper=True),
    _share("repeated_notes", "of the notes that start", "0", notes(_repeated)),
    *(
        row
        for lag in (1, 2, 3)
        for row in (
            Row(
                f"autocorrelation_{lag}",
                f"mean autocorrelation, lag {lag}",
                "number",
                "0",
                _coefficient(lag, size=False),
                as_paper=True,
            ),
            Row(f"autocorrelation_{lag}_size", "mean of its size", "number", "0", _coefficient(lag, size=True)),
        )
    ),
    _share("out_of_key", "notes not in key", "0", all_steps(_out_of_key), as_paper=True),
    _share("out_of_key_notes", "of the notes that start", "0", notes(_out_of_key)),
    _share("tonic_start", "compositions starting with the tonic", "high", _starts_on_tonic, as_paper=True),
    _share("tonic_first_note", "whose first note is a tonic, in any octave", "high", _first_note_is_tonic),
    _share("leaps_resolved", "leaps resolved", "high", _leaps_resolved, as_paper=True),
    _share("leaps_answered", "leaps whose next note turns back", "high", _leaps_answered),
    _share("highest_once", "unique highest note", "high", _highest_once, as_paper=True),
    _share("lowest_once", "unique lowest note", "high", _lowest_once, as_paper=True),
    _share("motif", "notes in a motif", "high", all_steps(_in_motif), as_paper=True),
    _share("motif_possible", "of the steps that can be", "high", _later_steps(_in_motif, _MOTIF - 1)),
    _share("repeated_motif", "notes in a repeated motif", "high", all_steps(_in_repeated_motif), as_paper=True),
    _share(
        "repeated_motif_possible", "of the steps that can be", "high", _later_steps(_in_repeated_motif, 2 * _MOTIF - 1)
    ),
)
"""The paper's eleven rows, each with what it ought to count where that is something else."""
