"""The grid that others set: where sixteenths fell by their clock, as a recorder heard it, and how far notes are off."""

from __future__ import annotations

import math
from bisect import bisect_left
from itertools import pairwise
from typing import NamedTuple

from real_parts import RATE, note_offs, note_ons

TICK, START, CONTINUE, STOP, POSITION = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2
TICKS_PER_STEP = 6
STEPS_PER_BEAT = 4
LOST, TWICE = 1.6, 0.25
"""Periods without a tick after which one was lost, and within which a tick is the last one told again."""
NEARLY = 1e-6


class Step(NamedTuple):
    """A sixteenth: when it came, and which it is."""

    frame: int
    step: int


class Onset(NamedTuple):
    """A note-on, the sixteenth that it is nearest to, and by how many frames it is late (or early)."""

    frame: int
    pitch: int
    step: int
    late: int


def steps_of_ticks(events: list[tuple[int, bytes]]) -> list[Step]:
    """Return the sixteenths of a MIDI clock, counted as a follower must count them.

    From a gap of two or three ticks within a steady clock ticks were lost, and a tick where the last was is that one
    told twice: a server that overran does both (docs/decisions/007).
    """
    steps: list[Step] = []
    following, going = 0, False
    last, period = -math.inf, math.inf
    for frame, data in events:
        match data[0]:
            case status if status == TICK and going:
                if (gap := frame - last) < TWICE * period < math.inf:
                    continue
                if gap > LOST * period:
                    following += round(gap / period) - 1
                else:
                    period = gap if gap > 0 else period
                last = frame
                if following % TICKS_PER_STEP == 0:
                    steps.append(Step(frame, following // TICKS_PER_STEP))
                following += 1
            case status if status in (START, CONTINUE):
                following, going = 0 if status == START else following, True
                last, period = -math.inf, math.inf
            case status if status == STOP:
                going = False
            case status if status == POSITION:
                following = (data[1] | data[2] << 7) * TICKS_PER_STEP
            case _:
                pass
    return steps


def steps_of_transport(places: list[tuple[int, int]], tempi: list[tuple[int, float, float]]) -> list[Step]:
    """Return the sixteenths of JACK's transport.

    Args:
        places: (frame, the transport's frame) of each period in which it rolled.
        tempi: (the transport's frame, the beat there, the tempo from there on).
    """
    steps: list[Step] = []
    for (now, place), (later, _) in zip(places, [*places[1:], (places[-1][0] + RATE, 0)], strict=True):
        begin, beat, tempo = [mark for mark in tempi if mark[0] <= place][-1]
        frames_a_step = RATE * 60 / tempo / STEPS_PER_BEAT
        step = math.ceil(beat * STEPS_PER_BEAT + (place - begin) / frames_a_step - NEARLY)
        frame = now + round(begin + (step - beat * STEPS_PER_BEAT) * frames_a_step) - place
        if frame < later:
            steps.append(Step(frame, step))
    return steps


def onsets(events: list[tuple[int, bytes]], steps: list[Step]) -> list[Onset]:
    """Return every note-on that was heard, with the sixteenth that it is nearest to."""
    heard: list[Onset] = []
    for frame, pitch in note_ons(events):
        at = bisect_left(steps, (frame, 0))
        nearest = min(steps[max(0, at - 1) : at + 1], key=lambda step: abs(step.frame - frame))
        heard.append(Onset(frame, pitch, nearest.step, frame - nearest.frame))
    return heard


def settled(heard: list[Onset], steps: list[Step], seconds: float) -> list[Onset]:
    """Leave out those so soon after a change of tempo that nobody who hears ticks could have known better."""
    lengths = [(later.frame - step.frame, step.frame) for step, later in pairwise(steps)]
    changes = [frame for (before, frame), (after, _) in pairwise(lengths) if abs(after - before) > before / 100]
    return [onset for onset in heard if not any(0 <= onset.frame - frame < seconds * RATE for frame in changes)]


def hanging(events: list[tuple[int, bytes]]) -> list[int]:
    """Return the pitches whose last note-on has no note-off after it."""
    ended = {pitch: frame for frame, pitch in note_offs(events)}
    return [pitch for pitch, frame in {pitch: frame for frame, pitch in note_ons(events)}.items()
            if ended.get(pitch, -1) < frame]  # fmt: skip
