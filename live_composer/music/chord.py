"""Chords: names as players write them, and the pitch classes that they stand for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from live_composer.errors import BadInput
from live_composer.music.key import ACCIDENTALS, LETTERS, NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable


QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7), "m": (0, 3, 7), "7": (0, 4, 7, 10), "m7": (0, 3, 7, 10), "maj7": (0, 4, 7, 11),
    "6": (0, 4, 7, 9), "m6": (0, 3, 7, 9), "dim": (0, 3, 6), "dim7": (0, 3, 6, 9), "m7b5": (0, 3, 6, 10),
    "aug": (0, 4, 8), "sus2": (0, 2, 7), "sus4": (0, 5, 7), "7sus4": (0, 5, 7, 10), "5": (0, 7),
    "9": (0, 2, 4, 7, 10), "m9": (0, 2, 3, 7, 10), "maj9": (0, 2, 4, 7, 11), "add9": (0, 2, 4, 7),
}  # fmt: skip
"""Semitones above the root."""

_OTHER_NAMES = {
    "M": "", "maj": "", "min": "m", "-": "m", "min7": "m7", "-7": "m7", "M7": "maj7", "o": "dim", "°": "dim",
    "o7": "dim7", "°7": "dim7", "ø": "m7b5", "+": "aug", "sus": "sus4",
}  # fmt: skip
_NAME = re.compile(r"([A-Ga-g])([#b♯♭]?)([^/]*)(?:/([A-Ga-g])([#b♯♭]?))?")


def parse(text: str) -> frozenset[int]:
    """Return the pitch classes of `Am`, `G7`, `F#m7b5`, `C/E`, ...; none of an empty name.

    Raises:
        BadInput: the text names no chord.
    """
    if not text.strip():
        return frozenset()
    found = _NAME.fullmatch(text.strip())
    quality = _OTHER_NAMES.get(found[3].strip(), found[3].strip()) if found else ""
    if not found or quality not in QUALITIES:
        raise BadInput(f"`{text}` is no chord; write one like C, Am, G7, F#m7b5 or C/E.")
    root = LETTERS[found[1].upper()] + ACCIDENTALS[found[2]]
    bass = [LETTERS[found[4].upper()] + ACCIDENTALS[found[5] or ""]] if found[4] else []
    return frozenset(pitch % 12 for pitch in [*(root + interval for interval in QUALITIES[quality]), *bass])


def name(chord: Iterable[int]) -> str:
    """Name a chord by its pitch classes; where it has no name, by its notes.

    >>> name([0, 4, 9]), name([0, 1])
    ('Am', 'C Db')
    """
    held = sorted(set(chord))
    for quality, intervals in QUALITIES.items():
        for root in held:
            if moved(intervals, root) == held:
                return NAMES[root] + quality
    return " ".join(NAMES[pitch_class] for pitch_class in held)


def moved(chord: Iterable[int], semitones: int) -> list[int]:
    """Return the pitch classes of a chord that is moved, in order."""
    return sorted({(pitch_class + semitones) % 12 for pitch_class in chord})
