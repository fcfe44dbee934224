"""How much is yet to come at each step of whole melodies, once they are known to their end.

    T steps    B melodies

A melody ends: after the last step nothing comes. What is yet to come is a target: no gradient goes through it.
"""

from __future__ import annotations

import torch
from torch import Tensor


def soft_returns(paid: Tensor, log_pi: Tensor, worth: Tensor, trace: float) -> Tensor:
    """Return the targets of Psi(s, a) along melodies: (T, B).

    They are what was paid, and then, mixed by `trace`, the worth of the next state and what truly followed there:
    `paid_t + (1 - trace) V_t+1 + trace (target_t+1 - log pi_t+1)`. Along an optimal policy the two are equal (path
    consistency, Nachum et al. 2017), whoever played the melody; so no weights for another's melodies are needed.

    Args:
        paid: (T, B) log p + r/c of each step.
        log_pi: (T, B) how likely the policy holds what was played.
        worth: (T, B) V of each state, the log of the sum of exp Psi.
        trace: 0 looks one step ahead, 1 to the end.
    """
    log_pi, worth = log_pi.detach(), worth.detach()
    targets = torch.empty_like(paid)
    following = torch.zeros_like(paid[0])
    for step in reversed(range(len(paid))):
        targets[step] = paid[step] + following
        following = (1 - trace) * worth[step] + trace * (targets[step] - log_pi[step])
    return targets


def hard_returns(paid: Tensor, worth: Tensor) -> Tensor:
    """Return the targets of Q(s, a) along melodies: (T, B).

    They are what was paid, and then the worth of the next state or what truly followed, whichever is more: nothing is
    left to chance but the policy's own choices, so what was once reached can be reached again (He et al. 2017).

    Args:
        paid: (T, B) log p + r/c of each step.
        worth: (T, B) the greatest Q of each state.
    """
    worth = worth.detach()
    targets = torch.empty_like(paid)
    following = torch.zeros_like(paid[0])
    for step in reversed(range(len(paid))):
        targets[step] = paid[step] + following
        following = torch.maximum(worth[step], targets[step])
    return targets
