"""Toy tunes that are easy to learn: scales up and down in a few rhythms, on the beats of their metre."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from live_composer.corpus import store
from live_composer.corpus.store import SPLITS, Corpus, Tune
from live_composer.music.melody import Melody
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import DEFAULT, HOLD

if TYPE_CHECKING:
    from pathlib import Path

METRES = (Metre(4, 4), Metre(3, 4), Metre(6, 8))
_SCALE = (60, 62, 64, 65, 67, 69, 71, 72)


def toy_melodies(count: int, seed: int = 1) -> list[Melody]:
    """Melodies of three to nine bars; each bar goes a scale up or down from a random degree."""
    chance = np.random.default_rng(seed)
    return [_toy(METRES[number % 3], int(chance.integers(3, 10)), chance) for number in range(count)]


def _toy(metre: Metre, bars: int, chance: np.random.Generator) -> Melody:
    events: list[int] = []
    for _ in range(bars):
        degree, way = int(chance.integers(8)), int(chance.choice([-1, 1]))
        for step in range(metre.steps_per_bar):
            onset = step % 2 == 0
            events.append(DEFAULT.event(_SCALE[(degree + way * step // 2) % 8]) if onset else HOLD)
    return Melody.of(events, metre)


def toy_corpus(folder: Path, count: int = 60) -> Corpus:
    """Save toy melodies as a corpus; one in five for validation, one in five for the test."""
    melodies = toy_melodies(count)
    splits = [SPLITS[(0, 0, 0, 1, 2)[number % 5]] for number in range(count)]
    tunes = [
        Tune(f"toy {number}", "toys", "", str(melody.metre), "C major", len(melody), split, number)
        for number, (melody, split) in enumerate(zip(melodies, splits, strict=True))
    ]
    sources = [store.Source("toys", "nobody's", melodies=count)]
    return store.save(folder, melodies, tunes, DEFAULT, sources=sources, command="toy_corpus")
