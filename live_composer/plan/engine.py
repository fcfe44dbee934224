"""Which engine computes: numpy on a CPU, torch on a GPU where there is one."""

from __future__ import annotations

import importlib.util
import shutil
from typing import TYPE_CHECKING

from live_composer.errors import BadInput, MissingExtra
from live_composer.plan.ear import Ear

if TYPE_CHECKING:
    from live_composer.config import Device
    from live_composer.policy.checkpoint import Checkpoint

DEVICES = ("auto", "cpu", "cuda", "mps")
NUMPY = "numpy"
_TORCH = "torch "
_DRIVER = "nvidia-smi"


def choose(device: Device) -> str:
    """Return the name of the engine for a device: `numpy`, `torch cuda` or `torch mps`.

    Left to itself (`auto`) it is torch only on an NVIDIA GPU; torch is not even loaded where there is no driver for
    one, because that takes longer than a planner has to start.

    Raises:
        MissingExtra: a GPU is asked for, and torch is not installed.
        BadInput: a GPU is asked for that is not there.
    """
    installed = importlib.util.find_spec("torch") is not None
    if device == "auto":
        return _TORCH + "cuda" if installed and shutil.which(_DRIVER) and _torch_has("cuda") else NUMPY
    if device == "cpu":
        return NUMPY
    if not installed:
        raise MissingExtra(f"Planning on {device}", "learn")
    if not _torch_has(device):
        raise BadInput(f"torch finds no {device} device here; leave --device out, or say cpu.")
    return _TORCH + device


def ear(loaded: Checkpoint, engine: str) -> Ear:
    """Return the ear of a model on an engine, as `choose` names it.

    One melody is heard here whatever the engine: a step of numpy is over before a GPU has begun one.
    """
    if engine == NUMPY:
        return Ear(loaded.policy())
    from live_composer.policy.draws import Networks

    return Ear(loaded.policy(), Networks(loaded.networks, engine.removeprefix(_TORCH)))


def _torch_has(device: str) -> bool:
    from live_composer.policy import note_rnn

    return note_rnn.has_device(device)
