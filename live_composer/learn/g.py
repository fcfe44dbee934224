"""G-learning: the policy is softmax(log p + G); the network learns what the rules add to the prior.

The second form of KL control (Fox et al. 2015; Jaques et al. 2016, section 3.3), with Psi = log p + G:

    G(s, a) = r(s, a)/c + V(s'),    V(s) = log sum_a p(a|s) exp G(s, a),    pi(a|s) = p(a|s) exp(G(s, a) - V(s))

The prior stands within the policy, so both are kept in one checkpoint. No gradient reaches the prior.
docs/tuning/g.md tells what departs from the paper, and why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from live_composer.learn.algorithm import Melodies, Transitions, played, squared
from live_composer.learn.returns import soft_returns

if TYPE_CHECKING:
    from torch import Tensor


class G:
    """G-learning; see `TransitionAlgorithm` and `MelodyAlgorithm`."""

    name = "g"
    on_prior = True
    goal: Literal["J", "score"] = "J"

    def transition_loss(self, outputs: Tensor, after: Tensor, steps: Transitions, discount: float) -> Tensor:
        """(r/c + discount log sum exp(log p(.|s') + G(s', .; target)) - G(s, a))^2, of each transition."""
        target = steps.reward + discount * (steps.log_p_after + after).logsumexp(dim=-1)
        return (target.detach() - played(outputs, steps.events)).square()

    def melody_loss(self, outputs: Tensor, worth: Tensor, melodies: Melodies, trace: float, huber: float) -> Tensor:
        """G(s, a) = log pi(a|s) + V(s) - log p(a|s), with log pi = log softmax(log p + outputs) and V of its own."""
        assert melodies.prior is not None
        log_pi = played((melodies.prior + outputs).log_softmax(dim=-1), melodies.events)  # (T, B)
        # What G strives for is what Psi does, less log p.
        target = soft_returns(melodies.log_p + melodies.reward, log_pi, worth, trace) - melodies.log_p
        return squared((log_pi + worth - melodies.log_p) - target, huber)
