"""Figures of health: what rules may be paid for at the music's cost, to be held beside the same figures of real tunes.

A policy can earn a book's rewards with melodies that nobody wants: all holds, one note, one bar over and over, one
melody every time, or tunes learnt by heart. Each shows in a figure here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from live_composer.measures.estimates import Estimate, Tally
from live_composer.measures.table import LEAP, Row, all_steps, notes
from live_composer.music.units import STEPS_PER_BEAT
from live_composer.music.vocabulary import FIRST_PITCH, HOLD, NOTE_OFF
from live_composer.rules.arrays import at, intervals, latest, previous_onset

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from live_composer.measures.heard import Heard
    from live_composer.measures.table import Counted
    from live_composer.rules.arrays import Bools, Ints

POOL = 1000
"""How many melodies a pool has, at most."""

_LONG = 8
_PATTERN = 8
_RESAMPLES = 200
_BLOCK = 64


def _rests(heard: Heard) -> Bools:
    return at(heard.events, latest(heard.events != HOLD)) < FIRST_PITCH


def _length(heard: Heard) -> Counted:
    return (_lengths(heard.events) * heard.starts).sum(axis=1) / STEPS_PER_BEAT, heard.starts.sum(axis=1)


def _unisons(heard: Heard) -> Counted:
    interval, there = _intervals(heard.events)
    return (there & (interval == 0)).sum(axis=1), there.sum(axis=1)


def _leaps(heard: Heard) -> Counted:
    interval, there = _intervals(heard.events)
    return (there & (abs(interval) >= LEAP)).sum(axis=1), there.sum(axis=1)


def _spread(heard: Heard) -> Counted:
    """The standard deviation of the pitches of each melody that has some."""
    count = heard.starts.sum(axis=1)
    pitches = np.where(heard.starts, heard.events, 0)
    mean = pitches.sum(axis=1) / np.maximum(count, 1)
    square = (pitches * pitches).sum(axis=1) / np.maximum(count, 1)
    return np.sqrt(np.maximum(square - mean * mean, 0)), count > 0


def _pitches(heard: Heard) -> Counted:
    ordered = np.sort(np.where(heard.starts, heard.events, 0), axis=1)
    return (np.diff(ordered, axis=1, prepend=0) > 0).sum(axis=1), 1.0


HEALTH: tuple[Row, ...] = (
    Row("rests", "steps of silence", "share", "", all_steps(_rests)),
    Row("holds", "steps that hold", "share", "", all_steps(lambda heard: heard.events == HOLD)),
    Row("onsets", "steps that start a note", "share", "", all_steps(lambda heard: heard.starts)),
    Row("offs", "steps that end a note", "share", "", all_steps(lambda heard: heard.events == NOTE_OFF)),
    Row("length", "length of a note, in beats", "number", "", _length),
    Row("long", "notes of two beats or more", "share", "", notes(lambda heard: _lengths(heard.events) >= _LONG)),
    Row("unisons", "notes like the one before", "share", "", _unisons),
    Row("leaps", "intervals of a fifth or more", "share", "", _leaps),
    Row("spread", "spread of pitch in a melody, in semitones", "number", "", _spread),
    Row("pitches", "different pitches in a melody", "number", "", _pitches),
)
"""Figures of melodies, each by itself."""

POOLED: dict[str, str] = {
    "entropy": "entropy of pitch, in bits",
    "melodies": "different melodies, of {pool}",
    "patterns": "different patterns of 8 steps, of all in {pool} melodies",
    "neighbour": "steps unlike the most similar other, of {pool} melodies",
    "tune": "steps unlike the most similar real tune",
}
"""Figures of a pool of melodies together, with their titles; they depend on its size, and `tune` needs a corpus."""


def pooled(events: Ints, tunes: NDArray[np.int8] | None = None, seed: int = 1) -> dict[str, Estimate]:
    """Return the figures of a pool of melodies.

    Args:
        events: (melodies, steps) the pool.
        tunes: (windows, steps) of real tunes, for `tune`.
        seed: of the bootstrap.
    """
    pool = events.astype(np.int8)
    found = {
        "entropy": pitch_entropy(pool, seed),
        "melodies": Estimate(len(np.unique(pool, axis=0)) / len(pool)),
        "patterns": Estimate(distinct_patterns(pool)),
    }
    if len(pool) > 1:
        found["neighbour"] = Tally.of(distances(pool, pool, itself=False)).mean()
    if tunes is not None and len(tunes):
        found["tune"] = Tally.of(distances(pool, tunes)).mean()
    return found


def pitch_entropy(pool: NDArray[np.int8], seed: int = 1) -> Estimate:
    """Return the entropy of the pitches that start, in bits; its interval by bootstrap over melodies."""
    size = int(pool.max(initial=FIRST_PITCH)) + 1
    counts = np.stack([(pool == event).sum(axis=1) for event in range(FIRST_PITCH, size)], axis=1)
    if not counts.any():
        return Estimate(None)
    weights = np.random.default_rng(seed).multinomial(len(pool), np.full(len(pool), 1 / len(pool)), _RESAMPLES)
    low, high = np.percentile(entropy(weights @ counts), (2.5, 97.5))
    return Estimate(float(entropy(counts.sum(axis=0, keepdims=True))[0]), float(low), float(high))


def distinct_patterns(pool: NDArray[np.int8]) -> float:
    """Return how many different windows of 8 events there are, as a share of all windows."""
    windows = np.lib.stride_tricks.sliding_window_view(pool, min(_PATTERN, pool.shape[1]), axis=1)
    flat = windows.reshape(-1, windows.shape[-1])
    return len(np.unique(flat, axis=0)) / len(flat)


def distances(melodies: NDArray[np.int8], others: NDArray[np.int8], *, itself: bool = True) -> NDArray[np.float64]:
    """Return the share of steps at which each melody differs from the most similar of the others: (melodies,).

    Args:
        melodies: (melodies, steps).
        others: (others, steps).
        itself: whether row i of `others` may be compared with row i of `melodies`.
    """
    nearest = np.empty(len(melodies))
    columns = np.ascontiguousarray(others.T)  # (steps, others)
    for first in range(0, len(melodies), _BLOCK):
        block = melodies[first : first + _BLOCK]
        unlike = np.zeros((len(block), len(others)), dtype=np.uint16)
        for step, column in enumerate(columns):
            unlike += block[:, step, None] != column
        if not itself:
            rows = np.arange(len(block))
            unlike[rows, first + rows] = np.iinfo(np.uint16).max
        nearest[first : first + len(block)] = unlike.min(axis=1)
    return nearest / melodies.shape[1]


def entropy(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the entropy of each row of counts, in bits."""
    p = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return -(p * np.log2(p, out=np.zeros_like(p), where=p > 0)).sum(axis=1)


def _intervals(events: Ints) -> tuple[Ints, Bools]:
    """Return the semitones from the previous pitch to each that starts, and where there are two."""
    before = previous_onset(events)
    there = (events >= FIRST_PITCH) & (before >= 0)
    return intervals(events, 1)[0], there


def _lengths(events: Ints) -> Ints:
    """Return the steps from each event to the next that is no hold, or to the end."""
    steps = np.arange(events.shape[1], dtype=np.int64)
    ends = np.where(events != HOLD, steps, events.shape[1])
    coming = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]  # the next event that is no hold, here or later
    after = np.concatenate([coming[:, 1:], np.full((len(events), 1), events.shape[1])], axis=1)
    return after - steps
