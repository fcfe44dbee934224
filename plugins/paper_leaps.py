"""The paper's rule of leaps (Jaques et al. 2016, section 4.1; constants of the authors' code)."""

from __future__ import annotations

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import previous_pitch

_LEAP = 7
_PATIENCE = 6
_WORTH = 5.0


@note_rule(every_step=True)
def paper_leaps(note: Note) -> float:
    """Come back from a leap of a fifth or more; do not leap twice the same way.

    A leap opens; coming back to the note it left, or past it, earns 5, and so does a leap back after more than six
    steps. Another leap the same way costs 5.
    """
    # The whole melody is walked again: the reference is there to be read.
    direction, left, since, previous, worth = 0, 0, 0, None, 0.0
    for event in [*note.before, note.event]:
        worth = 0.0
        since += 1
        if event < FIRST_PITCH:
            continue
        if previous is not None and abs(event - previous) >= _LEAP:
            way = 1 if event > previous else -1
            if direction == 0:
                direction, left = way, previous
            elif way == direction:
                worth = -_WORTH
            else:
                direction, worth = 0, (_WORTH if since > _PATIENCE + 1 else 0.0)
            since = 0
        elif direction and (event - left) * direction <= 0:
            direction, worth = 0, _WORTH
        previous = event
    return worth


@paper_leaps.batch
def paper_leaps(melodies: Tokens, context: Context) -> Rewards:
    del context
    rewards = np.zeros(melodies.shape)
    before = previous_pitch(melodies)
    direction, left, since = (np.zeros(len(melodies), dtype=np.int64) for _ in range(3))
    for step, (events, previous) in enumerate(zip(melodies.T, before.T, strict=True)):
        since += 1
        pitched = events >= FIRST_PITCH
        leap = pitched & (previous >= FIRST_PITCH) & (abs(events - previous) >= _LEAP)
        way = np.sign(events - previous)
        is_open = direction != 0
        opens = leap & ~is_open
        doubles = leap & is_open & (way == direction)
        turns = leap & is_open & (way != direction)
        returns = pitched & ~leap & is_open & ((events - left) * direction <= 0)
        rewards[:, step] = _WORTH * (returns + (turns & (since > _PATIENCE + 1)) - 1.0 * doubles)
        left = np.where(opens, previous, left)
        direction = np.where(opens, way, np.where(turns | returns, 0, direction))
        since = np.where(leap, 0, since)
    return rewards
