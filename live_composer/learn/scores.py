"""How well events were foretold: nats a step, perplexity and accuracy, with and without holds."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from live_composer.music.vocabulary import HOLD

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(slots=True)
class Score:
    """Sums over the steps heard so far.

    Attributes:
        steps: how many.
        loss: the sum of -log p of the event that came, in nats.
        hits: how often the likeliest event was the one that came.
    """

    steps: int = 0
    loss: float = 0.0
    hits: int = 0

    @property
    def nats(self) -> float:
        """The mean loss of a step."""
        return self.loss / max(self.steps, 1)

    @property
    def accuracy(self) -> float:
        """The share of steps whose likeliest event came."""
        return self.hits / max(self.steps, 1)

    @property
    def perplexity(self) -> float:
        """Among how many equally likely events one would be as unsure."""
        return math.exp(self.nats)


@dataclass(slots=True)
class Scores:
    """Two scores: of every step, and of the steps at which something happened.

    Attributes:
        every: of every step.
        unheld: of steps at which the event that came is no hold (more than half of all steps are holds, and easy).
    """

    every: Score = field(default_factory=Score)
    unheld: Score = field(default_factory=Score)

    def add(self, log_p: NDArray[np.floating[Any]], events: NDArray[np.integer[Any]]) -> None:
        """Count some steps.

        Args:
            log_p: (steps, events) log probabilities.
            events: (steps,) what came.
        """
        losses = -log_p[np.arange(len(events)), events].astype(np.float64)
        hits = log_p.argmax(axis=-1) == events
        for score, counted in ((self.every, np.ones_like(hits)), (self.unheld, events != HOLD)):
            score.steps += int(counted.sum())
            score.loss += float(losses[counted].sum())
            score.hits += int(hits[counted].sum())

    def figures(self) -> dict[str, float]:
        """Return what a card and a report say."""
        return {
            "nats": round(self.every.nats, 4),
            "perplexity": round(self.every.perplexity, 3),
            "accuracy": round(self.every.accuracy, 4),
            "nats_without_holds": round(self.unheld.nats, 4),
            "perplexity_without_holds": round(self.unheld.perplexity, 3),
            "accuracy_without_holds": round(self.unheld.accuracy, 4),
            "steps": self.every.steps,
        }
