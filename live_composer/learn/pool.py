"""The best melodies found so far, and how better ones are looked for among their like.

    N melodies    T steps

What pays late, such as a motif that comes back, is hardly ever met by chance. Once met it is kept here, learnt from
again and again, and varied.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from live_composer.music.vocabulary import FIRST_PITCH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from live_composer.policy.policy import Floats
    from live_composer.rules.rule import Tokens

_MOTIF = 8
"""Steps of half a bar: what a copy goes back by."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Melodies that were played or made up: (N, T) of each.

    Attributes:
        events: the melodies.
        log_p: how likely the prior holds each event.
        reward: the weighted rewards, not divided by c.
    """

    events: Tokens
    log_p: Floats
    reward: Floats

    def __len__(self) -> int:
        return len(self.events)

    def chosen(self, rows: np.ndarray) -> Found:
        """Return some of them."""
        return Found(self.events[rows], self.log_p[rows], self.reward[rows])

    def beside(self, others: Found) -> Found:
        """Return these, and then the others."""
        return Found(
            np.concatenate([self.events, others.events]),
            np.concatenate([self.log_p, others.log_p]),
            np.concatenate([self.reward, others.reward]),
        )


class Pool:
    """Keeps up to `size` different melodies of `steps` each, at most `kin` of them made of the same notes."""

    def __init__(self, size: int, steps: int, noise: float, kin: int | None = None, prior_weight: float = 1.0) -> None:
        self._size, self._noise, self._kin, self._prior_weight = size, noise, kin, prior_weight
        nothing = np.zeros((0, steps), dtype=np.float32)
        self.found = Found(nothing.astype(np.int64), nothing, nothing)

    def add(self, new: Found, c: float, chance: np.random.Generator) -> None:
        """Keep what is best by log p + r/c, with some nats of chance."""
        together = self.found.beside(new)
        _, different = np.unique(together.events, axis=0, return_index=True)
        together = together.chosen(different)
        if len(together) > self._size or self._kin is not None:
            score = self._prior_weight * together.log_p.sum(axis=1) + together.reward.sum(axis=1) / c
            score += self._noise * chance.gumbel(size=len(score))
            best = np.argsort(-score, kind="stable")
            if self._kin is not None:
                best = best[_place_among(_notes(together.events[best])) < self._kin]
            together = together.chosen(np.sort(best[: self._size]))
        self.found = together

    def sample(self, count: int, chance: np.random.Generator, c: float = 1.0, focus: float | None = None) -> Found:
        """Draw melodies, each as likely as any other, or the more likely the better they are.

        Args:
            count: how many.
            chance: draws them.
            c: how strict.
            focus: nats of log p + r/c that make a melody e times as likely; None: all are as likely.
        """
        found = self.found
        if focus is None:
            return found.chosen(chance.integers(0, len(found), count))
        log_p = self._prior_weight * found.log_p.sum(axis=1, dtype=np.float64)
        score = (log_p + found.reward.sum(axis=1) / c) / focus
        share = np.exp(score - score.max())
        return found.chosen(chance.choice(len(found), count, p=share / share.sum()))

    def varied(self, count: int, vocabulary: int, chance: np.random.Generator) -> Tokens:
        """Return melodies of the pool, each changed in one way: (count, T)."""
        melodies, others = (self.sample(count, chance).events.copy() for _ in range(2))
        for row, way in enumerate(chance.integers(0, len(_WAYS), count).tolist()):
            _WAYS[way](melodies[row], others[row], vocabulary, chance)
        return melodies

    def tensors(self) -> dict[str, Tensor]:
        """Return all that is kept."""
        found = {"events": self.found.events, "log_p": self.found.log_p, "reward": self.found.reward}
        return {f"pool.{name}": torch.as_tensor(array) for name, array in found.items()}

    def restore(self, kept: Mapping[str, Tensor]) -> None:
        """Go on from what `tensors` returned.

        Raises:
            KeyError: something is missing.
        """
        self.found = Found(*(kept[f"pool.{name}"].numpy().copy() for name in ("events", "log_p", "reward")))


def _notes(events: Tokens) -> Tokens:
    """Return a number for each melody that tells the notes of its second quarter, in whatever order: (N,)."""
    quarter = max(1, events.shape[1] // 4)
    notes = np.sort(events[:, quarter : 2 * quarter], axis=1)
    return np.unique(notes, axis=0, return_inverse=True)[1].reshape(-1)


def _place_among(groups: Tokens) -> Tokens:
    """Return how many of the same group stand before each: (N,)."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    firsts = np.searchsorted(ordered, ordered, side="left")
    place = np.empty_like(groups)
    place[order] = np.arange(len(groups)) - firsts
    return place


