"""A network while it learns: its weights, their running mean, and the optimiser.

T steps    B melodies    V events
"""

# torch leaves some arguments of its best-known functions without a type.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from live_composer.learn import moments
from live_composer.policy.note_rnn import NoteRnn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from live_composer.learn.batches import Batch
    from live_composer.learn.recipe import Recipe
    from live_composer.learn.team import Team
    from live_composer.policy.shape import Shape


class Learner:
    """What an update changes.

    Attributes:
        network: the weights as the gradient leaves them.
        average: their running mean: what is measured and kept.
    """

    def __init__(self, shape: Shape, recipe: Recipe, seed: int, team: Team) -> None:
        self._recipe, self._seed, self._team = recipe, seed, team
        torch.manual_seed(_mix(seed))
        self.network = NoteRnn(shape, recipe.dropout, recipe.recurrent_dropout)
        _begin(self.network, recipe)
        self.network.to(team.device)
        self.average = copy.deepcopy(self.network).requires_grad_(requires_grad=False)
        self._joined = team.join(self.network)
        self._optimiser = torch.optim.Adam(self.network.parameters(), weight_decay=recipe.l2, fused=True)

    def start(self) -> Tensor:
        """Return the state before a batch: this process's melodies have not begun."""
        return self.network.start(len(range(self._team.rank, self._recipe.width, self._team.size)))

    def update(self, window: Batch, state: Tensor, number: int) -> tuple[float, Tensor]:
        """Learn from one window.

        Args:
            window: (T, B) of all processes together.
            state: after the window before.
            number: the update's number; with the seed it decides everything random.

        Returns:
            the summed loss of this process's scored steps in nats, and the state after the window.
        """
        recipe, team = self._recipe, self._team
        torch.manual_seed(_mix(self._seed, number, team.rank))
        part = team.part(window)
        heard, events, places, scored = (
            torch.as_tensor(array, device=team.device) for array in (part.heard, part.events, part.places, part.scored)
        )
        with torch.autocast(team.device.type, torch.bfloat16, enabled=recipe.bfloat16):
            logits, after = self._joined(heard, places, state)  # (T, B, V)
        losses = nn.functional.cross_entropy(logits.float().flatten(0, 1), events.flatten(), reduction="none")
        loss = (losses * scored.flatten()).sum()
        # Processes average their gradients, so each divides by its share of all steps.
        mean = loss * (team.size / max(int(window.scored.sum()), 1))
        self._optimiser.zero_grad()
        mean.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), recipe.clip)
        for group in self._optimiser.param_groups:
            group["lr"] = recipe.rate(number)
        self._optimiser.step()
        self._follow(number)
        return loss.item(), after.detach().float()

    @torch.no_grad()
    def _follow(self, number: int) -> None:
        # The mean is short at first, so that it soon forgets the beginning.
        stays = min(self._recipe.averaging, (1 + number) / (10 + number))
        for mean, weight in zip(self.average.parameters(), self.network.parameters(), strict=True):
            mean.lerp_(weight, 1 - stays)

    def tensors(self) -> dict[str, Tensor]:
        """Return everything that learning goes on from, by name."""
        return moments.kept(self._optimiser, network=self.network, average=self.average)

    def restore(self, kept: Mapping[str, Tensor]) -> None:
        """Go on from what `tensors` returned.

        Raises:
            KeyError, RuntimeError: something is missing or of another shape.
        """
        moments.restore(kept, self._optimiser, network=self.network, average=self.average)


def _mix(*numbers: int) -> int:
    """Return one number of 64 bits that is far from that of any other numbers."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0])


@torch.no_grad()
def _begin(network: NoteRnn, recipe: Recipe) -> None:
    """Set the weights that the recipe wants to begin otherwise than torch has them."""
    weights = dict(network.named_parameters())
    if recipe.input_scale is not None:
        weights["lstm.weight_ih_l0"].normal_(0.0, recipe.input_scale)
    if recipe.forget_bias is not None:
        # Gates are in the order i, f, g, o, and two biases are added.
        forget = slice(network.shape.hidden, 2 * network.shape.hidden)
        for layer in range(network.shape.layers):
            weights[f"lstm.bias_ih_l{layer}"][forget] = recipe.forget_bias
            weights[f"lstm.bias_hh_l{layer}"][forget] = 0.0
