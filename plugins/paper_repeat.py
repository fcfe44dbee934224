"""The paper's rule of repetition (Jaques et al. 2016, section 4.1; constants of the authors' code)."""

from __future__ import annotations

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH, NOTE_OFF
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule

_BLAME = -100.0


@note_rule(every_step=True)
def paper_repeat(note: Note) -> float:
    """Do not repeat one note more than four times in a row, or six times with a rest or a hold between."""
    times, broken = 0, False
    for event in reversed(note.before):
        if event == note.event:
            times += 1
        elif event < FIRST_PITCH:
            broken = True
        else:
            break
    return _BLAME if times > _allowed(note.event, broken) else 0.0


@paper_repeat.batch
def paper_repeat(melodies: Tokens, context: Context) -> Rewards:
    del context
    # Since the last step at which each event's walk back would stop, for offs, holds and the pitch last heard:
    # how often it came, and whether something else was skipped.
    count = len(melodies)
    pitch = np.full(count, -1)
    pitch_times, offs, holds = (np.zeros(count, dtype=np.int64) for _ in range(3))
    rewards = np.zeros(melodies.shape)
    # Rests and holds that came since a pitch other than the last one: the walk back from a repeated pitch meets these.
    skipped = np.zeros(count, dtype=np.bool_)
    for step, events in enumerate(melodies.T):
        off, hold, pitched = events == NOTE_OFF, events == 1, events >= FIRST_PITCH
        same = pitched & (events == pitch)
        new = pitched & ~same
        # A pitch that is new is preceded by another one, or by rests and holds alone: it came zero times.
        rewards[:, step] = np.where(
            off,
            offs > 1,
            np.where(hold, holds > np.where(offs > 0, 6, 4), same & (pitch_times > np.where(skipped, 6, 4))),
        )
        # Between the last other pitch and the new one there may have been rests or holds.
        skipped = np.where(new, offs + holds > 0, skipped | off | hold)
        pitch_times = np.where(new, 1, pitch_times + same)
        pitch = np.where(pitched, events, pitch)
        offs = np.where(pitched, 0, offs + off)
        holds = np.where(pitched, 0, holds + hold)
    return _BLAME * rewards


def _allowed(event: int, broken: bool) -> int:
    if event == NOTE_OFF:
        return 1
    return 6 if broken else 4