def _copied(melody: Tokens, other: Tokens, vocabulary: int, chance: np.random.Generator) -> None:
    """From somewhere on, for a while, play again what was played half a bar before."""
    del other, vocabulary
    start = int(chance.integers(min(_MOTIF, len(melody) - 1), len(melody)))
    for step in range(start, min(len(melody), start + int(chance.integers(4, 25)))):
        melody[step] = melody[max(0, step - _MOTIF)]


def _crossed(melody: Tokens, other: Tokens, vocabulary: int, chance: np.random.Generator) -> None:
    """Go on as another melody does."""
    del vocabulary
    start = int(chance.integers(1, len(melody) + 1))
    melody[start:] = other[start:]


def _changed(melody: Tokens, other: Tokens, vocabulary: int, chance: np.random.Generator) -> None:
    """Play something else at one to three steps."""
    del other
    steps = chance.integers(0, len(melody), int(chance.integers(1, 4)))
    melody[steps] = chance.integers(0, vocabulary, len(steps))


def _moved(melody: Tokens, other: Tokens, vocabulary: int, chance: np.random.Generator) -> None:
    """Move a stretch by a few steps, over what stood there."""
    del other, vocabulary
    start, width = int(chance.integers(0, len(melody))), int(chance.integers(1, _MOTIF + 1))
    stretch = melody[start : start + width].copy()
    to = int(chance.integers(0, len(melody) - len(stretch) + 1))
    melody[to : to + len(stretch)] = stretch


def _changed_throughout(melody: Tokens, other: Tokens, vocabulary: int, chance: np.random.Generator) -> None:
    """Play something else at a step, and wherever the same was played whole half bars away: a motif stays one."""
    del other
    for step in chance.integers(0, len(melody), int(chance.integers(1, 3))).tolist():
        same: Tokens = np.arange(step % _MOTIF, len(melody), _MOTIF, dtype=np.int64)
        melody[same[melody[same] == melody[step]]] = chance.integers(0, vocabulary)


def _swapped_throughout(melody: Tokens, other: Tokens, vocabulary: int, chance: np.random.Generator) -> None:
    """Swap two events wherever they are played, from some step on."""
    del other, vocabulary
    start = int(chance.integers(0, len(melody)))
    one, two = chance.choice(melody, 2).tolist()
    rest = melody[start:]
    rest[:] = np.where(rest == one, two, np.where(rest == two, one, rest))


def _shifted(melody: Tokens, other: Tokens, vocabulary: int, chance: np.random.Generator) -> None:
    """From some step on come a few steps later, with something new before; or earlier, and end like another melody."""
    start, by = int(chance.integers(0, len(melody))), int(chance.integers(1, 4))
    rest = melody[start:].copy()
    if chance.random() < 0.5:  # noqa: PLR2004 - as likely as not
        melody[start + by :] = rest[: max(0, len(rest) - by)]
        melody[start : start + by] = chance.integers(0, vocabulary, len(melody[start : start + by]))
    else:
        melody[start : len(melody) - by] = rest[by:]
        melody[-by:] = melody[-by - _MOTIF : -_MOTIF] if len(melody) > by + _MOTIF else other[-by:]


def _transposed(melody: Tokens, other: Tokens, vocabulary: int, chance: np.random.Generator) -> None:
    """Move all pitches from some step on up or down by a few semitones, those that would leave the range excepted."""
    del other
    rest = melody[int(chance.integers(0, len(melody))) :]
    moved = rest + int(chance.integers(-7, 8))
    fits = (rest >= FIRST_PITCH) & (moved >= FIRST_PITCH) & (moved < vocabulary)
    rest[:] = np.where(fits, moved, rest)


_WAYS = (
    _copied,
    _crossed,
    _changed,
    _moved,
    _changed_throughout,
    _swapped_throughout,
    _shifted,
    _transposed,
)
