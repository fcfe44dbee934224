"""Psi-learning: the policy is softmax(Psi), and Psi counts how likely it is itself.

KL control strives for the greatest E[sum of r/c] - KL(pi || p). Its optimum obeys, at every state and event,

    Psi(s, a) = log p(a|s) + r(s, a)/c + V(s'),    V(s) = log sum_a exp Psi(s, a),    pi(a|s) = exp(Psi(s, a) - V(s))

and Psi-learning (Rawlik et al. 2012; Jaques et al. 2016, section 3.3) brings both sides together.
docs/tuning/psi.md tells what departs from the paper, and why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from live_composer.learn.algorithm import Melodies, Transitions, played, squared
from live_composer.learn.returns import soft_returns

if TYPE_CHECKING:
    from torch import Tensor


class Psi:
    """Psi-learning; see `TransitionAlgorithm` and `MelodyAlgorithm`."""

    name = "psi"
    on_prior = False
    goal: Literal["J", "score"] = "J"

    def transition_loss(self, outputs: Tensor, after: Tensor, steps: Transitions, discount: float) -> Tensor:
        """(log p + r/c + discount log sum exp Psi(s', .; target) - Psi(s, a))^2, of each transition."""
        paid = played(steps.log_p, steps.events) + steps.reward
        target = paid + discount * after.logsumexp(dim=-1)
        return (target.detach() - played(outputs, steps.events)).square()

    def melody_loss(self, outputs: Tensor, worth: Tensor, melodies: Melodies, trace: float, huber: float) -> Tensor:
        """Psi(s, a) = log pi(a|s) + V(s), with log pi = log softmax of the outputs and V a value of its own."""
        log_pi = played(outputs.log_softmax(dim=-1), melodies.events)  # (T, B)
        paid = melodies.log_p + melodies.reward
        return squared(log_pi + worth - soft_returns(paid, log_pi, worth, trace), huber)
