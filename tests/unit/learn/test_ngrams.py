"""N-grams foretell by modified Kneser-Ney, as the book has it."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live_composer.learn.ngrams import Ngrams
from live_composer.music.melody import Melody
from live_composer.music.vocabulary import DEFAULT, Vocabulary
from tests.unit.learn.tunes import toy_melodies

if TYPE_CHECKING:
    from collections.abc import Sequence

SMALL = Vocabulary(60, 71)
START = SMALL.size
melodies = st.builds(
    lambda events: Melody.of(events, vocabulary=SMALL),
    st.lists(st.integers(0, 4), min_size=1, max_size=40),
)

Gram = tuple[int, ...]


def grams_of(melody: Melody, order: int) -> list[Gram]:
    padded = [START] * (order - 1) + melody.events.tolist()
    return [tuple(padded[at : at + order]) for at in range(len(melody))]


def by_the_book(train: Sequence[Melody], order: int, gram: Gram) -> float:
    """Return p(last event | those before) with dictionaries, order by order (Chen and Goodman 1999, section 3)."""
    p = 1 / SMALL.size
    for length in range(1, order + 1):
        if length == order:
            counts = Counter(gram for melody in train for gram in grams_of(melody, length))
        else:
            counts = Counter(gram[1:] for gram in {g for melody in train for g in grams_of(melody, length + 1)})
        times = Counter(counts.values())
        n1, n2, n3, n4 = (max(times[number], 1) for number in (1, 2, 3, 4))
        y = n1 / (n1 + 2 * n2)
        bounds = {1: (1 - 2 * y * n2 / n1, 0.9), 2: (2 - 3 * y * n3 / n2, 1.8), 3: (3 - 4 * y * n4 / n3, 2.7)}
        discount = {number: min(max(value, 0.1), most) for number, (value, most) in bounds.items()}
        followers: dict[Gram, dict[int, int]] = defaultdict(dict)
        for seen, count in counts.items():
            followers[seen[:-1]][seen[-1]] = count
        context = gram[order - length : order - 1]
        if context in followers:
            found = followers[context]
            total = sum(found.values())
            left = sum(discount[min(count, 3)] for count in found.values()) / total
            count = found.get(gram[-1], 0)
            p = (count - (discount[min(count, 3)] if count else 0)) / total + left * p
    return p


@given(st.lists(melodies, min_size=1, max_size=4), melodies, st.integers(1, 5))
@settings(max_examples=60)
def test_probabilities_are_those_of_the_book(train: list[Melody], melody: Melody, order: int):
    found = Ngrams(train, order).log_probabilities(melody)

    expected = [by_the_book(train, order, gram) for gram in grams_of(melody, order)]
    np.testing.assert_allclose(np.exp(found[np.arange(len(melody)), melody.events]), expected, rtol=1e-4)
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1, rtol=1e-4)


def test_longer_memory_foretells_scales_better():
    train, held_out = toy_melodies(200), toy_melodies(50, seed=2)

    losses = [Ngrams(train, order).scores(held_out).every.nats for order in (1, 2, 3)]

    assert losses[0] > losses[1] > losses[2]


@pytest.mark.parametrize("order", [0, 12])
def test_orders_that_cannot_be_counted_are_refused(order: int):
    with pytest.raises(ValueError, match="64 bits"):
        Ngrams([Melody.of([2, 1], vocabulary=DEFAULT)], order)
