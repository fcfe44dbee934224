"""The context of a rule: what is known besides the notes."""

from __future__ import annotations

from dataclasses import dataclass, field

from live_composer.music.key import Key
from live_composer.music.metre import COMMON_TIME, Metre
from live_composer.music.vocabulary import DEFAULT, Vocabulary

PHRASE = 4
"""Bars of a phrase, where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may look at beside the melody.

    Steps are counted from the first bar line, so those of a pick-up are below 0.

    Attributes:
        key: the key in force, as the events are written (for a policy's own melodies the key's home).
        metre: steps a bar, and which of them are strong.
        length: the step at which the melody ends, None for endless playing.
        first_step: the step of the first event that the rule is given; live, a rule is given the last bars alone.
        chord: pitch classes (0 = C) of the chord that sounds, empty when none is known.
        phrase: bars of a phrase; phrases follow one another from step 0 on.
        vocabulary: what the events mean.
        judged_from: the first column (from 0) that is to be judged; those before it are only heard. A batch form may
            save itself work there, and leave 0.
    """

    key: Key = field(default_factory=Key)
    metre: Metre = COMMON_TIME
    length: int | None = 32
    first_step: int = 0
    chord: frozenset[int] = frozenset()
    phrase: int = PHRASE
    vocabulary: Vocabulary = DEFAULT
    judged_from: int = 0

    @property
    def steps_per_phrase(self) -> int:
        """The length of a phrase in sixteenths."""
        return self.phrase * self.metre.steps_per_bar

    def ends_bar(self, step: int) -> bool:
        """Say whether a step is the last of its bar."""
        return (step + 1) % self.metre.steps_per_bar == 0

    def ends_phrase(self, step: int) -> bool:
        """Say whether a step is the last of its phrase, or of the melody."""
        return (step >= 0 and (step + 1) % self.steps_per_phrase == 0) or step + 1 == self.length
