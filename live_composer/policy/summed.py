"""Policies whose logits are added: a product of experts, such as softmax(log p + G) of a prior and a G-network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live_composer.policy.policy import Floats, Integers, Policy


def summed(parts: Sequence[Policy]) -> Policy:
    """Return the policy whose logits are the sum of those of `parts`, which speak one vocabulary."""
    return parts[0] if len(parts) == 1 else _Sum(parts)


class _Sum:
    """Steps all parts side by side. Its shape is the first part's; its state holds the layers of all."""

    def __init__(self, parts: Sequence[Policy]) -> None:
        self.shape = parts[0].shape
        self._parts = list(parts)
        ends = np.cumsum([part.shape.layers for part in parts]).tolist()
        self._layers = [slice(end - part.shape.layers, end) for end, part in zip(ends, parts, strict=True)]
        self._size = (ends[-1], max(part.shape.hidden for part in parts))

    def start(self, batch: int) -> Floats:
        """Return the state of `batch` melodies that have not begun: zeros (all layers, 2, batch, widest hidden)."""
        layers, hidden = self._size
        return np.zeros((layers, 2, batch, hidden), dtype=np.float32)

    def step(
        self, state: Floats, events: Integers, places: Integers, bars: Integers | None = None
    ) -> tuple[Floats, Floats]:
        """See `Policy.step`."""
        after = np.zeros_like(state)
        total: Floats | None = None
        for part, layers in zip(self._parts, self._layers, strict=True):
            own = (layers, slice(None), slice(None), slice(part.shape.hidden))
            logits, after[own] = part.step(state[own], events, places, bars)
            total = logits if total is None else total + logits
        assert total is not None
        return total, after
