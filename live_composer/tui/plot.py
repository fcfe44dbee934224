"""Curves drawn in dots of a quarter of a line, with an axis that can be read. No terminal is known here.

40 ┤          ⣀⡠⠤⠒⠊
   │    ⢀⡠⠔⠒⠉
 0 ┤⡠⠔⠊⠁
   └─────────────────
    0            1.2M
"""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live_composer.tui.text import Line

BLOCKS = "▁▂▃▄▅▆▇█"
BEST = "◆"
_DOTS = 0x2800
# The bit of each dot of a cell, by column and row.
_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_ACROSS, _DOWN = 2, 4
_LEAST_WIDTH = 4
_LEAST_TICKS = 2
_NOTHING = 1e-7
"""What figures differ by that do not differ, as a share of them."""
_ROWS_A_TICK = 3
_THOUSAND, _MILLION = 1_000, 1_000_000
_MANY = 100


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis.

    Attributes:
        lowest, highest: its ends.
        step: between the numbers that are written; they are its multiples.
    """

    lowest: float
    highest: float
    step: float

    @property
    def ticks(self) -> list[float]:
        """The numbers that are written."""
        first, last = math.ceil(self.lowest / self.step - 1e-9), math.floor(self.highest / self.step + 1e-9)
        return [number * self.step for number in range(first, last + 1)]

    def written(self, number: float) -> str:
        """Write a number with as many places as the steps need."""
        places = max(0, -math.floor(math.log10(self.step) + 1e-9))
        return f"{number + 0.0:.{places}f}"


def scale(figures: Sequence[float], ticks: int) -> Scale:
    """Return an axis that holds all figures, with two numbers written at least and about so many at most."""
    lowest, highest = min(figures), max(figures)
    largest = max(abs(lowest), abs(highest))
    if highest - lowest < _NOTHING * max(1.0, largest):
        around = largest / 2 if largest > _NOTHING else 1.0
        lowest, highest = lowest - around, highest + around
    rough = (highest - lowest) / max(1, ticks)
    power = 10.0 ** math.floor(math.log10(rough))
    steps = [times * power for times in (10, 5, 2, 1, 0.5, 0.2, 0.1)]
    widest = max(place for place, step in enumerate(steps) if step >= rough * (1 - 1e-9))
    axes = [Scale(lowest, highest, step) for step in steps[widest:]]
    return next((axis for axis in axes if len(axis.ticks) >= _LEAST_TICKS), axes[-1])


def plot(
    places: Sequence[float], figures: Sequence[float], width: int, height: int, best: int | None = None
) -> list[Line]:
    """Draw a curve.

    Args:
        places: where each figure was measured, rising.
        figures: as many, one at least.
        width: columns, the axis among them.
        height: lines, the two of the axis below among them.
        best: the number of the figure that is marked.

    Returns:
        `height` lines, each of `width` columns.
    """
    rows = max(1, height - 2)
    axis = scale(figures, max(1, rows // _ROWS_A_TICK))
    labels = {_row(axis, tick, rows): axis.written(tick) for tick in axis.ticks}
    margin = max(map(len, labels.values())) + 1
    columns = max(_LEAST_WIDTH, width - margin - 1)
    cells = _cells(places, figures, axis, columns, rows)
    if best is not None:
        cells[_row(axis, figures[best], rows)][_column(places, places[best], columns)] = BEST
    lines: list[Line] = []
    for row in range(rows):
        label, edge = f"{labels.get(row, ''):>{margin - 1}} ", "┤" if row in labels else "│"
        lines.append([(label, "dim"), (edge, "faint"), *_coloured(cells[row])])
    first, last = short(places[0]), short(places[-1])
    below = f"{first}{last:>{columns - len(first)}}" if len(places) > 1 else first
    lines.append([(" " * margin, "dim"), ("└" + "─" * columns, "faint")])
    lines.append([(f"{' ' * (margin + 1)}{below:<{columns}}", "dim")])
    return lines


def spark(figures: Sequence[float], width: int) -> str:
    """Draw the latest figures as blocks, from the lowest of them to the highest.

    >>> spark([1, 2, 3], 5)
    '▁▄█'
    """
    latest = figures[-width:]
    lowest, spread = min(latest), max(latest) - min(latest)
    top = len(BLOCKS) - 1
    return "".join(BLOCKS[int(top * (figure - lowest) / spread) if spread else 0] for figure in latest)


def short(number: float) -> str:
    """Write a count in few letters: 950, 12k, 1.2M."""
    if number < _THOUSAND:
        return f"{number:.0f}"
    unit, letter = (_MILLION, "M") if number >= _MILLION else (_THOUSAND, "k")
    return f"{number / unit:.3g}{letter}" if number / unit < _MANY else f"{number / unit:.0f}{letter}"


def _cells(places: Sequence[float], figures: Sequence[float], axis: Scale, columns: int, rows: int) -> list[list[str]]:
    """Return the characters of the curve: each column of dots is joined to the one before."""
    bits = [[0] * columns for _ in range(rows)]
    dots = rows * _DOWN - 1
    before: int | None = None
    for x in range(columns * _ACROSS):
        place = places[0] + (places[-1] - places[0]) * x / (columns * _ACROSS - 1)
        share = (_between(places, figures, place) - axis.lowest) / (axis.highest - axis.lowest)
        y = round(dots * (1 - share))
        low, high = (y, y) if before is None else (min(y, before), max(y, before))
        for dot in range(low + (high > low and low == before), high + 1 - (high > low and high == before)):
            bits[dot // _DOWN][x // _ACROSS] |= _BITS[x % _ACROSS][dot % _DOWN]
        before = y
    return [[chr(_DOTS + cell) if cell else " " for cell in row] for row in bits]


def _between(places: Sequence[float], figures: Sequence[float], place: float) -> float:
    """Return the figure at a place, on the straight line between its neighbours."""
    after = bisect.bisect_left(places, place)
    if after == 0 or len(places) == 1:
        return figures[0]
    if after >= len(places):
        return figures[-1]
    left, right = places[after - 1], places[after]
    share = (place - left) / (right - left) if right > left else 1.0
    return figures[after - 1] + share * (figures[after] - figures[after - 1])


def _row(axis: Scale, figure: float, rows: int) -> int:
    return round((rows * _DOWN - 1) * (axis.highest - figure) / (axis.highest - axis.lowest)) // _DOWN


def _column(places: Sequence[float], place: float, columns: int) -> int:
    spread = places[-1] - places[0]
    return round((columns * _ACROSS - 1) * (place - places[0]) / spread) // _ACROSS if spread else 0


def _coloured(cells: list[str]) -> Line:
    """Return a line of the curve, the mark in a colour of its own."""
    text = "".join(cells)
    before, mark, after = text.partition(BEST)
    return [(before, "accent"), (mark, "home"), (after, "accent")]
