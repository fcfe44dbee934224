"""What learning goes on from, kept and restored by name: the weights of networks, and Adam's memory of the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn
    from torch.optim import Adam

_MOMENTS = ("step", "exp_avg", "exp_avg_sq")


def kept(optimiser: Adam, **networks: nn.Module) -> dict[str, Tensor]:
    """Return the weights of networks, and what the optimiser remembers of the first's; nothing before an update."""
    tensors = {f"{kind}.{name}": weight for kind, one in networks.items() for name, weight in one.state_dict().items()}
    for name, parameter in next(iter(networks.values())).named_parameters():
        if state := optimiser.state[parameter]:
            tensors |= {f"{kind}.{name}": state[kind] for kind in _MOMENTS}
    return {name: tensor.detach().cpu() for name, tensor in tensors.items()}


def restore(memory: Mapping[str, Tensor], optimiser: Adam, **networks: nn.Module) -> None:
    """Go on from what `kept` returned.

    Raises:
        KeyError, RuntimeError: some is missing, or of another shape.
    """
    for kind, network in networks.items():
        network.load_state_dict({name: memory[f"{kind}.{name}"] for name in network.state_dict()})
    if not any(name.startswith(f"{_MOMENTS[0]}.") for name in memory):
        return
    for name, parameter in next(iter(networks.values())).named_parameters():
        optimiser.state[parameter] = {
            kind: memory[f"{kind}.{name}"].to(parameter.device, copy=True) for kind in _MOMENTS
        }
