"""Rules for live-composer: what makes a dorian melody dorian."""

from __future__ import annotations

import numpy as np

from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import by_event, steps_of

_MAJOR_SIXTH = 9
_WHOLE_TONE = 2


# The simplest kind of rule: it judges one note. That is enough to play with.
@note_rule
def dorian_cadence(note: Note, *, worth: float = 0.5) -> float:
    """Come home from the whole tone below, as fiddle tunes and shanties do.

    Args:
        note: the note to judge.
        worth: of the tonic, reached so on a beat of a phrase's last bar.
    """
    in_last_bar = (note.bar + 1) % note.context.phrase == 0
    comes_home = note.is_tonic and note.interval == _WHOLE_TONE
    return worth if _dorian(note.context) and in_last_bar and note.on_beat and comes_home else 0.0


# A rule in both forms: the first is there to be read, the second makes tuning fast.
@note_rule(every_step=True)
def dorian_sixth(note: Note, *, worth: float = 0.5) -> float:
    """Touch the major sixth in every phrase: it is what tells dorian from minor.

    Args:
        note: the step to judge; only the last of a phrase is.
        worth: of a phrase that touches it; one that does not costs as much.
    """
    if not _dorian(note.context) or not note.ends_phrase:
        return 0.0
    begin = note.step // note.context.steps_per_phrase * note.context.steps_per_phrase
    pitches = [pitch for pitch, onset in zip(note.pitches, note.onsets, strict=True) if onset >= begin]
    pitches += [note.pitch] if note.pitch is not None else []
    return worth if any(_is_sixth(pitch, note.context) for pitch in pitches) else -worth


@dorian_sixth.batch
def dorian_sixth(melodies: Tokens, context: Context, *, worth: float = 0.5) -> Rewards:
    rewards = np.zeros(melodies.shape)
    if not _dorian(context):
        return rewards
    touched = by_event(context, lambda pitch: _is_sixth(pitch, context))[melodies] > 0
    phrases = steps_of(melodies, context) // context.steps_per_phrase
    for last in range(melodies.shape[1]):
        if context.ends_phrase(context.first_step + last):
            in_phrase = phrases[: last + 1] == phrases[last]
            heard = touched[:, : last + 1][:, in_phrase].any(axis=1)
            rewards[:, last] = np.where(heard, worth, -worth)
    return rewards


def _dorian(context: Context) -> bool:
    return context.key.mode == "dorian"


def _is_sixth(pitch: int, context: Context) -> bool:
    return (pitch - context.key.tonic) % 12 == _MAJOR_SIXTH
