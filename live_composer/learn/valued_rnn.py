"""The Note RNN with a value beside its outputs, and how a tuned network begins: as the prior plays.

T steps    B melodies    V events    H cells
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from live_composer.policy.note_rnn import NoteRnn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from live_composer.policy.policy import Floats
    from live_composer.policy.shape import Shape


class ValuedRnn(nn.Module):
    """A Note RNN whose last layer also tells how much is yet to come.

    Args:
        rnn: the network; it alone is kept when tuning is done.
        scale: nats of a value of 1, so that values of hundreds of nats need no large weights.
    """

    def __init__(self, rnn: NoteRnn, scale: float) -> None:
        super().__init__()
        self.rnn = rnn
        self.value = nn.Linear(rnn.shape.hidden, 1)
        nn.init.zeros_(self.value.weight)
        nn.init.zeros_(self.value.bias)
        self._scale = scale

    def forward(self, events: Tensor, places: Tensor, state: Tensor, bars: Tensor) -> tuple[Tensor, Tensor]:
        """Return outputs (T, B, V) and values (T, B) in nats; for the arguments see `NoteRnn`."""
        heard, _ = self.rnn.listen(events, places, state, bars)  # (T, B, H)
        return self.rnn.output(heard), self._scale * self.value(heard).squeeze(-1)


def network_of(shape: Shape, weights: Mapping[str, Floats]) -> NoteRnn:
    """Return a network in torch with the given weights."""
    network = NoteRnn(shape)
    network.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
    return network


def frozen(network: NoteRnn) -> NoteRnn:
    """Return the network, never to be changed."""
    return network.eval().requires_grad_(requires_grad=False)


@torch.no_grad()
def beginning(shape: Shape, weights: Mapping[str, Floats], *, metre: bool, phrase: int, silent: bool) -> NoteRnn:
    """Return the network that tuning begins with: the prior, told more than it was.

    What it is told besides counts for nothing at first, so it plays as the prior does.

    Args:
        shape: the prior's.
        weights: the prior's.
        metre: whether it is told the place in the bar.
        phrase: how many bars it counts, 0 for none.
        silent: whether its outputs are all zero at first, so that the prior it stands on is heard alone.
    """
    told = replace(shape, metre=metre or shape.metre, phrase=phrase or shape.phrase)
    network = network_of(shape, weights)
    wider = NoteRnn(told)
    kept = network.state_dict()
    first = wider.lstm.get_parameter("weight_ih_l0")
    first.zero_()
    V = shape.vocabulary.size
    own = kept.pop("lstm.weight_ih_l0")
    first[:, :V] = own[:, :V]
    if shape.metre:
        first[:, V : told.inputs - told.phrase] = own[:, V : shape.inputs - shape.phrase]
    if shape.phrase == told.phrase:
        first[:, told.inputs - told.phrase :] = own[:, shape.inputs - shape.phrase :]
    wider.load_state_dict(kept | {"lstm.weight_ih_l0": first})
    if silent:
        wider.output.weight.zero_()
        wider.output.bias.zero_()
    return wider
