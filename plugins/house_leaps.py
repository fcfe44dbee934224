"""A leap borrows; turning back into the gap by small steps repays."""

from __future__ import annotations

import numpy as np

from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import intervals

_SMALL = 4
_BORROWED = -0.3
_TURNED, _FILLED = 0.2, 0.1
_ONWARD_LEAP, _ONWARD = -0.5, -0.1


@note_rule
def house_leaps(note: Note, *, leap: int = 6) -> float:
    """After a leap turn back, and fill the gap by steps and thirds; do not leap on the same way.

    Teachers ask for it (Fux 1725), and melodies do it: the gap-fill of Meyer (1973), the reversal of Narmour (1990).
    Von Hippel and Huron (2000) hold that their narrow range alone explains it; it sounds well either way. A leap costs
    .3, turning back by a third or less returns .2, going on by as little returns the rest: a filled leap is free, and
    no leap earns.

    Args:
        note: the note to judge.
        leap: the smallest interval, in semitones, that is a leap.
    """
    now, last, before = [0, 0, 0, *note.intervals][:-4:-1]
    if abs(now) >= leap:
        return _BORROWED + (_ONWARD_LEAP if abs(last) >= leap and now * last > 0 else 0.0)
    if abs(last) >= leap:
        turned = now * last < 0 and abs(now) <= _SMALL
        return _TURNED if turned else _ONWARD if now * last > 0 else 0.0
    filled = abs(before) >= leap and last * before < 0 and now * last > 0
    return _FILLED if filled and max(abs(last), abs(now)) <= _SMALL else 0.0


@house_leaps.batch
def house_leaps(melodies: Tokens, context: Context, *, leap: int = 6) -> Rewards:
    del context
    now, last, before = intervals(melodies, 3)
    small, last_small = np.abs(now) <= _SMALL, np.abs(last) <= _SMALL
    leaps, leapt, leapt_before = (np.abs(interval) >= leap for interval in (now, last, before))
    onward, back = now * last > 0, now * last < 0
    return np.select(
        [leaps & leapt & onward, leaps, leapt & back & small, leapt & onward, leapt],
        [_BORROWED + _ONWARD_LEAP, _BORROWED, _TURNED, _ONWARD, 0.0],
        np.where(leapt_before & (last * before < 0) & onward & small & last_small, _FILLED, 0.0),
    )
