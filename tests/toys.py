"""Small policies and rules whose music can be worked out by hand."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH, NOTE_OFF, Vocabulary
from live_composer.policy.shape import Shape
from live_composer.rules.book import RuleBook
from live_composer.rules.rule import Rule, note_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from live_composer.policy.policy import Floats, Integers
    from live_composer.rules.note import Note

OCTAVE = Vocabulary(48, 59)


class TablePolicy:
    """What comes next depends on the last event alone, by a table of logits (last event, START last; event)."""

    shape = Shape(hidden=1, vocabulary=OCTAVE)

    def __init__(self, seed: int, spread: float = 1.0) -> None:
        size = OCTAVE.size
        self.logits = np.random.default_rng(seed).normal(0, spread, (size + 1, size)).astype(np.float32)

    def start(self, batch: int) -> Floats:
        return np.zeros((1, 2, batch, 1), dtype=np.float32)

    def step(
        self, state: Floats, events: Integers, places: Integers, bars: Integers | None = None
    ) -> tuple[Floats, Floats]:
        del places, bars
        return self.logits[events], state

    def log_p(self, melody: tuple[int, ...], before: int, pitches: range) -> float:
        """Return the log probability of a melody in which only `pitches` are allowed; -inf if it may not be."""
        total, sounding = 0.0, before >= FIRST_PITCH
        allowed = {NOTE_OFF, 1, *(OCTAVE.event(pitch) for pitch in pitches)}
        for event in melody:
            may = sorted(allowed if sounding else allowed - {NOTE_OFF})
            if event not in may:
                return -np.inf
            logits = self.logits[before]
            total += float(logits[event] - np.log(np.exp(logits[may]).sum()))
            sounding = event >= FIRST_PITCH or (sounding and event != NOTE_OFF)
            before = event
        return total


def melodies_of(length: int, pitches: range) -> Iterator[tuple[int, ...]]:
    """Give every melody of a length that could be."""
    return product([NOTE_OFF, 1, *(OCTAVE.event(pitch) for pitch in pitches)], repeat=length)


@note_rule
def high_end(note: Note) -> float:
    """End on the highest of three pitches: known only at the end, so that one has to look ahead."""
    return 1.0 if note.step == 3 and note.pitch == 50 else 0.0


@note_rule(every_step=True)
def holds(note: Note) -> float:
    """Hold."""
    return 1.0 if note.is_hold else 0.0


def book_of(*rules: Rule, **weights: float) -> RuleBook:
    return RuleBook("toy", list(rules), {rule.name: 1.0 for rule in rules} | weights)
