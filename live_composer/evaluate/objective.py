"""What tuning strives for: p(x) exp(r(x)/c), of a prior p, a rule book's rewards r and a temperature c.

KL control maximises J = E[r/c] - KL(pi || p). Its greatest value is log Z, the log of the sum of p(x) exp(r(x)/c) over
all melodies x; the policy that reaches it draws each x in proportion to its term.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from live_composer.learn.rollout import log_softmax, where
from live_composer.music.vocabulary import START

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
        context: of the melodies; its length is theirs.
        c: nats are rewards divided by it.
    """

    prior: Policy
    book: RuleBook
    context: Context
    c: float

    @property
    def steps(self) -> int:
        """The length of a melody."""
        assert self.context.length is not None
        return self.context.length - self.context.first_step

    def log_density(self, events: Tokens) -> Floats:
        """Return log p(x) + r(x)/c of whole melodies: (melodies, steps) -> (melodies,)."""
        _, log_p = complete(self.prior, self.context, events)
        return log_p.sum(axis=1) + self.book.reward(events, self.context).sum(axis=1) / self.c


def complete(
    policy: Policy,
    context: Context,
    events: Tokens,
    free: NDArray[np.bool_] | None = None,
    chance: np.random.Generator | None = None,
) -> tuple[Tokens, Floats]:
    """Draw some steps of melodies from a policy, and say how likely it held every step.

    Args:
        policy: what draws.
        context: metre and vocabulary.
        events: (melodies, steps); they are not changed.
        free: (melodies, steps) the steps that are drawn, the others being given; none when left out.
        chance: draws them.

    Returns:
        the events, and the log likelihood of each: both (melodies, steps).
    """
    count, steps = events.shape
    given = np.ascontiguousarray(events.T).copy()  # (T, N)
    uniform = chance.random((steps, count)) if chance is not None else np.empty((steps, 0))
    log_q = np.empty((steps, count))
    places, bars = where(context, steps)
    rows = np.arange(count, dtype=np.int64)
    state, last = policy.start(count), np.full(count, START, dtype=np.int64)
    for step in range(steps):
        heard = (last, np.full(count, places[step]), np.full(count, bars[step]))
        logits, state = policy.step(state, *heard)
        own = log_softmax(logits)  # (N, V)
        drawn = np.flatnonzero(free[:, step]) if free is not None else np.empty(0, dtype=np.int64)
        if len(drawn):
            cumulative = np.exp(own[drawn], dtype=np.float64).cumsum(axis=-1)
            given[step, drawn] = (cumulative <= (uniform[step, drawn] * cumulative[:, -1])[:, None]).sum(axis=-1)
        last = given[step]
        log_q[step] = own[rows, last]
    return np.ascontiguousarray(given.T), np.ascontiguousarray(log_q.T)
