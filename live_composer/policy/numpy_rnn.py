"""The Note RNN in plain numpy: plays on any CPU, without torch, in some ten microseconds a step.

    B batch    H cells a layer    V events    I inputs (V, or V + places)

Both inputs are one-hot, so the product with the input weights is a look-up of rows; one extra row of zeros stands for
"nothing" (START, NO_PLACE), which is what index -1 finds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from live_composer.policy.policy import Floats, Integers
    from live_composer.policy.shape import Shape


class NumpyRnn:
    """The network of `shape` with the given weights (names and layout: `Shape.parameters`)."""

    def __init__(self, shape: Shape, weights: Mapping[str, Floats]) -> None:
        self.shape = shape
        H, V = shape.hidden, shape.vocabulary.size
        # A sigmoid is a tanh at half scale: halving those three gates' weights here leaves one tanh for all four.
        half = np.full((4, H), 0.5, dtype=np.float32)
        half[2] = 1.0
        scale = half.reshape(4 * H)
        first = (weights["lstm.weight_ih_l0"] * scale[:, None]).T  # (I, 4H)
        nothing = np.zeros((1, 4 * H), dtype=np.float32)
        self._event_rows = np.ascontiguousarray(np.concatenate([first[:V], nothing]))  # (V + 1, 4H)
        self._place_rows = np.ascontiguousarray(np.concatenate([first[V:], nothing])) if shape.metre else None
        self._inputs = [
            np.ascontiguousarray((weights[f"lstm.weight_ih_l{layer}"] * scale[:, None]).T)
            for layer in range(1, shape.layers)
        ]  # each (H, 4H)
        self._recurrent = [
            np.ascontiguousarray((weights[f"lstm.weight_hh_l{layer}"] * scale[:, None]).T)
            for layer in range(shape.layers)
        ]  # each (H, 4H)
        self._biases = [
            (weights[f"lstm.bias_ih_l{layer}"] + weights[f"lstm.bias_hh_l{layer}"]) * scale
            for layer in range(shape.layers)
        ]  # each (4H,)
        self._output = np.ascontiguousarray(weights["output.weight"].T)  # (H, V)
        self._output_bias = weights["output.bias"]  # (V,)

    def start(self, batch: int) -> Floats:
        """Return the state of `batch` melodies that have not begun: zeros (layers, 2, batch, hidden)."""
        return np.zeros((self.shape.layers, 2, batch, self.shape.hidden), dtype=np.float32)

    def step(self, state: Floats, events: Integers, places: Integers) -> tuple[Floats, Floats]:
        """See `Policy.step`."""
        H = self.shape.hidden
        after = np.empty_like(state)
        gates = self._event_rows[events]  # (B, 4H)
        if self._place_rows is not None:
            gates += self._place_rows[places]
        for layer, recurrent in enumerate(self._recurrent):
            if layer:
                gates = after[layer - 1, 0] @ self._inputs[layer - 1]
            gates += state[layer, 0] @ recurrent
            gates += self._biases[layer]
            np.tanh(gates, out=gates)
            cell = after[layer, 1]
            # With t = tanh(x / 2), sigmoid(x) = (t + 1) / 2.
            np.multiply(gates[:, H : 2 * H] + 1.0, state[layer, 1], out=cell)
            cell += (gates[:, :H] + 1.0) * gates[:, 2 * H : 3 * H]
            cell *= 0.5
            out = np.tanh(cell, out=after[layer, 0])
            out *= gates[:, 3 * H :] + 1.0
            out *= 0.5
        return after[-1, 0] @ self._output + self._output_bias, after
