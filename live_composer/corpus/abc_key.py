"""The K: field of ABC: a key with its signature, its extra accidentals and its octave."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from live_composer.music.key import Key, key_of_signature

_KEY = re.compile(r"([A-G])([#b]?)\s*([A-Za-z]*)")
_EXTRA = re.compile(r"(\^{1,2}|_{1,2}|=)([A-Ga-g])")
_OCTAVE = re.compile(r"octave=(-?\d)")
_OPTION = re.compile(r"(?<!\S)(?:clef|middle|m|octave|transpose|t|score|sound|shift|stafflines|staffscale|style)=\S*")
"""What a K: field says of clef and staff: `clef=bass` makes no B natural."""
_PIPES = {"HP": 0, "Hp": 2}
"""Highland pipes: HP writes no signature, Hp two sharps; both play A mixolydian."""
ACCIDENTALS = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}

_FIFTHS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}
_MODES = {
    "": ("major", 0), "maj": ("major", 0), "ion": ("major", 0), "lyd": ("lydian", 1), "mix": ("mixolydian", -1),
    "dor": ("dorian", -2), "m": ("minor", -3), "min": ("minor", -3), "aeo": ("minor", -3), "phr": ("phrygian", -4),
    "loc": ("locrian", -5),
}  # fmt: skip
"""Modes by their first three letters, with the fifths of their signature above that of the major key."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What a K: field says.

    Attributes:
        key: the key, None where none is written.
        accidentals: semitones by which each letter is altered.
        octave: octaves to move everything up.
    """

    key: Key | None = None
    accidentals: dict[str, int] = field(default_factory=dict[str, int])
    octave: int = 0

    def changed(self, text: str) -> Signature:
        """Read a K: field that follows this one; a field of a clef alone changes no key."""
        octave = _OCTAVE.search(text)
        signature = replace(self, octave=int(octave[1])) if octave else self
        if text[:2] in _PIPES:
            return replace(signature, key=Key(9, "mixolydian"), accidentals=_sharps(_PIPES[text[:2]]))
        if text.lower().startswith("none"):
            return replace(signature, key=None, accidentals={})
        match = _KEY.match(text)
        if match is None:
            return signature
        extra = {letter.upper(): ACCIDENTALS[sign] for sign, letter in _EXTRA.findall(_OPTION.sub("", text))}
        if match[3].lower() == "exp":  # The accidentals are written, and no mode is.
            return replace(signature, key=None, accidentals=extra)
        mode, above = _mode(match[3])
        sharps = _FIFTHS[match[1]] + {"#": 7, "b": -7, "": 0}[match[2]] + above
        return replace(signature, key=key_of_signature(sharps, mode), accidentals={**_sharps(sharps), **extra})


def _mode(word: str) -> tuple[str, int]:
    """Return a mode and its fifths; `m` is minor, but `M` major, and words that name no mode mean nothing."""
    if word == "M":
        return _MODES[""]
    return _MODES.get(word.lower() if len(word) == 1 else word[:3].lower(), _MODES[""])


def _sharps(count: int) -> dict[str, int]:
    """Return the accidentals of a signature of `count` sharps (negative: flats)."""
    order = "FCGDAEB" if count > 0 else "BEADGCF"
    accidentals: dict[str, int] = {}
    for index in range(abs(count)):
        letter = order[index % 7]
        accidentals[letter] = accidentals.get(letter, 0) + (1 if count > 0 else -1)
    return accidentals
