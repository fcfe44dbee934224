"""Keys and modes: names, scales, the way home, and a guess at the key of notes."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from live_composer.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
    "pentatonic": (0, 2, 4, 7, 9),
    "minor-pentatonic": (0, 3, 5, 7, 10),
}
"""Modes as semitones above the tonic."""

_HOMES = {
    "major": 0, "pentatonic": 0, "dorian": 2, "phrygian": 4, "lydian": 5, "mixolydian": 7, "minor": 9,
    "minor-pentatonic": 9, "locrian": 11,
}  # fmt: skip
"""The tonic on which each mode uses white keys alone: where policies learn it (C major, A minor, D dorian, ...)."""

LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
ACCIDENTALS = {"": 0, "#": 1, "b": -1, "♯": 1, "♭": -1}
_SHORT_MODES = {
    "": "major", "M": "major", "maj": "major", "ionian": "major", "m": "minor", "min": "minor", "aeolian": "minor",
}  # fmt: skip
NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
"""Pitch classes as they are written, by their numbers."""

# How well each pitch class fits a key, from listeners' ratings (Krumhansl and Kessler 1982).
_MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)

_ROWS = np.array([np.roll(profile, tonic) for tonic in range(12) for profile in (_MAJOR_PROFILE, _MINOR_PROFILE)])
_CENTRED = _ROWS - _ROWS.mean(axis=1, keepdims=True)
_PROFILES = _CENTRED / np.linalg.norm(_CENTRED, axis=1, keepdims=True)
"""(24, 12): the profile of each tonic's major, then minor key, centred and of one length."""


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic (0 = C ... 11 = B) and a mode of `SCALES`."""

    tonic: int = 0
    mode: str = "major"

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read `D`, `Bb`, `F#m`, `A minor`, `E dorian`, ...

        Raises:
            BadInput: the text names no key; the nearest name is offered.
        """
        text = text.strip()
        letter, rest = text[:1].upper(), text[1:]
        accidental = rest[:1] if rest[:1] in {"#", "b", "♯", "♭"} else ""
        mode = rest[len(accidental) :].strip(" -_")
        mode = _SHORT_MODES.get(mode if mode == "M" else mode.lower(), mode.lower())
        if letter not in LETTERS:
            raise BadInput(f"`{text}` is no key; write one like C, F#m, Bb or `E dorian`.")
        if mode not in SCALES:
            near = [name for name in SCALES if name.startswith(mode)] or difflib.get_close_matches(mode, SCALES)
            hint = f"did you mean `{near[0]}`?" if near else f"modes are {', '.join(SCALES)}."
            raise BadInput(f"`{mode}` in `{text}` is no mode; {hint}")
        return cls((LETTERS[letter] + ACCIDENTALS[accidental]) % 12, mode)

    @property
    def home(self) -> Key:
        """The key of the same mode that needs only white keys; policies know melodies in their home keys."""
        return Key(_HOMES[self.mode], self.mode)

    @property
    def shift(self) -> int:
        """The semitones from home to this key, by the shorter way (-6 to 5)."""
        return (self.tonic - _HOMES[self.mode] + 6) % 12 - 6

    @property
    def sharps(self) -> int:
        """The sharps of its signature, -5 to 6; below 0 these are flats."""
        return (7 * self.shift + 5) % 12 - 5

    @property
    def minor(self) -> bool:
        """Whether its third is minor."""
        return 3 in SCALES[self.mode]  # noqa: PLR2004 - semitones

    def moved(self, semitones: int) -> Key:
        """Return the same mode on a tonic so much higher."""
        return Key((self.tonic + semitones) % 12, self.mode)

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The pitch classes of the scale, 0 = C."""
        return frozenset((self.tonic + interval) % 12 for interval in SCALES[self.mode])

    @property
    def triad(self) -> frozenset[int]:
        """The pitch classes of the chord on the tonic: where a melody comes to rest."""
        third, fifth = 3 if self.minor else 4, 7 if 7 in SCALES[self.mode] else 6  # noqa: PLR2004 - semitones
        return frozenset((self.tonic + interval) % 12 for interval in (0, third, fifth))

    def rung(self, pitch: int) -> int:
        """Return where a pitch stands on the ladder of the scale: its own note, or the one below, counted from C-1.

        Two pitches a step of the scale apart are one rung apart, whatever semitones that is; so a phrase moved along
        the scale keeps its differences.
        """
        octave, above = divmod(pitch - self.tonic, 12)
        scale = SCALES[self.mode]
        return octave * len(scale) + sum(interval <= above for interval in scale) - 1

    def __str__(self) -> str:
        return f"{NAMES[self.tonic]} {self.mode}"


def key_of_signature(sharps: int, mode: str = "major") -> Key:
    """Return the key of `mode` whose signature has `sharps` sharps (negative: flats)."""
    return Key((_HOMES[mode] + 7 * sharps) % 12, mode)


def guess_key(weights: Sequence[float]) -> Key:
    """Guess major or minor key from how long each pitch class sounds (12 numbers from C; Krumhansl and Kessler).

    Where all sound alike, or none, it is C major.
    """
    heard = np.asarray(weights, dtype=np.float64)
    if heard.shape != (12,) or not heard.std():
        return Key()
    # With such profiles the products rank like correlations.
    best = int(np.argmax(_PROFILES @ heard))
    return Key(best // 2, ("major", "minor")[best % 2])
