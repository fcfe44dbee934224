"""Q-learning: Q foretells the best that can still come; the policy is softmax(Q).

    Q(s, a) = log p(a|s) + r(s, a)/c + V(s'),    V(s) = max_a Q(s, a)

(Jaques et al. 2016, section 3.2.) The reward counts log p, but nothing counts how likely the policy itself is: its
optimum is the one best melody, and what softmax(Q) plays besides is no optimum of anything.
docs/tuning/q.md tells what departs from the paper, and why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from live_composer.learn.algorithm import Melodies, Transitions, played, squared
from live_composer.learn.returns import hard_returns

if TYPE_CHECKING:
    from torch import Tensor


class Q:
    """Q-learning; see `TransitionAlgorithm` and `MelodyAlgorithm`."""

    name = "q"
    on_prior = False
    goal: Literal["J", "score"] = "score"

    def transition_loss(self, outputs: Tensor, after: Tensor, steps: Transitions, discount: float) -> Tensor:
        """(log p + r/c + discount max Q(s', .; target) - Q(s, a))^2, of each transition."""
        paid = played(steps.log_p, steps.events) + steps.reward
        target = paid + discount * after.amax(dim=-1)
        return (target.detach() - played(outputs, steps.events)).square()

    def melody_loss(self, outputs: Tensor, worth: Tensor, melodies: Melodies, trace: float, huber: float) -> Tensor:
        """Q(s, a) = output(s, a) - max output(s, .) + V(s): the worth of a state, and what each event loses of it."""
        del trace  # targets look ahead as far as it pays
        lost = played(outputs - outputs.amax(dim=-1, keepdim=True), melodies.events)  # (T, B)
        paid = melodies.log_p + melodies.reward
        return squared(lost + worth - hard_returns(paid, worth), huber)
