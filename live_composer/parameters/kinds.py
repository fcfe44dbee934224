"""Kinds of parameters: what values there are, how they are written, and where they lie on a knob.

Every kind answers the same questions. `check` says whether a value will do, `parse` reads what a person typed, `show`
writes it; `at` and `place` lead from a knob's position (0 to 1) to a value and back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from live_composer.errors import BadInput, nearest
from live_composer.music.key import SCALES, Key
from live_composer.music.metre import FAMILIES, Metre

Value: TypeAlias = bool | int | float | str

LONGEST_BAR = 128
"""Sixteenths of the longest bar that is played live."""
_NOTHING = "none"


class Kind(Protocol):
    """What a parameter's values are. All errors are `BadInput` and say what there is instead."""

    def check(self, value: object) -> Value:
        """Return the value as it is kept."""
        ...

    def parse(self, text: str) -> Value:
        """Read a value as a person types it."""
        ...

    def show(self, value: Value) -> str:
        """Write a value as a person reads it, without its unit."""
        ...

    def at(self, place: float) -> Value:
        """Return the value at a knob's place, 0 to 1."""
        ...

    def place(self, value: Value) -> float:
        """Return where on the knob a value lies, 0 to 1."""
        ...

    def move(self, value: Value, ticks: int) -> Value:
        """Return the value so many small steps further, stopping at the ends."""
        ...

    @property
    def range(self) -> str:
        """What values there are, in words."""
        ...


