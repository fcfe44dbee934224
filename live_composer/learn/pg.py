"""Policy gradient with a KL penalty, as is usual for language models today: what the others are compared with.

Each step is taught by what came of it, the sum of r/c + log p - log pi from there to the end, less what was expected,
in units of how far that was off. Only the policy's own melodies count, and each counts once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from live_composer.learn.algorithm import Melodies, played
from live_composer.learn.returns import soft_returns

if TYPE_CHECKING:
    from torch import Tensor

_LEAST = 1e-3


class PolicyGradient:
    """The baseline; see `MelodyAlgorithm`."""

    name = "pg"
    on_prior = False
    goal: Literal["J", "score"] = "J"

    def melody_loss(self, outputs: Tensor, worth: Tensor, melodies: Melodies, trace: float, huber: float) -> Tensor:
        """-(what came - what was expected) log pi(a|s), and the square of the same difference for the expectation."""
        del huber
        log_pi = played(outputs.log_softmax(dim=-1), melodies.events)  # (T, B)
        paid = melodies.log_p + melodies.reward
        came = soft_returns(paid, log_pi, worth, trace) - log_pi.detach()
        surprise = came - worth
        spread = surprise.detach().std().clamp(min=_LEAST)
        return (surprise / spread).square() / 2 - (surprise.detach() / spread) * log_pi
