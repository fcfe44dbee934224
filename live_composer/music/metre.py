"""Metre: how steps make bars, and where in the bar a step falls."""

from __future__ import annotations

import re
from dataclasses import dataclass

from live_composer.errors import BadInput
from live_composer.music.units import STEPS_PER_BEAT

_STEPS_PER_WHOLE = 4 * STEPS_PER_BEAT
_MOST_BEATS = 64


@dataclass(frozen=True, slots=True)
class Metre:
    """A time signature whose bar is a whole number of sixteenths."""

    beats: int = 4
    unit: int = 4

    def __post_init__(self) -> None:
        if not 1 <= self.beats <= _MOST_BEATS or self.unit not in (1, 2, 4, 8, 16):
            raise BadInput(f"{self.beats}/{self.unit} is no metre; write one like 4/4, 3/4 or 6/8.")

    @classmethod
    def parse(cls, text: str) -> Metre:
        """Read `4/4`, `3/4`, `6/8`, ...; `C` and `C|` are 4/4 and 2/2.

        Raises:
            BadInput: the text is no metre.
        """
        text = {"C": "4/4", "C|": "2/2"}.get(text.strip(), text.strip())
        found = re.fullmatch(r"(\d{1,2}) */ *(\d{1,2})", text)
        if not found:
            raise BadInput(f"`{text}` is no metre; write one like 4/4, 3/4 or 6/8.")
        return cls(int(found[1]), int(found[2]))

    @property
    def steps_per_bar(self) -> int:
        """The length of a bar in sixteenths."""
        return self.beats * _STEPS_PER_WHOLE // self.unit

    @property
    def beats_per_bar(self) -> float:
        """The length of a bar in beats (quarter notes)."""
        return self.steps_per_bar / STEPS_PER_BEAT

    @property
    def steps_per_pulse(self) -> int:
        """The length of the beat that is felt, in sixteenths: a dotted quarter in 6/8, 9/8 and 12/8, else a quarter."""
        compound = self.unit > STEPS_PER_BEAT and self.beats % 3 == 0
        return 3 * _STEPS_PER_WHOLE // self.unit if compound else STEPS_PER_BEAT

    def strength(self, step: int) -> int:
        """Return how strong a step is: BAR_LINE, HALF_BAR, BEAT or OFF_BEAT.

        Args:
            step: sixteenths since a bar line.
        """
        place = step % self.steps_per_bar
        if place == 0:
            return BAR_LINE
        if place % self.steps_per_pulse:
            return OFF_BEAT
        return HALF_BAR if 2 * place == self.steps_per_bar else BEAT

    def __str__(self) -> str:
        return f"{self.beats}/{self.unit}"


OFF_BEAT, BEAT, HALF_BAR, BAR_LINE = range(4)
"""How strong a place in the bar is."""

COMMON_TIME = Metre(4, 4)

FAMILIES = (Metre(4, 4), Metre(3, 4), Metre(6, 8))
"""The metres that a policy can be told of. Others are read as one of these: 2/4 and 2/2 as 4/4, 12/8 as 6/8."""

_FAMILY_OF = {
    "4/4": 0, "2/4": 0, "2/2": 0, "4/2": 0, "4/8": 0, "8/8": 0, "2/8": 0, "3/4": 1, "6/4": 1, "3/2": 1,
    "6/8": 2, "3/8": 2, "12/8": 2,
}  # fmt: skip

PLACES = sum(metre.steps_per_bar for metre in FAMILIES)
"""How many places in a bar there are in all: 16 + 12 + 12, each a number of its own."""

NO_PLACE = -1
"""The place of a step whose metre is none of the families."""


def family(metre: Metre) -> Metre | None:
    """Return the metre of `FAMILIES` that `metre` is read as, or None."""
    index = _FAMILY_OF.get(str(metre))
    return None if index is None else FAMILIES[index]


def place(metre: Metre, step: int) -> int:
    """Return where a step falls, as a number from 0 to PLACES - 1, or NO_PLACE.

    Args:
        metre: the metre in force; its family decides.
        step: sixteenths since a bar line.
    """
    index = _FAMILY_OF.get(str(metre))
    if index is None:
        return NO_PLACE
    before = sum(other.steps_per_bar for other in FAMILIES[:index])
    return before + step % FAMILIES[index].steps_per_bar
