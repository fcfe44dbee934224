"""A line that goes somewhere: neither to and fro between two pitches, nor one way for ever."""

from __future__ import annotations

from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import intervals, run_length

if TYPE_CHECKING:
    from collections.abc import Iterable

_EACH, _MOST_COST = -0.2, -1.0


@note_rule
def house_motion(note: Note, *, swings: int = 2, line: int = 7) -> float:
    """Do not swing to and fro between two pitches for long, nor go on up or down for ever.

    What the paper's rule of autocorrelation is after, asked of the line itself: that it neither keeps returning to the
    note before the last, nor always goes on. Both are rare in the corpus beyond these measures.

    Args:
        note: the note to judge.
        swings: how often in a row the note before the last may come back; more costs .2 each.
        line: how many intervals in a row may go the same way; more costs .2 each.
    """
    up_to_now = note.intervals[::-1]
    swung = _first(now + last != 0 or now == 0 for now, last in pairwise(up_to_now))
    went = _first(interval * note.interval <= 0 for interval in up_to_now)
    return max(_EACH * (max(0, swung - swings) + max(0, went - line)), _MOST_COST)


@house_motion.batch(notes=lambda swings, line: max(swings, line) + 7)
def house_motion(melodies: Tokens, context: Context, *, swings: int = 2, line: int = 7) -> Rewards:
    del context
    pitched = melodies >= FIRST_PITCH
    now, last = intervals(melodies, 2)
    swung = run_length((now + last == 0) & (now != 0), pitched)
    # A line has one interval more than it has intervals that go the way of the last.
    went = run_length(now * last > 0, pitched) + (now != 0)
    excess = np.maximum(0, swung - swings) + np.maximum(0, went - line)
    return np.maximum(_EACH * excess, _MOST_COST)


def _first(broken: Iterable[bool]) -> int:
    """Return how many come before the first that is true."""
    return len(list(takewhile(lambda is_broken: not is_broken, broken)))
