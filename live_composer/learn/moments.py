"""Adam's memory, kept and restored by the names of the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn
    from torch.optim import Adam

_MOMENTS = ("step", "exp_avg", "exp_avg_sq")


def kept(optimiser: Adam, network: nn.Module) -> dict[str, Tensor]:
    """Return what the optimiser remembers of each weight; nothing before the first update."""
    remembered = [(name, optimiser.state[parameter]) for name, parameter in network.named_parameters()]
    return {f"{kind}.{name}": state[kind] for name, state in remembered if state for kind in _MOMENTS}


def restore(optimiser: Adam, network: nn.Module, memory: Mapping[str, Tensor]) -> None:
    """Go on from what `kept` returned.

    Raises:
        KeyError: some is missing.
    """
    if not any(name.startswith(f"{_MOMENTS[0]}.") for name in memory):
        return
    for name, parameter in network.named_parameters():
        optimiser.state[parameter] = {
            kind: memory[f"{kind}.{name}"].to(parameter.device, copy=True) for kind in _MOMENTS
        }
