"""One process that learns, or several side by side (`torchrun`): each takes its share of every batch."""

# torch leaves some arguments of its best-known functions without a type.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import contextlib
import gc
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import distributed, nn

from live_composer.errors import BadInput
from live_composer.learn.batches import Batch
from live_composer.policy.note_rnn import has_device

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

_Any = TypeVar("_Any", bound=Any)


@dataclass(frozen=True, slots=True)
class Team:
    """This process among those that learn together.

    Attributes:
        device: where it computes.
        rank: its number; 0 leads: it measures, writes files and speaks.
        size: how many there are.
    """

    device: torch.device
    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process is the one that writes and speaks."""
        return self.rank == 0

    @property
    def mine(self) -> slice:
        """This process's columns of a batch."""
        return slice(self.rank, None, self.size)

    def together(self, part: NDArray[_Any]) -> NDArray[_Any]:
        """Return the rows of all processes, in the order in which they were shared out."""
        if self.size == 1:
            return part
        mine = torch.as_tensor(part, device=self.device)
        parts = [torch.empty_like(mine) for _ in range(self.size)]
        distributed.all_gather(parts, mine)
        return torch.stack(parts, dim=1).flatten(0, 1).cpu().numpy()

    def part(self, batch: Batch) -> Batch:
        """Return this process's melodies of a batch."""
        mine = self.mine
        return Batch(batch.heard[:, mine], batch.events[:, mine], batch.places[:, mine], batch.scored[:, mine])

    def join(self, network: nn.Module) -> nn.Module:
        """Return the network with its gradients averaged over all processes."""
        if self.size == 1:
            return network
        own = [self.device] if self.device.type == "cuda" else None
        return nn.parallel.DistributedDataParallel(network, device_ids=own)

    def told(self, number: float) -> float:
        """Return the leader's number, so that all decide alike."""
        if self.size == 1:
            return number
        shared = torch.tensor(number, dtype=torch.float64, device=self.device)
        distributed.broadcast(shared, src=0)
        return shared.item()


@contextlib.contextmanager
def team(device: str, width: int, threads: int | None = None) -> Generator[Team]:
    """Join the other processes that `torchrun` started, if it started this one.

    Args:
        device: `auto`, `cpu`, `cuda` or `mps`.
        width: melodies of a batch, to be shared.
        threads: of the CPU; torch's choice when not given.

    Raises:
        BadInput: there is no such device, or there are more processes than melodies.
    """
    if threads:
        torch.set_num_threads(threads)
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size > width:
        raise BadInput(f"{size} processes cannot share batches of {width} melodies; start at most {width}.")
    chosen = choose_device(device, int(os.environ.get("LOCAL_RANK", "0")))
    if size == 1:
        yield Team(chosen)
        return
    distributed.init_process_group("nccl" if chosen.type == "cuda" else "gloo")
    try:
        yield Team(chosen, distributed.get_rank(), size)
        distributed.barrier()  # Together: a process that ends while another still measures may be aborted by torch.
    finally:
        gc.collect()  # What averaged gradients stands in a cycle, and must not outlive the group that it talks by.
        distributed.destroy_process_group()


def choose_device(name: str, number: int = 0) -> torch.device:
    """Return the device of a name; `auto` is CUDA where it is there, else the CPU.

    Raises:
        BadInput: this machine, or this build of torch, does not have it.
    """
    if name == "auto":
        name = "cuda" if has_device("cuda") else "cpu"
    if not has_device(name):
        there = ", ".join(filter(has_device, ("cpu", "cuda", "mps")))
        raise BadInput(f"torch finds no device `{name}` here; there is: {there}.")
    if name == "cuda":
        # The same run twice shall give the same weights.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.backends.cudnn.deterministic = True
        torch.cuda.set_device(number)
        return torch.device("cuda", number)
    # Gradients of saturated cells fade to denormal numbers, with which a CPU is slow (a third slower, measured).
    torch.set_flush_denormal(True)
    return torch.device(name)
