"""Which engine computes: numpy on a CPU, torch on a GPU where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from live_composer.config import Device
    from live_composer.policy.checkpoint import Checkpoint
    from live_composer.policy.policy import Policy

DEVICES = ("auto", "cpu", "cuda", "mps")
NUMPY = "numpy"


def choose(device: Device) -> str:
    """Return the name of the engine for a device."""
    return NUMPY


def policy(loaded: Checkpoint, engine: str) -> Policy:
    """Return a model's policy on an engine of `choose`."""
    return loaded.policy()