@dataclass(frozen=True, slots=True)
class Number:
    """A real number.

    Attributes:
        lowest, highest: the range, ends included.
        tick: the small step of a slider.
        ratio: whether equal ways on the knob are equal ratios, not equal differences.
    """

    lowest: float
    highest: float
    tick: float
    ratio: bool = False

    def check(self, value: object) -> float:  # noqa: D102 - see Kind
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.lowest <= value <= self.highest:
            raise BadInput(f"{value!r} is no number from {self.lowest:g} to {self.highest:g}.")
        return float(value)

    def parse(self, text: str) -> float:  # noqa: D102
        try:
            return self.check(float(text))
        except ValueError:
            raise BadInput(f"`{text}` is no number; it goes from {self.lowest:g} to {self.highest:g}.") from None

    def show(self, value: Value) -> str:  # noqa: D102
        return f"{value:g}"

    def at(self, place: float) -> float:  # noqa: D102
        place = min(1.0, max(0.0, place))
        if self.ratio:
            exact = self.lowest * (self.highest / self.lowest) ** place
        else:
            exact = self.lowest + place * (self.highest - self.lowest)
        return self._within(round(exact, _digits(self.tick) + 1))

    def place(self, value: Value) -> float:  # noqa: D102
        value = self._within(float(value))
        if self.ratio:
            return math.log(value / self.lowest) / math.log(self.highest / self.lowest)
        return (value - self.lowest) / (self.highest - self.lowest)

    def move(self, value: Value, ticks: int) -> float:  # noqa: D102
        return self._within(round(float(value) + ticks * self.tick, _digits(self.tick)))

    @property
    def range(self) -> str:  # noqa: D102
        return f"{self.lowest:g} to {self.highest:g}"

    def _within(self, value: float) -> float:
        return min(self.highest, max(self.lowest, value))


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number; some of them may have a name, such as 0 for none."""

    lowest: int
    highest: int
    names: tuple[tuple[int, str], ...] = ()

    def check(self, value: object) -> int:  # noqa: D102 - see Kind
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not self.lowest <= value <= self.highest:
            raise BadInput(f"{value!r} is no whole number from {self.range}.")
        return value

    def parse(self, text: str) -> int:  # noqa: D102
        by_name = {name: number for number, name in self.names}
        try:
            return by_name[text.strip().lower()] if text.strip().lower() in by_name else self.check(int(text))
        except ValueError:
            raise BadInput(f"`{text}` is no whole number; it goes from {self.range}.") from None

    def show(self, value: Value) -> str:  # noqa: D102
        return dict(self.names).get(int(value), str(value))

    def at(self, place: float) -> int:  # noqa: D102
        return self.lowest + round(min(1.0, max(0.0, place)) * (self.highest - self.lowest))

    def place(self, value: Value) -> float:  # noqa: D102
        return (int(value) - self.lowest) / (self.highest - self.lowest)

    def move(self, value: Value, ticks: int) -> int:  # noqa: D102
        return min(self.highest, max(self.lowest, int(value) + ticks))

    @property
    def range(self) -> str:  # noqa: D102
        return f"{self.lowest} to {self.highest}" + "".join(f" ({number}: {name})" for number, name in self.names)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def check(self, value: object) -> str:  # noqa: D102 - see Kind
        if value not in self.words:
            raise BadInput(f"`{value}` is none of the choices; {nearest(str(value), self.words)}")
        return str(value)

    def parse(self, text: str) -> str:  # noqa: D102
        return self.check(text.strip().lower())

    def show(self, value: Value) -> str:  # noqa: D102
        return str(value)

    def at(self, place: float) -> str:  # noqa: D102
        return self.words[min(len(self.words) - 1, int(max(0.0, place) * len(self.words)))]

    def place(self, value: Value) -> float:  # noqa: D102
        # The middle of its stretch of the knob, so that `at` finds it again.
        return (self.words.index(str(value)) + 0.5) / len(self.words)

    def move(self, value: Value, ticks: int) -> str:  # noqa: D102
        return self.words[min(len(self.words) - 1, max(0, self.words.index(str(value)) + ticks))]

    @property
    def range(self) -> str:  # noqa: D102
        return ", ".join(self.words)


@dataclass(frozen=True, slots=True)
class Word:
    """A word whose sense others know: a model, a book, a chord."""

    what: str
    may_be_empty: bool = False

    def check(self, value: object) -> str:  # noqa: D102 - see Kind
        if not isinstance(value, str) or not (value.strip() or self.may_be_empty):
            raise BadInput(f"{value!r} is no name of a {self.what}.")
        return value.strip()

    def parse(self, text: str) -> str:  # noqa: D102
        return self.check("" if self.may_be_empty and text.strip().lower() == _NOTHING else text)

    def show(self, value: Value) -> str:  # noqa: D102
        return str(value) or _NOTHING

    def at(self, place: float) -> str:  # noqa: ARG002, D102
        raise BadInput(f"A knob cannot choose a {self.what}; a program change can, by a preset.")

    def place(self, value: Value) -> float:  # noqa: ARG002, D102
        return 0.0

    def move(self, value: Value, ticks: int) -> str:  # noqa: ARG002, D102
        return str(value)

    @property
    def range(self) -> str:  # noqa: D102
        return f"the name of a {self.what}" + (f", or {_NOTHING}" if self.may_be_empty else "")


class KeyName(Choice):
    """A key: 12 tonics in each mode, written as people write them."""

    __slots__ = ()

    def check(self, value: object) -> str:
        """See `Kind.check`."""
        return str(Key.parse(str(value)))

    def parse(self, text: str) -> str:
        """See `Kind.parse`."""
        return self.check(text)

    @property
    def range(self) -> str:
        """See `Kind.range`."""
        return f"a tonic (C, F#, Bb, ...) and a mode ({', '.join(SCALES)})"


class MetreName(Choice):
    """A metre: a knob finds those that models know, and any whose bars can be played may be typed."""

    __slots__ = ()

    def check(self, value: object) -> str:
        """See `Kind.check`."""
        metre = Metre.parse(str(value))
        if metre.steps_per_bar > LONGEST_BAR:
            raise BadInput(f"A bar of {metre} is too long to be played live; it has at most {LONGEST_BAR} sixteenths.")
        return str(metre)

    def parse(self, text: str) -> str:
        """See `Kind.parse`."""
        return self.check(text)

    def place(self, value: Value) -> float:
        """See `Kind.place`."""
        return super().place(value) if value in self.words else 0.0

    def move(self, value: Value, ticks: int) -> str:
        """See `Kind.move`."""
        return super().move(value, ticks) if value in self.words else self.words[0]

    @property
    def range(self) -> str:
        """See `Kind.range`."""
        return f"{', '.join(self.words)}, or another of up to {LONGEST_BAR} sixteenths a bar"


KEYS = KeyName(tuple(str(Key(tonic, mode)) for mode in SCALES for tonic in range(12)))
METRES = MetreName(tuple(map(str, FAMILIES)))


def _digits(tick: float) -> int:
    """Return the decimals that a step of this size needs."""
    return max(0, math.ceil(-math.log10(tick)))
