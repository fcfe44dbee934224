"""What is kept of a tuning: the tuned network, and beneath it the prior where the policy stands on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from live_composer.policy.checkpoint import BASE, Card, Checkpoint, network_of

if TYPE_CHECKING:
    from live_composer.learn.algorithm import Algorithm
    from live_composer.learn.task import Task
    from live_composer.policy.note_rnn import NoteRnn
    from live_composer.policy.policy import Floats, Policy


def kept(card: Card, algorithm: Algorithm, task: Task, network: NoteRnn) -> tuple[Card, dict[str, Floats]]:
    """Return the card with the networks' shapes, and all weights of the policy."""
    weights = network.weights()
    stands = algorithm.on_prior and task.prior_weight > 0
    if stands:
        weights |= _base(task)
    base = network_of(task.prior.shape) if stands else None
    return msgspec.structs.replace(card, network=network_of(network.shape), base=base), weights


def policy(algorithm: Algorithm, task: Task, network: NoteRnn) -> Policy:
    """Return the policy in numpy, as a checkpoint of it would play."""
    return Checkpoint(*kept(task.prior.card, algorithm, task, network)).policy()


def _base(task: Task) -> dict[str, Floats]:
    """Return the prior's weights; its outputs count by its weight."""
    weights = {BASE + name: array for name, array in task.prior.weights.items()}
    for name in ("output.weight", "output.bias"):
        weights[BASE + name] = weights[BASE + name] * np.float32(task.prior_weight)
    return weights
