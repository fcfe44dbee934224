"""Bars that come back, varied or as they were, but not for ever."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from live_composer.music.units import STEPS_PER_BEAT
from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import Bools, Ints, at, by_event, previous_onset, steps_of

_FEWEST_NOTES = 3
_MOVED, _SAME = 1, 2


@note_rule(every_step=True)
def house_motif(note: Note, *, same: float = 0.6, moved: float = 0.5, tires: float = 0.5, memory: int = 8) -> float:
    """Bring a bar back: as it was, moved along the scale, or mirrored; but not too often.

    The paper's rule of repeated motifs, heard as musicians hear motifs: from bar line to bar line, and varied as well
    as literally (sequence, inversion, variation: Schoenberg 1967). Repetition is what listeners look for (Huron 2006,
    chapter 13; Margulis 2014), until it is a music box. As it was, a bar is welcome where it stood before: half a
    phrase or whole phrases later (parallelism: Lerdahl and Jackendoff 1983). In the corpus one bar in four comes back
    there, and one in fifty at all other distances up to eight bars together. Varied, it may also follow at once.

    Paid at every step that goes on with a return, from the third note of the bar on, while notes keep coming. A step
    costs a Note RNN about one nat of likelihood, and .6 is worth a little more than that at c = .5: so some bars come
    back, and some are new.

    Args:
        note: the step to judge.
        same: the worth of a step of the same bar in its place.
        moved: of its rhythm and its intervals on the scale, or their mirror image, from another note on; shared among
            all such returns.
        tires: what each further return of the same bar takes away, down to -1.
        memory: how many bars back are remembered.
    """
    context, events = note.context, [*note.before, note.event]
    per_bar, begun = context.metre.steps_per_bar, note.step % context.metre.steps_per_bar + 1
    bar = events[-begun:]
    if begun > len(events) or not _is_motif(bar):
        return 0.0
    starts = range(len(events) - begun - per_bar, -1, -per_bar)[:memory]
    alike = [_likeness(bar, events[start : start + begun], context) for start in starts]
    if _SAME in alike:
        in_place = any(kind == _SAME and _in_place(back, context) for back, kind in enumerate(alike, 1))
        return max(same * in_place - tires * (alike.count(_SAME) - 1), -1.0)
    sequences = sum(kind == _MOVED and _may_vary(back, context) for back, kind in enumerate(alike, 1))
    return moved / sequences if sequences else 0.0


@house_motif.batch
def house_motif(
    melodies: Tokens,
    context: Context,
    *,
    same: float = 0.6,
    moved: float = 0.5,
    tires: float = 0.5,
    memory: int = 8,
) -> Rewards:
    per_bar, steps = context.metre.steps_per_bar, melodies.shape[1]
    begin = -context.first_step % per_bar
    # Whole bars; the last one may still be open, and is filled up.
    count = -(-(steps - begin) // per_bar)
    bars, moves = (_in_bars(events[:, begin:], count, per_bar) for events in (melodies, _moves(melodies, context)))
    first = max(0, context.judged_from - begin) // per_bar
    judged, backs = np.arange(first, count), np.arange(1, min(memory + 1, max(1, count)))
    same_as, moved_from = _likenesses(bars, moves, judged, backs)
    # How often each bar, as far as each step, has come back, and whether it has in its place.
    met = same_as.sum(axis=2)
    stands, may_vary = (
        np.array([fits(back, context) for back in backs], dtype=np.bool_) for fits in (_in_place, _may_vary)
    )
    in_place, sequences = same_as[:, :, stands].any(axis=2), moved_from[:, :, may_vary].sum(axis=2)
    literal = np.maximum(same * in_place - tires * (met - 1), -1.0)
    worth = np.where(met > 0, literal, np.where(sequences > 0, moved / np.maximum(1, sequences), 0.0))
    rewards = np.zeros(melodies.shape)
    begin += first * per_bar
    said = (worth * _are_motifs(bars[:, first:])).reshape(len(melodies), len(judged) * per_bar)
    rewards[:, begin:] = said[:, : steps - begin]
    return rewards


def _in_place(back: int, context: Context) -> bool:
    """Say whether a bar stands where the one `back` bars before it stood: half a phrase or whole phrases apart."""
    return 2 * back == context.phrase or back % context.phrase == 0


def _may_vary(back: int, context: Context) -> bool:
    """Say whether a bar may be a variant of the one `back` bars before it: in its place, or closely after it."""
    return back <= 2 or _in_place(back, context)


def _is_motif(bar: list[int]) -> bool:
    """Say whether a bar has three notes or more so far, not all of one pitch, the last within a beat."""
    pitches = [event for event in bar if event >= FIRST_PITCH]
    goes_on = any(event >= FIRST_PITCH for event in bar[-STEPS_PER_BEAT:])
    return len(pitches) >= _FEWEST_NOTES and len(set(pitches)) > 1 and goes_on


def _likeness(bar: list[int], other: list[int], context: Context) -> int:
    """Return the kind of return that `bar` is of `other`, 0 if none."""
    if [min(event, FIRST_PITCH) for event in bar] != [min(event, FIRST_PITCH) for event in other]:
        return 0
    if bar == other:
        return _SAME
    ours, theirs = (_steps(events, context) for events in (bar, other))
    return _MOVED if theirs in (ours, [-step for step in ours]) else 0


def _steps(bar: list[int], context: Context) -> list[int]:
    """Return the intervals of a bar in steps of the scale."""
    rungs = [context.key.rung(context.vocabulary.pitch(event)) for event in bar if event >= FIRST_PITCH]
    return [after - before for before, after in pairwise(rungs)]


def _moves(melodies: Tokens, context: Context) -> Ints:
    """Return at each note its interval in steps of the scale, 0 at the first note of a bar and where none begins."""
    rung = by_event(context, context.key.rung).astype(np.int64)[melodies]
    previous = previous_onset(melodies)
    bar_line = np.arange(melodies.shape[1]) - steps_of(melodies, context) % context.metre.steps_per_bar
    goes_on = (melodies >= FIRST_PITCH) & (previous >= np.maximum(bar_line, 0))
    return np.where(goes_on, rung - at(rung, previous), 0)


def _in_bars(events: Ints, count: int, per_bar: int) -> Ints:
    """Return the events as (melodies, bars, steps), the last bar filled up with zeros."""
    filled = np.zeros((len(events), count * per_bar), dtype=np.int64)
    filled[:, : events.shape[1]] = events
    return filled.reshape(len(events), count, per_bar)


def _likenesses(bars: Ints, moves: Ints, judged: Ints, backs: Ints) -> tuple[Bools, Bools]:
    """Say at each step whether bars up to there are earlier ones, as they were or moved.

    Args:
        bars: (melodies, bars, steps) events.
        moves: (melodies, bars, steps) what `_moves` says of them.
        judged: the numbers of the bars to be judged.
        backs: how many bars back to look.

    Returns:
        Two of (melodies, judged, backs, steps).
    """
    then = judged[:, None] - backs
    bar, ours = bars[:, judged, None], moves[:, judged, None]
    other, theirs = bars[:, np.maximum(then, 0)], moves[:, np.maximum(then, 0)]
    there = (then >= 0)[:, :, None]
    rhythm = _so_far((np.minimum(bar, FIRST_PITCH) == np.minimum(other, FIRST_PITCH)) & there)
    moved = np.minimum(rhythm, np.maximum(_so_far(ours == theirs), _so_far(ours == -theirs)))
    step, same = np.arange(bars.shape[2]), _so_far((bar == other) & there)[..., None]
    return step < same, (step >= same) & (step < moved[..., None])


def _so_far(holds: Bools) -> Ints:
    """Return for how many steps from the bar line on something holds."""
    return np.where(holds.all(axis=-1), holds.shape[-1], holds.argmin(axis=-1))


def _are_motifs(bars: Ints) -> Bools:
    """Say at each step whether the bar up to there is a motif, as `_is_motif` does."""
    starts = bars >= FIRST_PITCH
    highest = np.maximum.accumulate(bars, axis=2)
    lowest = np.minimum.accumulate(np.where(starts, bars, np.iinfo(np.int64).max), axis=2)
    step = np.arange(bars.shape[2])
    goes_on = step - np.maximum.accumulate(np.where(starts, step, -STEPS_PER_BEAT), axis=2) < STEPS_PER_BEAT
    return (np.cumsum(starts, axis=2) >= _FEWEST_NOTES) & (highest > lowest) & goes_on
