"""Pictures as SVG: piano rolls and curves, without any library."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np

from live_composer.music.vocabulary import pitch_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from live_composer.music.melody import Melody

COLOURS = ("#2563eb", "#d97706", "#059669", "#db2777", "#7c3aed", "#475569", "#0891b2", "#b45309")
_STEP, _ROW = 14, 7
_LABEL = 34
_WIDTH, _HEIGHT = 520, 190
_LEFT, _TOP, _BOTTOM = 48, 26, 30
_TICKS = 5

_STYLE = (
    "text{font:11px system-ui,sans-serif;fill:#64748b}.t{font-size:13px;fill:#334155}"
    ".bar{stroke:#94a3b8}.beat{stroke:#e2e8f0}.c{stroke:#fca5a5}"
)


def roll(melody: Melody, title: str) -> str:
    """Draw a melody: time goes right, pitch goes up; bar lines are dark, the line through each C is red."""
    notes = melody.notes()
    low = min((note.pitch for note in notes), default=60) - 1
    high = max((note.pitch for note in notes), default=60) + 1
    steps, per_bar = len(melody), melody.metre.steps_per_bar
    width, height = _LABEL + steps * _STEP + 1, _TOP + (high - low + 1) * _ROW
    parts = [f'<text class="t" x="{_LABEL}" y="15">{html.escape(title)}</text>']
    for step in range(0, steps + 1, melody.metre.steps_per_pulse):
        x = _LABEL + step * _STEP
        parts.append(f'<path class="{"beat" if step % per_bar else "bar"}" d="M{x} {_TOP}V{height}"/>')
    for pitch in range(low, high + 1):
        y = _TOP + (high - pitch) * _ROW + _ROW // 2
        if pitch % 12 == 0:
            parts.append(
                f'<path class="c" d="M{_LABEL} {y}H{width}"/><text x="4" y="{y + 4}">{pitch_name(pitch)}</text>'
            )
    for note in notes:
        x, y = _LABEL + note.onset * _STEP, _TOP + (high - note.pitch) * _ROW
        parts.append(
            f'<rect x="{x}" y="{y}" width="{note.length * _STEP - 2}" height="{_ROW - 1}" rx="2" fill="{COLOURS[0]}">'
            f"<title>{pitch_name(note.pitch)}</title></rect>"
        )
    return _svg(width, height, parts)


def curves(title: str, series: Mapping[str, Sequence[float]]) -> str:
    """Draw some rows of numbers against their place, in one picture with a legend."""
    values = [value for row in series.values() for value in row]
    ticks = _ticks(min([*values, 0.0]), max([*values, 0.0]))
    low, high = ticks[0], ticks[-1]
    length = max((len(row) for row in series.values()), default=1)
    right, bottom = _WIDTH - 12, _HEIGHT - _BOTTOM

    def x(place: float) -> float:
        return _LEFT + (right - _LEFT) * place / max(1, length - 1)

    def y(value: float) -> float:
        return bottom - (bottom - _TOP) * (value - low) / (high - low)

    parts = [f'<text class="t" x="{_LEFT}" y="15">{html.escape(title)}</text>']
    for tick in ticks:
        parts.append(f'<path class="beat" d="M{_LEFT} {y(tick):.1f}H{right}"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>')
    parts += [
        f'<text x="{x(place):.1f}" y="{bottom + 14}" text-anchor="middle">{place}</text>'
        for place in range(0, length, max(1, length // 8))
    ]
    for number, (name, row) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join(f"{x(place):.1f},{y(value):.1f}" for place, value in enumerate(row))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
        parts.append(
            f'<text x="{right}" y="{_TOP + 12 + 13 * number}" text-anchor="end" style="fill:{colour}">'
            f"{html.escape(name)}</text>"
        )
    return _svg(_WIDTH, _HEIGHT, parts)


def _svg(width: int, height: int, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    return f"{head}<style>{_STYLE}</style>{''.join(parts)}</svg>\n"


def _ticks(low: float, high: float) -> list[float]:
    """Return round numbers from below the lowest to above the highest value."""
    span = max(high - low, 1e-9) / _TICKS
    unit = 10.0 ** np.floor(np.log10(span))
    size = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= span)
    first, last = int(np.floor(low / size)), int(np.ceil(high / size))
    return [round(float(number * size), 10) for number in range(first, max(last, first + 1) + 1)]
