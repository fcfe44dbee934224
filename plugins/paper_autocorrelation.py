"""The paper's rule of autocorrelation (Jaques et al. 2016, section 4.1; constants of the authors' code)."""

from __future__ import annotations

import numpy as np

from live_composer.rules import Context, Note, Rewards, Tokens, note_rule

_LAGS = (1, 2, 3)
_BEARABLE = 0.15
_TIE = 1e-9


@note_rule(every_step=True)
def paper_autocorrelation(note: Note) -> float:
    """Do not follow the notes of one, two or three steps ago too closely, neither up nor down with them.

    The autocorrelation of the events so far, as numbers, costs three times its size at each lag where that is over .15.
    """
    events = np.array([[*note.before, note.event]], dtype=np.float64)
    if (events == events[0, 0]).all():
        return 0.0
    coefficients = [float(_coefficients(events, lag)[0]) for lag in _LAGS]
    return -3.0 * sum(size for size in coefficients if size > _BEARABLE)


@paper_autocorrelation.batch
def paper_autocorrelation(melodies: Tokens, context: Context) -> Rewards:
    del context
    events = melodies.astype(np.float64)
    steps = np.arange(1, events.shape[1] + 1)
    # The mean, variance and products of every beginning of the melody, from running sums.
    total = events.cumsum(axis=1)
    mean = total / steps
    # Whole numbers: exactly zero when all events are equal.
    spread = steps * (events * events).cumsum(axis=1) - total * total
    rewards = np.zeros(events.shape)
    for lag in range(1, min(max(_LAGS) + 1, len(steps))):
        products = (events[:, lag:] * events[:, :-lag]).cumsum(axis=1)
        ends = total[:, lag:] - total[:, lag - 1 : lag] + total[:, :-lag]
        n, m = steps[lag:], mean[:, lag:]
        size = np.abs(products - m * ends + (n - lag) * m * m) * n / np.maximum(spread[:, lag:], 1)
        _break_ties(size, events, lag)
        rewards[:, lag:] -= np.where((size > _BEARABLE) & (spread[:, lag:] > 0), 3 * size, 0)
    return rewards


def _coefficients(events: Rewards, lag: int) -> Rewards:
    """Return the size of the autocorrelation of whole melodies, as the authors compute it: (melodies,)."""
    away = events - events.mean(axis=1, keepdims=True)
    return np.abs((away[:, lag:] * away[:, :-lag]).sum(axis=1) / events.shape[1] / events.var(axis=1))


def _break_ties(size: Rewards, events: Rewards, lag: int) -> None:
    """Where rounding decides whether a coefficient is bearable, round as the authors' code does."""
    rows, columns = np.nonzero(np.abs(size - _BEARABLE) < _TIE)
    for column in np.unique(columns).tolist():
        tied = rows[columns == column]
        size[tied, column] = _coefficients(events[tied, : column + lag + 1], lag)
