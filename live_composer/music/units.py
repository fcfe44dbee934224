"""The units of time: beats, steps and seconds.

A beat is a quarter note, as in MIDI. A step is a sixteenth, the grid on which melodies are written. Everything
musical is positioned in beats; only a clock turns beats into seconds.
"""

import math

STEPS_PER_BEAT = 4
SECONDS_PER_MINUTE = 60.0

TEMPO_RANGE = (20.0, 400.0)
"""Beats per minute that clocks and commands accept."""


def seconds_per_beat(tempo: float) -> float:
    """Return the length of a beat in seconds at `tempo` beats per minute."""
    return SECONDS_PER_MINUTE / tempo


def first_step(beat: float) -> int:
    """Return the first step at `beat` or later."""
    return math.ceil(beat * STEPS_PER_BEAT)


def beats(steps: float) -> float:
    """Return the length of `steps` sixteenths in beats."""
    return steps / STEPS_PER_BEAT
