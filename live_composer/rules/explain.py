"""Why a note: a melody drawn as a piano roll, and under it what each rule of a book said, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from live_composer.music import piano_roll
from live_composer.music.units import STEPS_PER_BEAT
from live_composer.music.vocabulary import FIRST_PITCH, HOLD, pitch_name

if TYPE_CHECKING:
    from live_composer.music.key import Key
    from live_composer.music.melody import Melody
    from live_composer.rules.book import RuleBook
    from live_composer.rules.rule import Rewards

_STRONG = 1.0
_MARKS = {(True, True): "▲", (True, False): "△", (False, False): "▽", (False, True): "▼"}
_LABEL = " " * 5


@dataclass(frozen=True)
class Moment:
    """What one rule said at one step.

    Attributes:
        step: the column of the melody, from 0.
        rule: the rule's name.
        value: weighted by the book.
    """

    step: int
    rule: str
    value: float


@dataclass(frozen=True)
class Explanation:
    """What a rule book says of a whole melody.

    Attributes:
        melody: what was judged.
        rules: the names of the book's rules.
        values: weighted by the book, (rules, steps).
    """

    melody: Melody
    rules: list[str]
    values: Rewards

    def moments(self, count: int) -> list[Moment]:
        """Return the strongest single judgements, the strongest first."""
        strongest = np.argsort(-np.abs(self.values), axis=None, kind="stable")[:count]
        places = [divmod(int(index), self.values.shape[1]) for index in strongest]
        found = [Moment(step, self.rules[rule], float(self.values[rule, step])) for rule, step in places]
        return [moment for moment in found if moment.value]

    def draw(self, width: int) -> list[str]:
        """Draw the melody, and under each system a row for each rule that said something there.

        Args:
            width: columns at most.
        """
        metre, notes = self.melody.metre, self.melody.notes()
        bars = -(-len(self.melody) // metre.steps_per_bar)
        together = piano_roll.bars_that_fit(width - max(map(len, self.rules)) - 1, metre)
        lines: list[str] = []
        for first in range(0, bars, together):
            count = min(together, bars - first)
            lines += [*piano_roll.system(notes, first, count, metre), *self._rows(first, count), ""]
        return lines[:-1]

    def place(self, step: int) -> str:
        """Say where a step stands, and what happens there: `bar 3, beat 2.5: F#4`."""
        bar, within = divmod(step, self.melody.metre.steps_per_bar)
        event = int(self.melody.events[step])
        what = "held" if event == HOLD else "note off"
        if event >= FIRST_PITCH:
            what = pitch_name(self.melody.vocabulary.pitch(event))
        return f"bar {bar + 1}, beat {within / STEPS_PER_BEAT + 1:g}: {what}"

    def _rows(self, first_bar: int, bars: int) -> list[str]:
        per_bar = self.melody.metre.steps_per_bar
        here = self.values[:, first_bar * per_bar : (first_bar + bars) * per_bar]
        rows: list[str] = []
        for name, values in zip(self.rules, here.tolist(), strict=True):
            if any(values):
                cells = "".join(_mark(value) for value in values).ljust(bars * per_bar)
                parts = [cells[at : at + per_bar] for at in range(0, len(cells), per_bar)]
                line = piano_roll.BAR_LINE
                rows.append(f"{_LABEL}{line}{line.join(parts)}{line} {name}")
        return rows


def explain(melody: Melody, key: Key, book: RuleBook) -> Explanation:
    """Judge a whole melody in its key, as it sounds; one that begins in mid-bar begins with a pick-up."""
    pick_up = pick_up_steps(melody)
    context = book.context(
        key=key,
        metre=melody.metre,
        first_step=-pick_up,
        length=len(melody) - pick_up,
        vocabulary=melody.vocabulary,
    )
    values = book.score(melody.events[None].astype(np.int64), context)[:, 0]
    weights = np.array([book.weights[rule.name] for rule in book.rules])
    return Explanation(melody, [rule.name for rule in book.rules], values * weights[:, None])


def pick_up_steps(melody: Melody) -> int:
    """Return the steps before the first bar line that counts: a bar if its first half is silent, else none."""
    starts = np.flatnonzero(melody.events >= FIRST_PITCH)
    per_bar = melody.metre.steps_per_bar
    return per_bar if len(starts) and per_bar <= 2 * int(starts[0]) < 2 * per_bar else 0


def _mark(value: float) -> str:
    return _MARKS[value > 0, abs(value) >= _STRONG] if value else " "
