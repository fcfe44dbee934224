"""The paper's rule of repetition (Jaques et al. 2016, section 4.1; constants of the authors' code)."""

from __future__ import annotations

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH, HOLD, NOTE_OFF
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import at, count_since, latest, previous_onset, previous_pitch, run_length

_BLAME = -100.0
_ROW, _BROKEN_ROW, _OFFS = 4, 6, 1


@note_rule(every_step=True)
def paper_repeat(note: Note) -> float:
    """Do not repeat one note more than four times in a row, or six times with a rest or a hold between.

    Once more costs 100. Looking back from an event to the last other pitch, equal events are counted and rests and
    holds are passed over; so holds count as repetitions of holds, and one more than five of them is excessive. A note
    off may come twice.
    """
    times, broken = 0, False
    for event in reversed(note.before):
        if event == note.event:
            times += 1
        elif event < FIRST_PITCH:
            broken = True
        else:
            break
    allowed = _OFFS if note.is_off else _BROKEN_ROW if broken else _ROW
    return _BLAME if times > allowed else 0.0


@paper_repeat.batch
def paper_repeat(melodies: Tokens, context: Context) -> Rewards:
    del context
    pitched, off, hold = melodies >= FIRST_PITCH, melodies == NOTE_OFF, melodies == HOLD
    # Offs and holds repeat since the last pitch.
    offs, holds = count_since(off, pitched), count_since(hold, pitched)
    # A pitch repeats since the last other pitch; rests and holds after that one break the row.
    same = run_length(melodies == previous_pitch(melodies), pitched)
    other = at(previous_onset(melodies), latest(pitched & (same == 0)))
    broken = np.arange(melodies.shape[1]) - other - 1 > same
    excessive = np.select(
        [off, hold],
        [offs - 1 > _OFFS, holds - 1 > np.where(offs > 0, _BROKEN_ROW, _ROW)],
        same > np.where(broken, _BROKEN_ROW, _ROW),
    )
    return _BLAME * excessive
