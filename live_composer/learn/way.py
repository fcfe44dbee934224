"""A way of learning: the paper's, by transitions, or by whole melodies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from live_composer.policy.checkpoint import Card
    from live_composer.policy.policy import Floats, Policy


@dataclass(frozen=True, slots=True)
class Done:
    """What a round did.

    Attributes:
        steps: drawn and judged.
        updates: of the weights.
        loss: the mean of the updates' losses; 0 if there was none.
    """

    steps: int
    updates: int
    loss: float


class Way(Protocol):
    """Learns in rounds. All that is random in a round depends on the seed and the round's number alone."""

    def round(self, number: int, fraction: float) -> Done:
        """Play and learn a little.

        Args:
            number: of the round, from 0.
            fraction: how much of the tuning is done, from 0 to 1.
        """
        ...

    def policy(self) -> Policy:
        """Return the policy as it stands, in numpy."""
        ...

    def kept(self, card: Card) -> tuple[Card, dict[str, Floats]]:
        """Return the card with the networks' shapes, and all weights that a checkpoint of the policy keeps."""
        ...

    def tensors(self) -> dict[str, Tensor]:
        """Return everything that learning goes on from, by name."""
        ...

    def restore(self, kept: Mapping[str, Tensor]) -> None:
        """Go on from what `tensors` returned."""
        ...
