"""The upper bound where a few melodies are worth nearly all: those, played with slips, weighed at the optimum.

    N melodies    K known melodies    T steps    V events

For x drawn from f / Z and any density q, the mean of q(x) / f(x) is 1/Z (reciprocal importance sampling, Gelfand and
Dey 1994). It is a good estimate where q is much like f, and melodies known to be the best make such a q.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from live_composer.evaluate.anneal import log_mean

if TYPE_CHECKING:
    from live_composer.evaluate.anneal import Walkers
    from live_composer.evaluate.objective import Floats
    from live_composer.rules.rule import Tokens

_SLIPS = 0.25
"""How many steps of a melody differ from the known one, in the mean."""


def log_z(optimum: Walkers, known: Tokens, log_f: Floats, size: int) -> float:
    """Estimate log Z from samples of the optimum; half of q plays known melodies, half is the walkers' policy.

    Args:
        optimum: samples of f / Z, drawn without regard to which melodies are known.
        known: (K, T) good melodies.
        log_f: (K,) of each, which says how often it is played.
        size: V.
    """
    near = log_likelihood(optimum.events, known, log_f, size)
    log_q = np.logaddexp(near, optimum.log_q.sum(axis=1)) - math.log(2)
    return -log_mean(log_q - optimum.log_f)


def log_likelihood(events: Tokens, known: Tokens, log_f: Floats, size: int) -> Floats:
    """Return how likely known melodies, played with slips, become each of some others, as logs: (N, T) -> (N,)."""
    steps = events.shape[1]
    slip = _SLIPS / steps
    away = (events[:, None] != known).sum(axis=2)  # (N, K)
    log_near = away * math.log(slip / (size - 1)) + (steps - away) * math.log1p(-slip)
    share = log_f - log_mean(log_f) - math.log(len(log_f))
    return np.logaddexp.reduce(log_near + share, axis=1)
