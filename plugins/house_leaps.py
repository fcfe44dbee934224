"""A leap borrows; turning back into the gap by small steps repays."""

from __future__ import annotations

import numpy as np

from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import intervals

_SMALL = 4
_BORROWED, _TURNED, _FILLED = -0.2, 0.15, 0.05
_ONWARD_LEAP, _ONWARD = -0.4, -0.05


@note_rule
def house_leaps(note: Note, *, leap: int = 6) -> float:
    """After a leap turn back, and fill the gap by steps and thirds; do not leap on the same way.

    Teachers ask for it (Fux 1725), and melodies do it: the gap-fill of Meyer (1973), the reversal of Narmour (1990).
    Von Hippel and Huron (2000) hold that their narrow range alone explains it; it sounds well either way. A leap costs
    .2, turning back returns .15, going on from there by a third or less the rest: a filled leap is free, and no leap
    earns.

    Args:
        note: the note to judge.
        leap: the smallest interval, in semitones, that is a leap.
    """
    now, last, before = [0, 0, 0, *note.intervals][:-4:-1]
    worth = _BORROWED if abs(now) >= leap else 0.0
    if abs(last) >= leap and now * last < 0:
        return worth + _TURNED
    if abs(last) >= leap and now * last > 0:
        return worth + (_ONWARD_LEAP if abs(now) >= leap else _ONWARD)
    filled = abs(before) >= leap and last * before < 0 and now * last > 0
    return worth + (_FILLED if filled and max(abs(last), abs(now)) <= _SMALL else 0.0)


@house_leaps.batch(notes=lambda **_: 3)
def house_leaps(melodies: Tokens, context: Context, *, leap: int = 6) -> Rewards:
    del context
    now, last, before = intervals(melodies, 3)
    small = (np.abs(now) <= _SMALL) & (np.abs(last) <= _SMALL)
    leaps, leapt, leapt_before = (np.abs(interval) >= leap for interval in (now, last, before))
    onward, back = now * last > 0, now * last < 0
    answer = np.select(
        [leapt & back, leapt & onward & leaps, leapt & onward, leapt_before & (last * before < 0) & onward & small],
        [_TURNED, _ONWARD_LEAP, _ONWARD, _FILLED],
    )
    return _BORROWED * leaps + answer
