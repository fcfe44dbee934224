"""Wishes: what is asked of the music to come, as the planner is asked it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from live_composer.music import chord as chords
from live_composer.music.key import Key
from live_composer.music.metre import COMMON_TIME, Metre
from live_composer.music.vocabulary import DEFAULT, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live_composer.live.values import Values

_LEAST_STRICT = 0.01
_LOUDEST_LIKING = 2.0
"""The reward of a step that goes on with something liked, at full repetition."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the musician asks of the music.

    Attributes:
        model: by name or path.
        metre, key: events are in the key's home.
        temperature: of sampling.
        seed: of everything random.
        vocabulary: what the model's events mean.
        book: the rule book, by name or path; empty for none.
        weights: of its rules, by name.
        dial: from 0, as learnt from tunes, to 1, as tuned to the rules.
        strictness: how much rules count; 0 for not at all.
        lowest, highest: MIDI pitches as they sound in the key.
        density: how many times the odds of a note are doubled.
        chord: pitch classes that sound, in the key as it sounds.
        repetition: 0 to 1, how much of what was liked comes back.
        liked: events of bars that were liked.
    """

    model: str
    metre: Metre = COMMON_TIME
    key: Key = field(default_factory=Key)
    temperature: float = 1.0
    seed: int = 0
    vocabulary: Vocabulary = DEFAULT
    book: str = ""
    weights: dict[str, float] = field(default_factory=dict[str, float])
    dial: float = 1.0
    strictness: float = 2.0
    lowest: int = 0
    highest: int = 127
    density: float = 0.0
    chord: frozenset[int] = frozenset()
    repetition: float = 0.0
    liked: tuple[tuple[int, ...], ...] = ()

    @classmethod
    def of(cls, values: Values, vocabulary: Vocabulary, liked: tuple[tuple[int, ...], ...] = ()) -> Wishes:
        """Return what the values of all parameters ask for, and what was liked."""
        lowest, highest = sorted((values.whole("lowest"), values.whole("highest")))
        return cls(
            model=values.word("model"),
            metre=Metre.parse(values.word("metre")),
            key=Key.parse(values.word("key")),
            temperature=values.number("temperature"),
            seed=values.whole("seed"),
            vocabulary=vocabulary,
            book=values.word("book"),
            weights=values.heard_weights,
            dial=values.number("dial"),
            strictness=values.number("strictness"),
            lowest=lowest,
            highest=highest,
            density=values.number("density"),
            chord=chords.parse(values.word("chord")),
            repetition=values.number("repetition"),
            liked=liked,
        )

    def until_bar(self, now: Wishes) -> Wishes:
        """Return these wishes as they can be had before the next bar line: with the model, book and metre of `now`."""
        return replace(self, model=now.model, book=now.book, metre=now.metre, weights=now.weights)

    def request(self, revision: int, events: Sequence[int], first_step: int, horizon: int) -> dict[str, Any]:
        """Return the fields of the planning request; pitches in it are in the key's home."""
        shift = self.key.shift
        strict = self.strictness >= _LEAST_STRICT and self.book
        return {
            "revision": revision,
            "model": self.model,
            "events": list(events),
            "first_step": first_step,
            "horizon": horizon,
            "metre": str(self.metre),
            "key": str(self.key),
            "temperature": self.temperature,
            "seed": self.seed,
            "dial": self.dial,
            "book": self.book if strict else "",
            "weights": self.weights if strict else {},
            "c": 1 / max(self.strictness, _LEAST_STRICT),
            "lowest": min(127, max(0, self.lowest - shift)),
            "highest": min(127, max(0, self.highest - shift)),
            "density": self.density,
            "chord": chords.moved(self.chord, -shift),
            "liked": [list(motif) for motif in self.liked] if self.repetition else [],
            "liking": _LOUDEST_LIKING * self.repetition,
        }
