"""Sampling: temperature and musical masks over a policy's logits, and one event drawn for each melody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from live_composer.music.vocabulary import FIRST_PITCH, NOTE_OFF

if TYPE_CHECKING:
    from live_composer.music.key import Key
    from live_composer.music.vocabulary import Vocabulary
    from live_composer.policy.policy import Floats, Integers

Mask = NDArray[np.bool_]
Draws = NDArray[np.int64]


def key_mask(key: Key, vocabulary: Vocabulary, chord: frozenset[int] = frozenset()) -> Mask:
    """Return (events,): True for note off, hold and every pitch of the key's scale, and of the chord that sounds.

    In minor the leading tone, a semitone below the tonic, belongs to it too (harmonic minor).
    """
    allowed = key.pitch_classes | chord
    if key.mode == "minor":
        allowed |= {(key.tonic - 1) % 12}
    pitches = range(vocabulary.lowest, vocabulary.highest + 1)
    return np.array([True, True, *(pitch % 12 in allowed for pitch in pitches)])


def register_mask(lowest: int, highest: int, vocabulary: Vocabulary) -> Mask:
    """Return (events,): True for note off, hold and every MIDI pitch from `lowest` to `highest`."""
    pitches = np.arange(vocabulary.lowest, vocabulary.highest + 1)
    return np.concatenate([[True, True], (pitches >= lowest) & (pitches <= highest)])


def canonical_mask(sounding: NDArray[np.bool_], vocabulary: Vocabulary) -> Mask:
    """Return (batch, events): True everywhere, but for a note off where nothing sounds.

    Args:
        sounding: (batch,) whether a note sounds in each melody.
        vocabulary: the events.
    """
    mask = np.ones((len(sounding), vocabulary.size), dtype=np.bool_)
    mask[:, NOTE_OFF] = sounding
    return mask


def log_probabilities(logits: Floats, temperature: float = 1.0, mask: Mask | None = None) -> NDArray[np.float64]:
    """Return the log of the softmax of `logits` / `temperature`, -inf where `mask` is False.

    Args:
        logits: (batch, events).
        temperature: above 1 is bolder, towards 0 the likeliest event alone.
        mask: (events,) or (batch, events); each melody keeps at least one event.
    """
    scaled = logits.astype(np.float64) / max(temperature, 1e-6)
    if mask is not None:
        scaled = np.where(mask, scaled, -np.inf)
    scaled -= scaled.max(axis=-1, keepdims=True)
    return scaled - np.log(np.exp(scaled).sum(axis=-1, keepdims=True))


def draw(log_p: NDArray[np.floating[Any]], uniform: NDArray[np.floating[Any]]) -> Draws:
    """Draw one event a melody.

    Args:
        log_p: (batch, events) log probabilities.
        uniform: (batch,) numbers from 0 to 1; the caller draws them, so that the seed is the caller's.
    """
    cumulative = np.exp(log_p).cumsum(axis=-1)
    # Scaled by the last sum, so that rounding never leads past the last event.
    chosen: NDArray[Any] = (uniform[:, None] * cumulative[:, -1:] >= cumulative).sum(axis=-1)
    return chosen.astype(np.int64)


def now_sounding(sounding: NDArray[np.bool_], events: Integers) -> NDArray[np.bool_]:
    """Return (batch,) whether a note sounds after each melody's next event."""
    return np.where(events >= FIRST_PITCH, True, sounding & (events != NOTE_OFF))
