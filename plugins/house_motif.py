"""Bars that come back, varied or as they were, but not for ever."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import Ints, at, by_event, distinct_pitches, previous_onset, steps_of

_FEWEST = 3
_ALIKE = range(5)
_NOT_ALIKE, _RHYTHM, _CONTOUR, _MOVED, _SAME = _ALIKE


@note_rule(every_step=True)
def house_motif(
    note: Note,
    *,
    moved: float = 1.0,
    contour: float = 0.6,
    rhythm: float = 0.2,
    again: float = 0.6,
    tires: float = 0.6,
    memory: int = 8,
) -> float:
    """Bring a bar back: moved along the scale, mirrored, its contour or rhythm kept, or as it was, but not too often.

    The paper's rule of repeated motifs, heard as musicians hear motifs: from bar line to bar line, and varied as well
    as literally (sequence, inversion, variation: Schoenberg 1967; parallelism: Lerdahl and Jackendoff 1983). Repetition
    is what listeners look for (Huron 2006, chapter 13; Margulis 2014), until it is a music box. A bar counts if it has
    three pitches or more; it is judged once, at its end, by the kind of return that it comes nearest to.

    Args:
        note: the step to judge.
        moved: the worth of the rhythm and every step of the scale kept, or mirrored, elsewhere.
        contour: of the rhythm kept, and ups and downs.
        rhythm: of the rhythm kept. The worth of each kind is shared among all its returns.
        again: of the same bar, the first time that it comes back.
        tires: what each time more takes away from that, down to -1.
        memory: how many bars back are remembered.
    """
    metre, events = note.context.metre, [*note.before, note.event]
    ends = range(len(events), metre.steps_per_bar - 1, -metre.steps_per_bar)
    bars = [events[end - metre.steps_per_bar : end] for end in ends][: memory + 1]
    if not note.ends_bar or not bars or len({event for event in bars[0] if event >= FIRST_PITCH}) < _FEWEST:
        return 0.0
    alike = [_likeness(bars[0], bar, note.context) for bar in bars[1:]]
    if _SAME in alike:
        return max(again - tires * (alike.count(_SAME) - 1), -1.0)
    most = max(alike, default=_NOT_ALIKE)
    return (0.0, rhythm, contour, moved)[most] / max(1, alike.count(most))


@house_motif.batch
def house_motif(
    melodies: Tokens,
    context: Context,
    *,
    moved: float = 1.0,
    contour: float = 0.6,
    rhythm: float = 0.2,
    again: float = 0.6,
    tires: float = 0.6,
    memory: int = 8,
) -> Rewards:
    rewards = np.zeros(melodies.shape)
    per_bar = context.metre.steps_per_bar
    whole = slice(-context.first_step % per_bar, None)
    count = melodies[:, whole].shape[1] // per_bar
    whole = slice(whole.start, whole.start + count * per_bar)
    bars, moves = (x[:, whole].reshape(len(x), count, per_bar) for x in (melodies, _moves(melodies, context)))
    # How often each bar was met in each likeness.
    met = np.zeros((len(_ALIKE), *bars.shape[:2]))
    for back in range(1, min(memory + 1, count)):
        likeness = _likenesses(bars, moves, back)
        for kind in _ALIKE[1:]:
            met[kind, :, back:] += likeness == kind
    varied = np.zeros(bars.shape[:2])
    for kind, worth in ((_RHYTHM, rhythm), (_CONTOUR, contour), (_MOVED, moved)):
        varied = np.where(met[kind] > 0, worth / np.maximum(1, met[kind]), varied)
    same = np.maximum(again - tires * (met[_SAME] - 1), -1.0)
    ends = np.arange(whole.start + per_bar - 1, whole.stop, per_bar)
    motif = distinct_pitches(melodies, per_bar)[:, ends] >= _FEWEST
    rewards[:, ends] = motif * np.where(met[_SAME] > 0, same, varied)
    return rewards


def _likeness(bar: list[int], other: list[int], context: Context) -> int:
    if _shape(bar) != _shape(other):
        return _NOT_ALIKE
    if bar == other:
        return _SAME
    ours, theirs = (_steps(events, context) for events in (bar, other))
    if theirs in (ours, [-step for step in ours]):
        return _MOVED
    return _CONTOUR if np.array_equal(np.sign(ours), np.sign(theirs)) else _RHYTHM


def _shape(bar: list[int]) -> list[int]:
    """Return where notes begin, are held and end."""
    return [min(event, FIRST_PITCH) for event in bar]


def _steps(bar: list[int], context: Context) -> list[int]:
    """Return the intervals of a bar in steps of the scale."""
    rungs = [context.key.rung(context.vocabulary.pitch(event)) for event in bar if event >= FIRST_PITCH]
    return [after - before for before, after in pairwise(rungs)]


def _moves(melodies: Tokens, context: Context) -> Ints:
    """Return at each note the interval to it in steps of the scale, 0 at the first note of a bar and elsewhere."""
    rung = by_event(context, context.key.rung).astype(np.int64)[melodies]
    previous = previous_onset(melodies)
    bar_line = np.arange(melodies.shape[1]) - steps_of(melodies, context) % context.metre.steps_per_bar
    follows = (melodies >= FIRST_PITCH) & (previous >= np.maximum(bar_line, 0))
    return np.where(follows, rung - at(rung, previous), 0)


def _likenesses(bars: Ints, moves: Ints, back: int) -> Ints:
    """Return how each bar resembles the one `back` bars before it: (melodies, bars - back)."""
    bar, other, ours, theirs = bars[:, back:], bars[:, :-back], moves[:, back:], moves[:, :-back]
    shape = (np.minimum(bar, FIRST_PITCH) == np.minimum(other, FIRST_PITCH)).all(axis=2)
    return np.select(
        [~shape, (bar == other).all(axis=2), (ours == theirs).all(axis=2) | (ours == -theirs).all(axis=2)],
        [_NOT_ALIKE, _SAME, _MOVED],
        np.where((np.sign(ours) == np.sign(theirs)).all(axis=2), _CONTOUR, _RHYTHM),
    )
