"""Real tunes beside melodies: a corpus cut into pieces of the same length, and measured in the same way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from live_composer.errors import BadInput
from live_composer.evaluate.verdict import Tunes, decode
from live_composer.measures.estimates import Tally
from live_composer.measures.health import HEALTH, POOL, distances, pooled
from live_composer.measures.heard import hear
from live_composer.measures.table import TABLE, estimates, tallies
from live_composer.music.metre import family

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from live_composer.corpus.store import Corpus
    from live_composer.music.melody import Melody
    from live_composer.music.metre import Metre
    from live_composer.rules.context import Context

REFERENCE = Path(__file__).with_name("default_corpus.json")
"""The figures of the default corpus, itself no part of the program; `scripts/corpus_figures.py` writes them."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """A corpus in pieces of one length.

    Attributes:
        beginnings: (tunes, steps) how every tune begins, as the melodies of a model begin.
        held_out: (tunes, steps) those of tunes that models do not learn from.
        learnt: (pieces, steps) the tunes that they do learn from, cut up one piece after the other.
    """

    beginnings: NDArray[np.int8]
    held_out: NDArray[np.int8]
    learnt: NDArray[np.int8]


def cut(corpus: Corpus, metre: Metre, steps: int) -> Pieces:
    """Cut the tunes of one metre into pieces, from the first bar line on; what is left at the end is dropped.

    Metres that a policy hears as one count as one: 2/4 and 2/2 as 4/4, 12/8 as 6/8.

    Raises:
        BadInput: there is no such piece to learn from or held out.
    """
    learnt, held_out = corpus.split("train"), [*corpus.split("validation"), *corpus.split("test")]
    pieces = Pieces(
        _cut([*learnt, *held_out], metre, steps, beginnings=True),
        _cut(held_out, metre, steps, beginnings=True),
        _cut(learnt, metre, steps, beginnings=False),
    )
    if not (len(pieces.learnt) and len(pieces.held_out)):
        raise BadInput(f"The corpus in {corpus.folder} has too few tunes in {metre} that are {steps} sixteenths long.")
    return pieces


def measure(corpus: Corpus, pieces: Pieces, context: Context) -> Tunes:
    """Measure how tunes begin, and how like those learnt from the others are."""
    events = pieces.beginnings.astype(np.int64)
    counted = tallies((*TABLE, *HEALTH), hear(events, context))
    pool = events[np.random.default_rng(1).permutation(len(events))[:POOL]]
    likeness = Tally.of(distances(pieces.held_out, pieces.learnt)).mean()
    return Tunes(
        corpus=corpus.report.command,
        sha256=corpus.report.sha256,
        metre=str(context.metre),
        steps=events.shape[1],
        pieces=len(events),
        table=estimates(TABLE, counted),
        health=estimates(HEALTH, counted) | pooled(pool) | {"tune": likeness},
    )


def reference(metre: str, steps: int) -> Tunes | None:
    """Return the figures of the default corpus for pieces of a metre and a length, where they are known."""
    known: list[Tunes] = decode(REFERENCE.read_bytes(), str(REFERENCE), list[Tunes])
    return next((tunes for tunes in known if (tunes.metre, tunes.steps) == (metre, steps)), None)


def _cut(melodies: list[Melody], metre: Metre, steps: int, *, beginnings: bool) -> NDArray[np.int8]:
    pieces = [
        melody.events[begin : begin + steps]
        for melody in melodies
        if melody.metre == metre or (family(metre) and family(melody.metre) == family(metre))
        for begin in range(0, 1 if beginnings else len(melody), steps)
        if begin + steps <= len(melody)
    ]
    return np.stack(pieces) if pieces else np.empty((0, steps), dtype=np.int8)
