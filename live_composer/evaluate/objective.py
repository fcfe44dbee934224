"""What tuning strives for: p(x) exp(r(x)/c), of a prior p, a rule book's rewards r and a temperature c.

KL control maximises J = E[r/c] - KL(pi || p). Its greatest value is log Z, the log of the sum of p(x) exp(r(x)/c) over
all melodies x; the policy that reaches it draws each x in proportion to its term.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from live_composer.learn.rollout import hear, in_groups, log_softmax, where
from live_composer.music.vocabulary import START
from live_composer.policy.sampling import draw

if TYPE_CHECKING:
    from live_composer.policy.policy import Policy
    from live_composer.rules.book import RuleBook
    from live_composer.rules.context import Context
    from live_composer.rules.rule import Tokens

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Objective:
    """The unnormalised density that tuning strives for.

    Attributes:
        prior: p.
        book: r, the weighted sum of its rules.
        context: of the melodies.
        steps: the length of a melody.
        c: nats are rewards divided by it.
        prior_weight: how much log p counts: 1 as in the paper.
    """

    prior: Policy
    book: RuleBook
    context: Context
    steps: int
    c: float
    prior_weight: float = 1.0

    def log_density(self, events: Tokens) -> Floats:
        """Return log p(x) + r(x)/c of whole melodies: (melodies, steps) -> (melodies,)."""
        log_p = hear(self.prior, events, self.context)
        nats = self.prior_weight * log_p.sum(axis=1, dtype=np.float64)
        return nats + self.book.reward(events, self.context).sum(axis=1) / self.c


def complete(
    policy: Policy, context: Context, events: Tokens, free: NDArray[np.bool_], chance: np.random.Generator
) -> tuple[Tokens, Floats]:
    """Draw some steps of melodies from a policy, and say how likely it held every step.

    Args:
        policy: what draws.
        context: metre and vocabulary.
        events: (N, T); they are not changed.
        free: (N, T) the steps that are drawn, the others being given.
        chance: of everything random.

    Returns:
        the events, and the log likelihood of each: both (N, T).
    """
    uniform = chance.random(events.shape)
    given, log_q = events.copy(), np.empty(events.shape)

    def group(rows: Tokens) -> None:
        places, bars = where(context, events.shape[1])
        state, last = policy.start(len(rows)), np.full(len(rows), START, dtype=np.int64)
        for step, (place, bar) in enumerate(zip(places, bars, strict=True)):
            logits, state = policy.step(state, last, np.full_like(last, place), np.full_like(last, bar))
            own = log_softmax(logits)  # (n, V)
            drawn = np.flatnonzero(free[rows, step])
            last = given[rows, step]
            if len(drawn):
                last[drawn] = draw(own[drawn], uniform[rows[drawn], step])
            given[rows, step] = last
            log_q[rows, step] = own[np.arange(len(rows), dtype=np.int64), last]

    in_groups(group, np.arange(len(events), dtype=np.int64), None)
    return given, log_q
