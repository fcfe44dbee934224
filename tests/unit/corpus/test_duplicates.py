"""Duplicates: the same tune however it is dressed, and never another one."""

from __future__ import annotations

import time

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from score_writers import tune

from live_composer.corpus.duplicates import kinship, resemblances, turns
from live_composer.music.melody import Events, from_notes
from live_composer.music.vocabulary import FIRST_PITCH


def chance_tune(seed: int, notes: int = 60) -> Events:
    """A tune of eighths that shares nothing with any other but by chance."""
    pitches = np.random.default_rng(seed).integers(FIRST_PITCH, 30, notes)
    events = np.ones(2 * notes, dtype=np.int8)
    events[::2] = pitches
    return events


def clusters(melodies: list[Events]) -> list[int]:
    return kinship(melodies, range(len(melodies))).cluster.tolist()


def test_a_melody_in_another_rhythm_and_octave_is_repeated():
    plain = from_notes(tune())
    higher = np.where(plain >= FIRST_PITCH, plain + 12, plain).astype(np.int8)
    slow = np.insert(plain, range(1, len(plain) + 1, 2), 1)
    found = kinship([plain, chance_tune(1), higher, slow], [0, 1, 2, 3])
    assert found.repeated.tolist() == [False, False, True, True]
    assert found.cluster.tolist() == [0, 1, 0, 0]


def test_versions_of_one_tune_are_kept_in_one_cluster():
    first = chance_tune(1)
    version = np.concatenate([first[:70], chance_tune(2)[:50]])
    found = kinship([first, version, chance_tune(3)], [0, 1, 2])
    assert found.repeated.tolist() == [False, False, False]
    assert found.cluster.tolist() == [0, 0, 2]


def test_clusters_grow_over_several_steps():
    assert clusters([np.concatenate([chance_tune(1), chance_tune(2)]), chance_tune(1), chance_tune(2)]) == [0, 0, 0]


def test_melodies_of_one_tune_belong_together():
    assert kinship([chance_tune(1), chance_tune(2), chance_tune(3)], [7, 8, 7]).cluster.tolist() == [0, 1, 0]


def test_a_short_equal_melody_is_repeated_although_it_has_few_turns():
    short = np.array([2, 1, 4, 1, 6, 1], dtype=np.int8)
    found = kinship([short, short.copy(), chance_tune(1)], [0, 1, 2])
    assert found.repeated.tolist() == [False, True, False]


def test_nothing_comes_of_nothing():
    assert kinship([], []).cluster.tolist() == []
    assert len(resemblances([np.ones(4, dtype=np.int8)] * 3)[0]) == 0


@given(st.lists(st.integers(0, 3), min_size=2, max_size=12))
def test_shares_are_those_of_sets_of_turns(seeds: list[int]):
    melodies = [np.concatenate([chance_tune(seed, 20), chance_tune(9, 20)]) for seed in seeds]
    pairs, of_fewer, of_more = resemblances(melodies)
    found = {
        (one, other): (few, more) for (one, other), few, more in zip(pairs.tolist(), of_fewer, of_more, strict=True)
    }
    for one, first in enumerate(melodies):
        for other, second in enumerate(melodies[:one]):
            a, b = set(turns(second).tolist()), set(turns(first).tolist())
            few, more = found[other, one]
            assert (few, more) == (len(a & b) / min(len(a), len(b)), len(a & b) / max(len(a), len(b)))


def test_ten_thousand_melodies_take_seconds():
    melodies = [chance_tune(seed % 9000) for seed in range(10_000)]
    began = time.perf_counter()
    found = kinship(melodies, range(len(melodies)))
    assert time.perf_counter() - began < 60
    assert found.repeated.sum() == 1000
