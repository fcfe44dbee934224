"""What it is worth to begin melodies at a bar line, and to move each mode to white keys (docs/decisions/002).

python benchmarks/homes.py

It builds the default corpus (extra `corpus`) and foretells its held-out melodies with n-grams.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from machine import machine

from live_composer.commands.corpus import build
from live_composer.config import CorpusBuild
from live_composer.corpus import store
from live_composer.learn.ngrams import Ngrams
from live_composer.music.key import Key
from live_composer.music.melody import Melody, from_notes
from live_composer.music.metre import place
from live_composer.music.vocabulary import HOLD, START

if TYPE_CHECKING:
    from live_composer.corpus.store import Corpus, Tune

WHITE = {0, 2, 4, 5, 7, 9, 11}
SMOOTHING = 0.05


def semitones(key: Key, to: str) -> int:
    """Return how far a melody at home is moved to lie where `to` says."""
    moves = {"white keys": 0, "tonic C": -((key.home.tonic + 5) % 12 - 5), "as written": key.shift}
    return moves[to]


def moved(melody: Melody, tune: Tune, to: str) -> Melody:
    """Return a melody of the corpus, moved."""
    vocabulary, shift = melody.vocabulary, semitones(Key.parse(tune.key), to)
    notes = [note._replace(pitch=vocabulary.fold(note.pitch + shift)) for note in melody.notes()]
    return Melody(from_notes(notes, len(melody), vocabulary), melody.metre, vocabulary)


def split(corpus: Corpus, melodies: list[Melody]) -> tuple[list[Melody], list[Melody]]:
    """Return what to learn from and what to be tested on."""
    pairs = list(zip(melodies, corpus.splits.tolist(), strict=True))
    return [melody for melody, part in pairs if part == 0], [melody for melody, part in pairs if part != 0]


def without_pick_up_rest(melody: Melody) -> Melody:
    """Return the melody from its first note on."""
    first = int(np.argmax(melody.events != HOLD))
    return Melody(melody.events[first:], melody.metre, melody.vocabulary)


def bigram_nats(train: list[Melody], test: list[Melody], *, told_place: bool) -> float:
    """Return the nats a step of a bigram, told the place in the bar or not."""
    size = train[0].vocabulary.size
    counts: dict[tuple[int, int], np.ndarray] = defaultdict(lambda: np.full(size, SMOOTHING))

    def contexts(melody: Melody) -> list[tuple[int, int]]:
        before = [START, *melody.events[:-1].tolist()]
        return [(last, place(melody.metre, step) if told_place else 0) for step, last in enumerate(before)]

    for melody in train:
        for context, event in zip(contexts(melody), melody.events.tolist(), strict=True):
            counts[context][event] += 1
    losses = [
        -np.log(counts[context][event] / counts[context].sum())
        for melody in test
        for context, event in zip(contexts(melody), melody.events.tolist(), strict=True)
    ]
    return float(np.mean(losses))


def main() -> None:
    """Print the figures."""
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        with contextlib.redirect_stdout(io.StringIO()):
            build("default", config=CorpusBuild(output=Path(folder) / "corpus"))
        corpus = store.load(Path(folder) / "corpus")
    print("modes:", dict(Counter(Key.parse(tune.key).mode for tune in corpus.tunes).most_common()))
    print(f"with a pick-up: {np.mean([melody.events[0] == HOLD for melody in corpus.melodies]):.0%}")
    for to in ("white keys", "tonic C", "as written"):
        melodies = [moved(melody, tune, to) for melody, tune in zip(corpus.melodies, corpus.tunes, strict=True)]
        train, test = split(corpus, melodies)
        white = np.mean([note.pitch % 12 in WHITE for melody in melodies for note in melody.notes()])
        print(
            f"moved to {to:10}: {white:.1%} on white keys, 5-gram {Ngrams(train, 5).scores(test).every.nats:.3f} nats"
        )
    aligned = split(corpus, corpus.melodies)
    cut = split(corpus, [without_pick_up_rest(melody) for melody in corpus.melodies])
    print(f"bigram: {bigram_nats(*aligned, told_place=False):.3f} nats")
    print(f"bigram told the place in the bar: {bigram_nats(*aligned, told_place=True):.3f} nats")
    print(f"bigram told the place from the first note: {bigram_nats(*cut, told_place=True):.3f} nats")


if __name__ == "__main__":
    main()
