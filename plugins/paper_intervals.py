"""The paper's rule of preferred intervals (Jaques et al. 2016, section 4.1; constants of the authors' code)."""

from __future__ import annotations

import numpy as np

from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import previous_pitch

_SCALE = 5
# By semitones: what the interval is worth, and what it is worth from some degrees of the scale (semitones above tonic).
_WORTH = {2: 0.08, 4: 0.09, 5: 0.07, 7: 0.02, 9: 0.05, 11: -0.3}
_WORTH_FROM = {4: (0.15, (0, 4)), 7: (0.1, (0, 7))}
_WIDE = -1.0
_REST = (0.05, 0.15)
_HELD = (0.075, 0.3)
_RESTFUL = (0, 7)


@note_rule(every_step=True)
def paper_intervals(note: Note) -> float:
    """Prefer the intervals that books on melody prefer: seconds, thirds, fourths, and rests on tonic and dominant."""
    if note.previous is None:
        return 0.0
    degree = (note.previous - note.context.key.tonic) % 12
    return _SCALE * _worth(note.event if note.pitch is None else None, abs(note.interval), degree)


@paper_intervals.batch
def paper_intervals(melodies: Tokens, context: Context) -> Rewards:
    previous = previous_pitch(melodies)
    return _table(context)[previous, melodies]


def _table(context: Context) -> Rewards:
    """Return the worth of each event after each pitch event; row -1, no pitch yet, is zero."""
    size = context.vocabulary.size
    table = np.zeros((size + 1, size))
    for previous in range(2, size):
        degree = (context.vocabulary.pitch(previous) - context.key.tonic) % 12
        for event in range(size):
            rest = event if event < 2 else None
            table[previous, event] = _SCALE * _worth(rest, abs(event - previous), degree)
    return table


def _worth(rest: int | None, semitones: int, degree: int) -> float:
    if rest is not None:
        return (_REST, _HELD)[rest][degree in _RESTFUL]
    if semitones > 12:
        return _WIDE
    better, degrees = _WORTH_FROM.get(semitones, (0.0, ()))
    return better if degree in degrees else _WORTH.get(semitones, 0.0)
