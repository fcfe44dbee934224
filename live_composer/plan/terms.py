"""The terms of a plan: what the musician asks of the notes to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from live_composer.music.metre import COMMON_TIME, Metre
from live_composer.music.vocabulary import LARGEST_PITCH

if TYPE_CHECKING:
    from live_composer.music.key import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is asked of the notes to come; pitches are in the key's home.

    Attributes:
        metre: places the steps in the bar.
        key: keeps the pitches within its mode; None keeps all.
        temperature: above 1 is bolder, below 1 more careful.
        seed: of everything random.
        dial: from 0, the prior with the rules silent, to 1, the tuned policy and the rules in full.
        c: how little a reward counts.
        candidates: how many continuations are tried.
        lowest, highest: the MIDI pitches that may be played.
        density: how many times the odds that a note starts are doubled.
        chord: pitch classes that sound, and may be played too; empty: none known.
    """

    metre: Metre = COMMON_TIME
    key: Key | None = None
    temperature: float = 1.0
    seed: int = 0
    dial: float = 1.0
    c: float = 0.5
    candidates: int = 1
    lowest: int = 0
    highest: int = LARGEST_PITCH
    density: float = 0.0
    chord: frozenset[int] = frozenset()
