"""A varied repeat of the last motif: what is played while no plan comes.

The last two bars come again as a sequence, a degree of the scale higher, then a degree lower, two higher, two lower.
After that the music falls silent rather than go round in circles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from live_composer.music.vocabulary import FIRST_PITCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live_composer.music.key import Key
    from live_composer.music.vocabulary import Vocabulary

MOTIF_BARS = 2
_DEGREES = (1, -1, 2, -2)
"""By how many degrees of the scale each repeat is moved."""


def repeat(line: Sequence[int], ended: int, steps_per_bar: int, key: Key, vocabulary: Vocabulary) -> int | None:
    """Return the event to follow `line`, or None when it is time for silence.

    Args:
        line: all events so far; the repeats are part of it.
        ended: the step at which the repeats began, where the plan had ended.
        steps_per_bar: the length of a bar.
        key: whose scale the motif moves in; events are in its home.
        vocabulary: what the events mean.
    """
    length = min(MOTIF_BARS, ended // steps_per_bar) * steps_per_bar
    if length == 0:
        return None
    times, place = divmod(len(line) - ended, length)
    if times >= len(_DEGREES):
        return None
    event = line[ended - length + place]
    if event < FIRST_PITCH:
        return event
    return vocabulary.event(vocabulary.fold(move(vocabulary.pitch(event), _DEGREES[times], key)))


def move(pitch: int, degrees: int, key: Key) -> int:
    """Return the pitch `degrees` above in the scale of the key's home; one between two tones stays as far above one."""
    scale = sorted(key.home.pitch_classes)  # Every home scale begins with C.
    octave, pitch_class = divmod(pitch, 12)
    below = sum(tone <= pitch_class for tone in scale) - 1
    octaves, place = divmod(below + degrees, len(scale))
    return 12 * (octave + octaves) + scale[place] + pitch_class - scale[below]
