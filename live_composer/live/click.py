"""The click of a count-in: notes of General MIDI's wood blocks, in the beats before the music begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live_composer.music.metre import BAR_LINE, OFF_BEAT
from live_composer.music.units import beats
from live_composer.port.protocol import Note

if TYPE_CHECKING:
    from live_composer.music.metre import Metre

_HIGH, _LOW = (76, 110), (77, 80)
"""Pitch and velocity of the first beat of a bar, and of the others."""
_LENGTH = 0.125


def clicks(metre: Metre, bars: int, channel: int) -> list[Note]:
    """Return a click for each beat that is felt in so many bars before beat 0.

    Args:
        metre: of these bars; in 6/8 its two dotted quarters click.
        bars: how many.
        channel: 1 to 16, as people count them.
    """
    notes: list[Note] = []
    for step in range(-bars * metre.steps_per_bar, 0):
        strength = metre.strength(step)
        if strength != OFF_BEAT:
            pitch, velocity = _HIGH if strength == BAR_LINE else _LOW
            notes.append(Note(beats(step), _LENGTH, channel - 1, pitch, velocity))
    return notes
