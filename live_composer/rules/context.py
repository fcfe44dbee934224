"""The context of a rule: what is known besides the notes."""

from __future__ import annotations

from dataclasses import dataclass, field

from live_composer.music.key import Key
from live_composer.music.metre import COMMON_TIME, Metre
from live_composer.music.vocabulary import DEFAULT, Vocabulary


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may look at beside the melody.

    Attributes:
        key: the key in force, as the events are written (for a policy's own melodies the key's home).
        metre: steps a bar and beats a bar.
        length: steps of the whole melody, None for endless playing.
        first_step: the step of the first column of the melodies, counted from a bar line.
        chord: pitch classes (0 = C) of the chord that sounds, empty when none is known.
        vocabulary: what the events mean.
    """

    key: Key = field(default_factory=Key)
    metre: Metre = COMMON_TIME
    length: int | None = 32
    first_step: int = 0
    chord: frozenset[int] = frozenset()
    vocabulary: Vocabulary = DEFAULT
