"""The policy interface: given a melody so far, how likely is each event to come next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from live_composer.policy.shape import Shape

Floats = NDArray[np.float32]
Integers = NDArray[np.integer[Any]]


class Policy(Protocol):
    """A network played one step at a time, for many melodies at once.

    `state` is what the policy remembers of each melody: (layers, 2, batch, hidden), cell outputs and cell contents.
    It is never changed in place, so a caller may keep, index (`state[:, :, chosen]`) and reuse it.
    """

    shape: Shape

    def start(self, batch: int) -> Floats:
        """Return the state of `batch` melodies that have not begun: all zeros."""
        ...

    def step(
        self, state: Floats, events: Integers, places: Integers, bars: Integers | None = None
    ) -> tuple[Floats, Floats]:
        """Hear one event of each melody and tell what may follow.

        Args:
            state: (layers, 2, batch, hidden), from `start` or the step before.
            events: (batch,) the last event of each melody, START (-1) before the first.
            places: (batch,) the place in the bar of the event to come (`music.metre.place`), NO_PLACE (-1) if unknown;
                ignored by a network that is not told the metre.
            bars: (batch,) the bar that the event to come falls in, 0 where the melody or a phrase begins and below 0 in
                a pick-up; None if unknown; ignored by a network that is not told the bar in the phrase.

        Returns:
            logits (batch, events) of the event to come, and the new state.
        """
        ...
