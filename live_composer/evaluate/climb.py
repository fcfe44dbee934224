"""Look for the best melodies there are: climb from loop to loop by the best of all small changes, again and again.

    N loops    L steps of a loop    T steps of a melody    K changes

Where rules pay for what comes back, the best melodies are loops, with valleys between them that no chain crosses:
change one note of one turn, and all that it paid is gone. So loops are changed as a whole: one note, two swapped, some
slid or turned round, or all begun elsewhere. Nothing here is drawn in proportion to anything: it only finds.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from live_composer.evaluate.objective import Floats, Objective
    from live_composer.rules.rule import Tokens

_LOOP = 8
_BEST, _KICKED = 10, 3
_POLISHED = 3


def peaks(objective: Objective, starts: Tokens, rounds: int, chance: np.random.Generator) -> tuple[Tokens, Floats]:
    """Return the best melodies that were found, the best first, and the log of the density of each.

    Args:
        objective: what they are to be good at.
        starts: (N, T) where to begin: the second turn of each is taken as its loop.
        rounds: how often the best are changed at random, and climb again.
        chance: of everything random.
    """
    size = objective.prior.shape.vocabulary.size
    length = _LOOP if objective.steps >= 2 * _LOOP else objective.steps
    first = length if 2 * length <= objective.steps else 0
    loops, log_f = _climb(objective, starts[:, first : first + length], size)
    for _ in range(rounds):
        kicked = np.repeat(loops[np.argsort(-log_f)[:_BEST]], _KICKED, axis=0)
        for _ in range(2):
            kicked[np.arange(len(kicked)), chance.integers(0, length, len(kicked))] = chance.integers(
                0, size, len(kicked)
            )
        others, others_log_f = _climb(objective, kicked, size)
        loops, where = np.unique(np.concatenate([loops, others]), axis=0, return_index=True)
        log_f = np.concatenate([log_f, others_log_f])[where]
    order = np.argsort(-log_f)
    melodies, log_f = _turned(loops[order], objective.steps), log_f[order]
    polished, polished_log_f = _climb(objective, melodies[:_POLISHED], size, whole=True)
    melodies, log_f = np.concatenate([polished, melodies]), np.concatenate([polished_log_f, log_f])
    melodies, where = np.unique(melodies, axis=0, return_index=True)
    order = np.argsort(-log_f[where])
    return melodies[order], log_f[where][order]


def _climb(objective: Objective, loops: Tokens, size: int, *, whole: bool = False) -> tuple[Tokens, Floats]:
    """Climb from each loop to a peak; of whole melodies single notes alone are changed."""
    loops = loops.copy()
    log_f = objective.log_density(_turned(loops, objective.steps))
    climbing = np.arange(len(loops), dtype=np.int64)
    while len(climbing):
        changed = _one_changed(loops[climbing], size)
        if not whole:
            changed = np.concatenate([changed, loops[climbing][:, _orders(loops.shape[1])]], axis=1)  # (n, K, L)
        flat = changed.reshape(-1, loops.shape[1])
        found = objective.log_density(_turned(flat, objective.steps)).reshape(changed.shape[:2])  # (n, K)
        best = found.argmax(axis=1)
        rows = np.arange(len(climbing), dtype=np.int64)
        better = found[rows, best] > log_f[climbing] + 1e-6
        climbing, rows, best = climbing[better], rows[better], best[better]
        loops[climbing], log_f[climbing] = changed[rows, best], found[rows, best]
    return loops, log_f


def _one_changed(loops: Tokens, size: int) -> Tokens:
    """Return each loop with each of its events made each event: (N, L) -> (N, L * size, L)."""
    length = loops.shape[1]
    changed = np.repeat(loops[:, None], length * size, axis=1)
    at = np.repeat(np.arange(length, dtype=np.int64), size)
    changed[:, np.arange(length * size), at] = np.tile(np.arange(size, dtype=np.int64), length)
    return changed


def _orders(length: int) -> Tokens:
    """Return the orders a loop is tried in, (K, L): two swapped, some slid, some turned round, all begun elsewhere."""
    plain = np.arange(length, dtype=np.int64)
    orders = [np.roll(plain, by) for by in range(1, length)]
    for low, high in combinations(range(length), 2):
        part = slice(low, high + 1)
        for inner in (np.roll(plain[part], 1), np.roll(plain[part], -1), plain[part][::-1]):
            order = plain.copy()
            order[part] = inner
            orders.append(order)
        order = plain.copy()
        order[[low, high]] = order[[high, low]]
        orders.append(order)
    return np.unique(np.stack(orders), axis=0) if orders else plain[None]


def _turned(loops: Tokens, steps: int) -> Tokens:
    """Return each loop played again and again, `steps` long."""
    return np.tile(loops, (1, -(-steps // loops.shape[1])))[:, :steps]
