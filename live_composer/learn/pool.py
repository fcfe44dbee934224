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
    """Keeps up to `size` different melodies of `steps` each."""

    def __init__(self, size: int, steps: int, noise: float) -> None:
        self._size, self._noise = size, noise
        nothing = np.zeros((0, steps), dtype=np.float32)
        self.found = Found(nothing.astype(np.int64), nothing, nothing)

    def add(self, new: Found, c: float, chance: np.random.Generator) -> None:
        """Keep what is best by log p + r/c, with some nats of chance."""
        together = self.found.beside(new)
        _, different = np.unique(together.events, axis=0, return_index=True)
        together = together.chosen(different)
        if len(together) > self._size:
            score = together.log_p.sum(axis=1) + together.reward.sum(axis=1) / c
            score += self._noise * chance.gumbel(size=len(score))
            together = together.chosen(np.sort(np.argpartition(-score, self._size)[: self._size]))
        self.found = together

    def sample(self, count: int, chance: np.random.Generator) -> Found:
        """Draw melodies, each as likely as any other."""
        return self.found.chosen(chance.integers(0, len(self.found), count))

    def varied(self, count: int, vocabulary: int, chance: np.random.Generator) -> Tokens:
        """Return melodies of the pool, each changed in one way: (count, T)."""
        melodies, others = (self.sample(count, chance).events.copy() for _ in range(2))
        ways = (_copied, _crossed, _changed, _moved)
        for row, way in enumerate(chance.integers(0, len(ways), count).tolist()):
            ways[way](melodies[row], others[row], vocabulary, chance)
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
