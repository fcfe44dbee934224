"""The shape of a Note RNN: what a checkpoint says of its own network."""

from __future__ import annotations

from dataclasses import dataclass, field

from live_composer.errors import BadModel
from live_composer.music.metre import PLACES
from live_composer.music.vocabulary import DEFAULT, Vocabulary

_LARGEST = 4096
LONGEST_PHRASE = 64
"""The most bars that a network can count."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Layers of LSTM cells over one-hot inputs.

    Attributes:
        hidden: cells a layer (the paper: 100).
        layers: LSTM layers (the paper: 1).
        metre: whether the input tells, beside the last event, the place in the bar of the next one.
        vocabulary: what the events mean.
        phrase: how many bars the input counts before it begins anew, telling the bar in the phrase (or in a short
            melody); 0: it is not told.
    """

    hidden: int = 100
    layers: int = 1
    metre: bool = False
    vocabulary: Vocabulary = field(default=DEFAULT)
    phrase: int = 0

    def __post_init__(self) -> None:
        if not (1 <= self.hidden <= _LARGEST and 1 <= self.layers <= 8):  # noqa: PLR2004 - sane bounds for weights
            raise BadModel(f"A network of {self.layers} layers of {self.hidden} cells is not one this program plays.")
        if not 0 <= self.phrase <= LONGEST_PHRASE:
            raise BadModel(f"A network that counts {self.phrase} bars is not one this program plays.")

    @property
    def inputs(self) -> int:
        """The width of the input: one-hot event, one-hot place where metre is told, one-hot bar where phrase is."""
        return self.vocabulary.size + (PLACES if self.metre else 0) + self.phrase

    def parameters(self) -> dict[str, tuple[int, ...]]:
        """Return the name and shape of every weight; names and gate order (i, f, g, o) are torch's."""
        shapes: dict[str, tuple[int, ...]] = {}
        for layer in range(self.layers):
            width = self.inputs if layer == 0 else self.hidden
            shapes[f"lstm.weight_ih_l{layer}"] = (4 * self.hidden, width)
            shapes[f"lstm.weight_hh_l{layer}"] = (4 * self.hidden, self.hidden)
            shapes[f"lstm.bias_ih_l{layer}"] = (4 * self.hidden,)
            shapes[f"lstm.bias_hh_l{layer}"] = (4 * self.hidden,)
        shapes["output.weight"] = (self.vocabulary.size, self.hidden)
        shapes["output.bias"] = (self.vocabulary.size,)
        return shapes
