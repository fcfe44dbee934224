"""Bars: which bar a step belongs to, when the metre may change at any bar line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from live_composer.rules.context import PHRASE

if TYPE_CHECKING:
    from live_composer.music.metre import Metre

_KEPT = 64
"""Changes of metre that are remembered."""


class BarSpan(NamedTuple):
    """A bar: its number from 1, the step at which it begins, and its metre."""

    number: int
    begin: int
    metre: Metre

    @property
    def end(self) -> int:
        """The step at which the next one begins."""
        return self.begin + self.metre.steps_per_bar


class Bars:
    """The bars of the music, from step 0 on or, for a part of it, from `begin`."""

    def __init__(self, metre: Metre, begin: int = 0, number: int = 1) -> None:
        self._changes = [_Change(BarSpan(number, begin, metre), 0)]

    def at(self, step: int) -> BarSpan:
        """Return the bar that a step belongs to."""
        since = self._since(step).bar
        bars = max(0, step - since.begin) // since.metre.steps_per_bar
        return BarSpan(since.number + bars, since.begin + bars * since.metre.steps_per_bar, since.metre)

    def line(self, step: int) -> int:
        """Return the first bar line at `step` or later."""
        bar = self.at(step)
        return bar.begin if bar.begin == step else bar.end

    def change(self, line: int, metre: Metre) -> None:
        """Have bars of another metre from a bar line on; changes at later ones are forgotten."""
        bar = self.at(line)
        kept = [change for change in self._changes if change.bar.begin < line]
        phrase = PHRASE * metre.steps_per_bar
        before = self._number(kept[-1], line) if kept else 0
        if not kept or kept[-1].bar.metre != metre:
            kept.append(_Change(BarSpan(bar.number, line, metre), -(-before // phrase) * phrase))
        self._changes = kept[-_KEPT:]

    def number_for_planner(self, step: int) -> int:
        """Return a number of the step for the planner, who takes multiples of a bar's steps to begin bars.

        The phrases begin anew where the metre changed, and no number comes twice.
        """
        return self._number(self._since(step), step)

    @staticmethod
    def _number(change: _Change, step: int) -> int:
        return change.number + step - change.bar.begin

    def _since(self, step: int) -> _Change:
        """Return the change of metre that is in force at a step."""
        return next((change for change in reversed(self._changes) if change.bar.begin <= step), self._changes[0])


class _Change(NamedTuple):
    """The first bar of a metre, and the planner's number of its first step."""

    bar: BarSpan
    number: int
