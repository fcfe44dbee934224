"""The Note RNN in torch, for learning and for planning on a GPU: one-hot event in, logits of the next event out.

    T steps    B batch    L layers    H cells a layer    V events    I inputs (V, + places, + bars of a phrase)

The paper's network is one layer of 100 LSTM cells that hears the last event alone (Jaques et al. 2016, section 3.1).
Told the metre, it also hears the place in the bar of the event to come; told the phrase, the bar in the phrase.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from live_composer.music.metre import PLACES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from live_composer.policy.policy import Floats, Integers
    from live_composer.policy.shape import Shape


class NoteRnn(nn.Module):
    """The network as torch learns it; its parameters' names and shapes are those of `Shape.parameters`.

    Args:
        shape: layers, cells and inputs.
        dropout: the share of each layer's outputs that is left out while learning.
        recurrent_dropout: the share of the first layer's recurrent weights that is left out while learning, the same
            throughout a call (Merity et al. 2017).
    """

    def __init__(self, shape: Shape, dropout: float = 0.0, recurrent_dropout: float = 0.0) -> None:
        super().__init__()
        self.shape = shape
        self.recurrent_dropout = recurrent_dropout
        between = dropout if shape.layers > 1 else 0.0
        self.lstm = nn.LSTM(shape.inputs, shape.hidden, shape.layers, dropout=between)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(shape.hidden, shape.vocabulary.size)

    def forward(
        self, events: Tensor, places: Tensor, state: Tensor, bars: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Read some steps of many melodies.

        Args:
            events: (T, B) the event before each step, START (-1) before the first.
            places: (T, B) the place in the bar of each step, NO_PLACE (-1) if unknown.
            state: (L, 2, B, H) outputs and cells before the first step.
            bars: (T, B) the bar of each step, None if unknown.

        Returns:
            logits (T, B, V) of the event at each step, and the state after the last.
        """
        outputs, after = self.listen(events, places, state, bars)
        return self.output(outputs), after

    def listen(
        self, events: Tensor, places: Tensor, state: Tensor, bars: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return what the last layer gives at each step (T, B, H), and the state after the last; see `forward`."""
        inputs = _inputs(self.shape, events, places, bars)  # (T, B, I)
        before = (state[:, 0].contiguous(), state[:, 1].contiguous())  # each (L, B, H)
        outputs, (output, cell) = self._lstm(inputs, before)  # (T, B, H)
        return self.dropout(outputs), torch.stack([output, cell], dim=1)

    def _lstm(self, inputs: Tensor, before: tuple[Tensor, Tensor]) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        if not (self.training and self.recurrent_dropout):
            return self.lstm(inputs, before)
        thinned = nn.functional.dropout(self.lstm.get_parameter("weight_hh_l0"), self.recurrent_dropout)
        return torch.func.functional_call(self.lstm, {"weight_hh_l0": thinned}, (inputs, before))

    def start(self, batch: int) -> Tensor:
        """Return the state of `batch` melodies that have not begun: zeros (L, 2, B, H)."""
        return self.output.weight.new_zeros(self.shape.layers, 2, batch, self.shape.hidden)

    def weights(self) -> dict[str, Floats]:
        """Return the weights as a checkpoint keeps them."""
        return {name: weight.detach().cpu().numpy() for name, weight in self.state_dict().items()}


def _inputs(shape: Shape, events: Tensor, places: Tensor, bars: Tensor | None) -> Tensor:
    """Return what a network of a shape hears: (..., I)."""
    heard = [one_hot(events, shape.vocabulary.size)]
    if shape.metre:
        heard.append(one_hot(places, PLACES))
    if shape.phrase:
        heard.append(one_hot(torch.full_like(events, -1) if bars is None else bars % shape.phrase, shape.phrase))
    return torch.cat(heard, dim=-1)


def one_step(  # noqa: PLR0913, PLR0917 - a step knows no fewer
    shape: Shape, weights: Mapping[str, Tensor], events: Tensor, places: Tensor, state: Tensor, bars: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Read one step of many melodies, each (B,): return logits (B, V) and the new state (L, 2, B, H).

    One cell at a time: asked for a single step, nn.LSTM spends most of its time on preparations.
    """
    out = _inputs(shape, events, places, bars)  # (B, I)
    after: list[Tensor] = []
    for layer in range(shape.layers):
        kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        own = [weights[f"lstm.{kind}_l{layer}"] for kind in kinds]
        out, cell = torch.lstm_cell(out, (state[layer, 0], state[layer, 1]), *own)  # each (B, H)
        after.append(torch.stack([out, cell]))
    return nn.functional.linear(out, weights["output.weight"], weights["output.bias"]), torch.stack(after)


def one_hot(numbers: Tensor, size: int) -> Tensor:
    """Return (..., size) floats: 1 at each number, and nothing at all for -1."""
    return (numbers.unsqueeze(-1) == torch.arange(size, device=numbers.device)).float()


def has_device(name: str) -> bool:
    """Say whether torch can compute on `cpu`, `cuda` or `mps` here."""
    return {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}[name]


class TorchRnn:
    """The network played one step at a time: a `Policy`, on whatever device torch has.

    Arrays go in and out as numpy's, so a planner need not know which engine it holds.
    """

    def __init__(self, shape: Shape, weights: Mapping[str, Floats], device: str = "cpu") -> None:
        self.shape = shape
        self.device = torch.device(device)
        self._weights = {name: torch.tensor(array, device=self.device) for name, array in weights.items()}

    def start(self, batch: int) -> Floats:
        """Return the state of `batch` melodies that have not begun: zeros (L, 2, B, H)."""
        return np.zeros((self.shape.layers, 2, batch, self.shape.hidden), dtype=np.float32)

    @torch.inference_mode()
    def step(
        self, state: Floats, events: Integers, places: Integers, bars: Integers | None = None
    ) -> tuple[Floats, Floats]:
        """See `Policy.step`."""
        before = torch.as_tensor(state, device=self.device)  # (L, 2, B, H)
        counted = None if bars is None else self._tensor(bars)
        logits, after = one_step(self.shape, self._weights, self._tensor(events), self._tensor(places), before, counted)
        return logits.cpu().numpy(), after.cpu().numpy()

    def _tensor(self, numbers: Integers) -> Tensor:
        return torch.as_tensor(numbers, dtype=torch.int64, device=self.device)
