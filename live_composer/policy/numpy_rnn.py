"""The Note RNN in plain numpy: plays on any CPU, without torch, in some ten microseconds a step.

    B batch    H cells a layer    V events    P places    I inputs (V, + P where metre is told, + phrase)

All inputs are one-hot, so the product with the input weights is a look-up of rows; one extra row stands for "nothing"
(START, NO_PLACE), which is what index -1 finds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from live_composer.music.metre import PLACES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from live_composer.policy.policy import Floats, Integers
    from live_composer.policy.shape import Shape


class NumpyRnn:
    """The network of `shape` with the given weights (names and layout: `Shape.parameters`)."""

    def __init__(self, shape: Shape, weights: Mapping[str, Floats]) -> None:
        self.shape = shape
        H, V = shape.hidden, shape.vocabulary.size
        layers = range(shape.layers)
        self._inputs = [_gates(weights[f"lstm.weight_ih_l{layer}"]) for layer in layers]  # each (I or H, 4H)
        self._recurrent = [_gates(weights[f"lstm.weight_hh_l{layer}"]) for layer in layers]  # each (H, 4H)
        self._biases = [
            _gates(weights[f"lstm.bias_ih_l{layer}"] + weights[f"lstm.bias_hh_l{layer}"]) for layer in layers
        ]  # each (4H,)
        nothing = np.zeros((1, 4 * H), dtype=np.float32)
        self._events = np.concatenate([self._inputs[0][:V], nothing]) + self._biases[0]  # (V + 1, 4H)
        P = V + (PLACES if shape.metre else 0)
        self._places = np.concatenate([self._inputs[0][V:P], nothing]) if shape.metre else None  # (P + 1, 4H)
        self._bars = self._inputs[0][P:]  # (phrase, 4H)
        self._output = np.ascontiguousarray(weights["output.weight"].T)  # (H, V)
        self._output_bias = weights["output.bias"]  # (V,)

    def start(self, batch: int) -> Floats:
        """Return the state of `batch` melodies that have not begun: zeros (layers, 2, batch, hidden)."""
        return np.zeros((self.shape.layers, 2, batch, self.shape.hidden), dtype=np.float32)

    def step(
        self, state: Floats, events: Integers, places: Integers, bars: Integers | None = None
    ) -> tuple[Floats, Floats]:
        """See `Policy.step`."""
        H = self.shape.hidden
        after = np.empty_like(state)
        gates: Floats = self._events.take(events, axis=0)  # (B, 4H)
        if self._places is not None:
            gates += self._places.take(places, axis=0)
        if bars is not None and self.shape.phrase:
            gates += self._bars.take(bars % self.shape.phrase, axis=0)
        out = after[0, 0]
        for layer, recurrent in enumerate(self._recurrent):
            if layer:
                gates = np.dot(out, self._inputs[layer])
                gates += self._biases[layer]
            gates += np.dot(state[layer, 0], recurrent)
            np.tanh(gates, out=gates)
            # With t = tanh(x / 2), sigmoid(x) = (t + 1) / 2; the halves are taken last, once for each product.
            sigmoids = gates[:, : 3 * H]
            sigmoids += 1.0
            out, cell = after[layer]
            np.multiply(sigmoids[:, H : 2 * H], state[layer, 1], out=cell)
            added = sigmoids[:, :H]
            added *= gates[:, 3 * H :]
            cell += added
            cell *= 0.5
            np.tanh(cell, out=out)
            out *= sigmoids[:, 2 * H :]
            out *= 0.5
        logits = np.dot(out, self._output)
        logits += self._output_bias
        return logits, after


def _gates(weights: Floats) -> Floats:
    """Return weights (4H, n) or a bias (4H,) as (n, 4H) or (4H,), made ready for one tanh over all four gates.

    The sigmoids' part is halved (a sigmoid is a tanh at half scale), and the gates' order becomes i, f, o, g, so that
    the three sigmoids lie side by side.
    """
    i, f, g, o = np.split(weights, 4)
    half = np.float32(0.5)
    return np.ascontiguousarray(np.concatenate([i * half, f * half, o * half, g]).T)
