"""Batches hold every step of every melody once, in its place."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from live_composer.learn.batches import Batch, batch_of, epoch, in_order
from live_composer.music.melody import Melody
from live_composer.music.metre import Metre, place
from live_composer.music.vocabulary import START
from tests.unit.learn.tunes import toy_melodies

MELODIES = toy_melodies(101)
metres = st.sampled_from([Metre(4, 4), Metre(2, 4), Metre(2, 2), Metre(3, 4), Metre(12, 8), Metre(9, 8)])
melody_lists = st.lists(
    st.builds(Melody.of, st.lists(st.integers(0, 37), min_size=1, max_size=70), metres), min_size=1, max_size=6
)


def columns(batch: Batch) -> list[bytes]:
    """Return the events of each column that holds a melody."""
    lengths = batch.scored.sum(axis=0)
    return [batch.events[:length, column].tobytes() for column, length in enumerate(lengths) if length]


@given(melody_lists)
def test_each_step_hears_the_event_before_it_and_knows_its_place(melodies: list[Melody]):
    batch = batch_of(melodies, len(melodies) + 1)

    for column, melody in enumerate(melodies):
        steps = range(len(melody))
        assert batch.events[steps, column].tolist() == melody.events.tolist()
        assert batch.heard[steps, column].tolist() == [START, *melody.events[:-1].tolist()]
        assert batch.places[steps, column].tolist() == [place(melody.metre, step) for step in steps]
    assert batch.scored.sum() == sum(len(melody) for melody in melodies)
    assert not batch.scored[:, -1].any(), "a column without a melody counts nothing"


@given(melody_lists, st.integers(0, 20))
def test_the_first_steps_may_be_left_uncounted(melodies: list[Melody], unscored: int):
    batch = batch_of(melodies, len(melodies), unscored)

    assert not batch.scored[:unscored].any()
    assert batch.scored.sum() == sum(max(0, len(melody) - unscored) for melody in melodies)


@given(melody_lists, st.integers(1, 80))
def test_windows_are_the_batch_in_order_and_about_as_long(melodies: list[Melody], length: int):
    batch = batch_of(melodies, len(melodies))
    windows = list(batch.windows(length))

    lengths = [len(window.events) for window in windows]
    assert max(lengths) <= length
    assert max(lengths) - min(lengths) <= 1
    for name in ("heard", "events", "places", "scored"):
        joined = np.concatenate([getattr(window, name) for window in windows])
        np.testing.assert_array_equal(joined, getattr(batch, name))


@given(st.integers(1, 40), st.integers(0, 1000), st.integers(0, 5))
def test_an_epoch_gives_every_melody_once(width: int, seed: int, number: int):
    batches = list(epoch(MELODIES, width, seed, number))

    found = Counter(column for batch in batches for column in columns(batch))
    assert found == Counter(melody.events.astype(np.int64).tobytes() for melody in MELODIES)
    assert {batch.events.shape[1] for batch in batches} == {width}


def test_measuring_gives_every_melody_once():
    found = Counter(column for batch in in_order(MELODIES, 8) for column in columns(batch))

    assert found == Counter(melody.events.astype(np.int64).tobytes() for melody in MELODIES)


def test_the_order_is_the_seeds_and_the_epochs_own():
    def order(seed: int, number: int) -> list[list[bytes]]:
        return [columns(batch) for batch in epoch(MELODIES, 8, seed, number)]

    assert order(1, 0) == order(1, 0)
    assert order(1, 0) != order(1, 1)
    assert order(1, 0) != order(2, 0)


def test_little_is_padded():
    batches = list(epoch(toy_melodies(2000), 16, 1, 0))

    assert sum(int(batch.scored.sum()) for batch in batches) > 0.95 * sum(batch.scored.size for batch in batches)
