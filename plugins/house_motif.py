"""Bars that come back, varied or as they were, but not for ever."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import Ints, at, by_event, distinct_pitches, previous_onset, steps_of

_FEWEST_NOTES, _FEWEST_PITCHES = 3, 2
_KINDS = _CONTOUR, _MOVED, _SAME = 1, 2, 3


@note_rule(every_step=True)
def house_motif(
    note: Note, *, moved: float = 1.0, contour: float = 0.5, same: float = 0.6, tires: float = 0.6, memory: int = 8
) -> float:
    """Bring a bar back: moved along the scale, mirrored, its rhythm and contour kept, or as it was, but not too often.

    The paper's rule of repeated motifs, heard as musicians hear motifs: from bar line to bar line, and varied as well
    as literally (sequence, inversion, variation: Schoenberg 1967). Repetition is what listeners look for (Huron 2006,
    chapter 13; Margulis 2014), until it is a music box. A bar counts if it has three notes or more, not all of one
    pitch; it is judged once, at its end, by the kind of return that it comes nearest to. As it was it is welcome where
    it stood before: half a phrase or whole phrases later (parallelism: Lerdahl and Jackendoff 1983). In the corpus one
    bar in four comes back there, and one in fifty at all other distances up to eight bars together.

    Args:
        note: the step to judge.
        moved: the worth of the rhythm and every step of the scale kept, or mirrored, from another note on.
        contour: of the rhythm kept, and every up and down. The worth of each of these is shared among all such returns.
        same: of the same bar in its place.
        tires: what each further return of the same bar takes away, down to -1.
        memory: how many bars back are remembered.
    """
    per_bar, events = note.context.metre.steps_per_bar, [*note.before, note.event]
    bar, *earlier = [events[end - per_bar : end] for end in range(len(events), per_bar - 1, -per_bar)] or [[]]
    if not note.ends_bar or not _is_motif(bar):
        return 0.0
    alike = [_likeness(bar, other, note.context) for other in earlier[:memory]]
    if _SAME in alike:
        in_place = any(_in_place(back, note.context) for back, kind in enumerate(alike, 1) if kind == _SAME)
        return max(same * in_place - tires * (alike.count(_SAME) - 1), -1.0)
    if _MOVED in alike:
        return moved / alike.count(_MOVED)
    return contour / alike.count(_CONTOUR) if _CONTOUR in alike else 0.0


@house_motif.batch
def house_motif(
    melodies: Tokens,
    context: Context,
    *,
    moved: float = 1.0,
    contour: float = 0.5,
    same: float = 0.6,
    tires: float = 0.6,
    memory: int = 8,
) -> Rewards:
    rewards = np.zeros(melodies.shape)
    bars, moves, ends = _bars(melodies, context)
    # How often each bar was met in each likeness, and whether it was met as it is in its place.
    met = {kind: np.zeros(bars.shape[:2]) for kind in _KINDS}
    in_place = np.zeros(bars.shape[:2], dtype=np.bool_)
    for back in range(1, min(memory + 1, len(ends))):
        alike = _likenesses(bars, moves, back)
        for kind in _KINDS:
            met[kind][:, back:] += alike == kind
        in_place[:, back:] |= (alike == _SAME) & _in_place(back, context)
    worth = np.select(
        [met[_SAME] > 0, met[_MOVED] > 0, met[_CONTOUR] > 0],
        [
            np.maximum(same * in_place - tires * (met[_SAME] - 1), -1.0),
            moved / np.maximum(1, met[_MOVED]),
            contour / np.maximum(1, met[_CONTOUR]),
        ],
    )
    notes = (bars >= FIRST_PITCH).sum(axis=2)
    pitches = distinct_pitches(melodies, context.metre.steps_per_bar)[:, ends]
    rewards[:, ends] = worth * ((notes >= _FEWEST_NOTES) & (pitches >= _FEWEST_PITCHES))
    return rewards


def _is_motif(bar: list[int]) -> bool:
    pitches = [event for event in bar if event >= FIRST_PITCH]
    return len(pitches) >= _FEWEST_NOTES and len(set(pitches)) >= _FEWEST_PITCHES


def _in_place(back: int, context: Context) -> bool:
    """Say whether a bar stands where the one `back` bars before it stood: half a phrase or whole phrases apart."""
    return 2 * back == context.phrase or back % context.phrase == 0


def _likeness(bar: list[int], other: list[int], context: Context) -> int:
    """Return the kind of return that `bar` is of `other`, 0 if none."""
    ours, theirs = (_steps(events, context) for events in (bar, other))
    if [min(event, FIRST_PITCH) for event in bar] != [min(event, FIRST_PITCH) for event in other]:
        return 0
    if bar == other:
        return _SAME
    if theirs in (ours, [-step for step in ours]):
        return _MOVED
    return _CONTOUR if np.array_equal(np.sign(ours), np.sign(theirs)) else 0


def _steps(bar: list[int], context: Context) -> list[int]:
    """Return the intervals of a bar in steps of the scale."""
    rungs = [context.key.rung(context.vocabulary.pitch(event)) for event in bar if event >= FIRST_PITCH]
    return [after - before for before, after in pairwise(rungs)]


def _bars(melodies: Tokens, context: Context) -> tuple[Ints, Ints, Ints]:
    """Return the whole bars and their intervals on the scale, both (melodies, bars, steps), and their last columns.

    The interval at the first note of a bar, and where no note begins, is 0.
    """
    per_bar = context.metre.steps_per_bar
    rung = by_event(context, context.key.rung).astype(np.int64)[melodies]
    previous = previous_onset(melodies)
    bar_line = np.arange(melodies.shape[1]) - steps_of(melodies, context) % per_bar
    follows = (melodies >= FIRST_PITCH) & (previous >= np.maximum(bar_line, 0))
    moves = np.where(follows, rung - at(rung, previous), 0)
    begin = -context.first_step % per_bar
    ends = np.arange(begin + per_bar - 1, melodies.shape[1], per_bar)
    shape = (len(melodies), len(ends), per_bar)
    bars, moves = (x[:, begin : begin + len(ends) * per_bar].reshape(shape) for x in (melodies, moves))
    return bars, moves, ends


def _likenesses(bars: Ints, moves: Ints, back: int) -> Ints:
    """Return the kind of return that each bar is of the one `back` bars before it: (melodies, bars - back)."""
    bar, other, ours, theirs = bars[:, back:], bars[:, :-back], moves[:, back:], moves[:, :-back]
    rhythm = (np.minimum(bar, FIRST_PITCH) == np.minimum(other, FIRST_PITCH)).all(axis=2)
    moved = (ours == theirs).all(axis=2) | (ours == -theirs).all(axis=2)
    contour = (np.sign(ours) == np.sign(theirs)).all(axis=2)
    return np.select([~rhythm, (bar == other).all(axis=2), moved, contour], [0, _SAME, _MOVED, _CONTOUR])
