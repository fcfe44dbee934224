"""The paper's rule of preferred intervals (Jaques et al. 2016, section 4.1; constants of the authors' code)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH, HOLD, NOTE_OFF
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import previous_pitch

if TYPE_CHECKING:
    from live_composer.music.key import Key
    from live_composer.music.vocabulary import Vocabulary

_SCALE = 5
# By semitones: what the interval is worth, and what it is worth from some degrees of the scale (semitones above tonic).
_WORTH = {2: 0.08, 4: 0.09, 5: 0.07, 7: 0.02, 9: 0.05, 11: -0.3}
_WORTH_FROM = {4: (0.15, (0, 4)), 7: (0.1, (0, 7))}
_WIDEST, _WIDE = 12, -1.0
# A note off and a hold, after any pitch and after a restful degree.
_REST_WORTH = {NOTE_OFF: (0.05, 0.15), HOLD: (0.075, 0.3)}
_RESTFUL = (0, 7)


@note_rule(every_step=True)
def paper_intervals(note: Note) -> float:
    """Prefer the intervals that books on melody prefer: seconds, thirds, fourths, and rests on tonic and dominant.

    Whole tones, major thirds and fourths earn .35 to .75; a major seventh costs 1.5, and what is wider than an octave
    5. A note off earns .25 and a hold .375; after the tonic or the dominant .75 and 1.5.
    """
    if note.previous is None:
        return 0.0
    degree = (note.previous - note.context.key.tonic) % 12
    return _SCALE * _worth(note.event if note.pitch is None else None, abs(note.interval), degree)


@paper_intervals.batch
def paper_intervals(melodies: Tokens, context: Context) -> Rewards:
    return _table(context.vocabulary, context.key)[previous_pitch(melodies), melodies]


@lru_cache(maxsize=32)
def _table(vocabulary: Vocabulary, key: Key) -> Rewards:
    """Return the worth of each event after each pitch event; row -1, no pitch yet, is zero."""
    table = np.zeros((vocabulary.size + 1, vocabulary.size))
    for previous in range(FIRST_PITCH, vocabulary.size):
        degree = (vocabulary.pitch(previous) - key.tonic) % 12
        for event in range(vocabulary.size):
            rest = event if event < FIRST_PITCH else None
            table[previous, event] = _SCALE * _worth(rest, abs(event - previous), degree)
    return table


def _worth(rest: int | None, semitones: int, degree: int) -> float:
    if rest is not None:
        return _REST_WORTH[rest][degree in _RESTFUL]
    if semitones > _WIDEST:
        return _WIDE
    better, degrees = _WORTH_FROM.get(semitones, (0.0, ()))
    return better if degree in degrees else _WORTH.get(semitones, 0.0)
