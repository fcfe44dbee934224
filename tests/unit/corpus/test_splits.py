"""Splits: whole clusters, the shares asked for, and the same again."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from live_composer.corpus.splits import draw

if TYPE_CHECKING:
    from live_composer.music.melody import Events


def melodies(count: int) -> list[Events]:
    return [np.array([2 + n % 30, 1, 2 + n // 30], dtype=np.int8) for n in range(count)]


@given(st.lists(st.integers(0, 20), max_size=60), st.integers(0, 9))
def test_a_cluster_is_never_divided(clusters: list[int], seed: int):
    splits = draw(melodies(len(clusters)), clusters, 0.2, 0.2, seed)
    assert len(set(zip(clusters, splits, strict=True))) == len(set(clusters))
    if len(set(clusters)) >= 3:
        assert set(splits) == {"train", "validation", "test"}


def test_shares_and_seeds():
    many = melodies(800)
    splits = draw(many, range(800), 0.05, 0.1, 1)
    assert Counter(splits) == {"train": 680, "validation": 40, "test": 80}
    assert splits == draw(many, range(800), 0.05, 0.1, 1)
    assert splits != draw(many, range(800), 0.05, 0.1, 2)
    assert set(draw(many, range(800), 0, 0, 1)) == {"train"}


def test_added_tunes_move_few_of_the_others():
    before = draw(melodies(700), range(700), 0.1, 0.1, 1)
    after = draw(melodies(800), range(800), 0.1, 0.1, 1)[:700]
    assert sum(one != other for one, other in zip(before, after, strict=True)) < 40
