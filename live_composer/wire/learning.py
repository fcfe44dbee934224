"""What a learner and its screen say to each other: how learning goes one way, and that it shall stop the other."""

from __future__ import annotations

from typing import TypeAlias

from live_composer.wire.base import Message, Part
from live_composer.wire.screen import SeenNote


class Learning(Message, frozen=True):
    """What is learnt; the first thing that a screen is told.

    Attributes:
        title: in a few words, such as `tune psi, book paper`.
        folder: of the run.
        unit: in which it is counted how far it is: `steps` or `updates`.
        goal: the figure by which the best measurement is told.
        rises: whether more of it is better.
    """

    title: str
    folder: str
    unit: str
    goal: str
    rises: bool = True


class Moved(Message, frozen=True):
    """How far learning is.

    Attributes:
        done: how much, in the unit of `Learning`.
        share: of the whole, by steps or by time, from 0 to 1.
        rate: steps a second.
        seconds: spent on it until now.
    """

    done: int
    share: float
    rate: float
    seconds: float

    @property
    def seconds_left(self) -> float:
        """How long the rest takes if it goes on like this; 0 where nothing is done yet."""
        return self.seconds * (1 - self.share) / self.share if self.share else 0.0


class Measured(Message, frozen=True):
    """A measurement.

    Attributes:
        done: how far learning was.
        figures: by name, the same names every time.
    """

    done: int
    figures: dict[str, float]


class Sample(Part, frozen=True):
    """A melody that the policy played, as it is now.

    Attributes:
        notes: in order.
        steps: how long it is.
        per_bar: steps of a bar.
        told: what was said of it, in a few words.
    """

    notes: list[SeenNote]
    steps: int
    per_bar: int = 16
    told: str = ""


class Sampled(Message, frozen=True):
    """Some melodies; they take the place of those before.

    Attributes:
        done: how far learning was.
        samples: drawn by the same numbers every time, so that they can be seen to change.
    """

    done: int
    samples: list[Sample]


class Concluding(Message, frozen=True):
    """Learning is over: the best model is measured anew, and written."""


class StopLearning(Message, frozen=True):
    """Stop, as Ctrl-C would; said twice, stop at once."""


LearningMessage: TypeAlias = Learning | Moved | Measured | Sampled | Concluding | StopLearning
"""All of them."""
