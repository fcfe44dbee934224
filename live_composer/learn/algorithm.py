"""What an algorithm of tuning is: how network outputs make a policy, and what they are taught.

    T steps    B melodies    V events

An algorithm is taught in two ways. By transitions, as the paper does it: single steps drawn from a replay buffer, a
target that looks one step ahead. By melodies: whole ones, with an end, a value beside the outputs, and targets that
look as far ahead as the melody goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True, eq=False)
class Transitions:
    """Single steps: (B,) of each.

    Attributes:
        events: (B,) what was played, a.
        reward: (B,) what the rules said of it, divided by c.
        log_p: (B, V) the prior's log p(.|s), times its weight.
        log_p_after: (B, V) the same of the next step, log p(.|s').
    """

    events: Tensor
    reward: Tensor
    log_p: Tensor
    log_p_after: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Melodies:
    """Whole melodies: (T, B) of each.

    Attributes:
        events: (T, B) what was played.
        reward: (T, B) what the rules said of it, divided by c.
        log_p: (T, B) how likely the prior held it, times the prior's weight.
        prior: (T, B, V) the prior's log p(.|s), times its weight; for algorithms `on_prior` alone.
    """

    events: Tensor
    reward: Tensor
    log_p: Tensor
    prior: Tensor | None = None

    def first(self, count: int) -> Melodies:
        """Return the first melodies."""
        prior = None if self.prior is None else self.prior[:, :count]
        return Melodies(self.events[:, :count], self.reward[:, :count], self.log_p[:, :count], prior)


class Algorithm(Protocol):
    """One way of tuning; its file tells its mathematics.

    Attributes:
        name: what `--algo` calls it.
        on_prior: whether the outputs are added to the prior's, so that both are kept together.
        goal: what the best model is chosen by: `J`, the reward less the distance from the prior, or `score`, the
            reward and log p of what is played.
    """

    name: str
    on_prior: bool
    goal: Literal["J", "score"]


class TransitionAlgorithm(Algorithm, Protocol):
    """One that learns from single steps."""

    def transition_loss(self, outputs: Tensor, after: Tensor, steps: Transitions, discount: float) -> Tensor:
        """Return the loss of each transition: (B,).

        Args:
            outputs: (B, V) of the network, at s.
            after: (B, V) of the target network, at s'.
            steps: the transitions.
            discount: what a nat of the next step is worth now.
        """
        ...


class MelodyAlgorithm(Algorithm, Protocol):
    """One that learns from whole melodies."""

    def melody_loss(self, outputs: Tensor, worth: Tensor, melodies: Melodies, trace: float, huber: float) -> Tensor:
        """Return the loss of each step of whole melodies: (T, B).

        Args:
            outputs: (T, B, V) of the network; softmax of them (added to log p, `on_prior`) is the policy.
            worth: (T, B) the value of each state, of the network's own second output.
            melodies: what was played.
            trace: how far targets look ahead, from 0 (one step) to 1 (to the end).
            huber: nats from which on an error counts by its size and no longer by its square.
        """
        ...


def squared(errors: Tensor, huber: float) -> Tensor:
    """Return half the squares of errors, in units of `huber` nats; from there on their sizes (Huber's loss)."""
    return nn.functional.huber_loss(errors, torch.zeros_like(errors), reduction="none", delta=huber) / huber


def played(values: Tensor, events: Tensor) -> Tensor:
    """Return the values (..., V) of what was played (...): (...)."""
    return values.gather(-1, events.unsqueeze(-1)).squeeze(-1)
