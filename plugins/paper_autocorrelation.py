"""The paper's rule of autocorrelation (Jaques et al. 2016, section 4.1; constants of the authors' code)."""

from __future__ import annotations

import numpy as np

from live_composer.rules import Context, Note, Rewards, Tokens, note_rule

_LAGS = (1, 2, 3)
_BEARABLE = 0.15


@note_rule(every_step=True)
def paper_autocorrelation(note: Note) -> float:
    """Do not follow the notes of one, two or three steps ago too closely, neither up nor down with them."""
    events = np.array([*note.before, note.event], dtype=np.float64)
    variance = events.var()
    if variance == 0:
        return 0.0
    away = events - events.mean()
    blame = 0.0
    for lag in _LAGS:
        coefficient = abs((away[lag:] * away[:-lag]).sum() / len(events) / variance)
        if coefficient > _BEARABLE:
            blame -= 3 * coefficient
    return blame


@paper_autocorrelation.batch
def paper_autocorrelation(melodies: Tokens, context: Context) -> Rewards:
    del context
    x = melodies.astype(np.float64)
    steps = x.shape[1]
    n = np.arange(1, steps + 1)
    # The variance and products of every beginning of the melody, from running sums.
    total = x.cumsum(axis=1)
    mean = total / n
    # Whole numbers: exactly zero when all events are equal.
    spread = n * (x * x).cumsum(axis=1) - total * total
    variance = np.where(spread > 0, spread, 1) / (n * n)
    rewards = np.zeros(x.shape)
    for lag in _LAGS:
        if steps <= lag:
            continue
        products = (x[:, lag:] * x[:, :-lag]).cumsum(axis=1)
        late = total[:, lag:] - total[:, lag - 1 : lag]
        early = total[:, :-lag]
        m, k = mean[:, lag:], n[lag:]
        coefficient = np.abs((products - m * (late + early) + (k - lag) * m * m) / k / variance[:, lag:])
        rewards[:, lag:] -= np.where((coefficient > _BEARABLE) & (spread[:, lag:] > 0), 3 * coefficient, 0)
    return rewards
