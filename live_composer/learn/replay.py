"""The paper's replay buffer: the latest melodies step by step, with the network's state as it was at each step.

    E melodies    T steps    L layers    H cells    V events

Learning from one step then looks one step deep into the network's memory, and no further.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from live_composer.policy.policy import Floats
    from live_composer.policy.shape import Shape

_Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Episode:
    """A melody as it was played, with what was heard and remembered before each step and after the last.

    Attributes:
        heard: (T + 1,) the event before each step, START first.
        states: (T + 1, L, 2, H) the network's state before it heard that event.
        log_p: (T + 1, V) the prior's.
        reward: (T,) divided by c.
    """

    heard: _Numbers
    states: Floats
    log_p: Floats
    reward: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Steps drawn from the buffer: what stands before and after each.

    Attributes:
        heard, heard_after: (B,) the event before the step, and the one it brought (which is what was played).
        steps, steps_after: (B,) the numbers of the step and the next.
        states, states_after: (L, 2, B, H).
        log_p, log_p_after: (B, V).
        reward: (B,).
    """

    heard: _Numbers
    heard_after: _Numbers
    steps: _Numbers
    steps_after: _Numbers
    states: Floats
    states_after: Floats
    log_p: Floats
    log_p_after: Floats
    reward: Floats


class Replay:
    """Keeps the latest `capacity` transitions, in whole melodies of `steps` each."""

    def __init__(self, capacity: int, steps: int, shape: Shape) -> None:
        self._episodes = max(1, capacity // steps)
        self._steps = steps
        rows = (self._episodes, steps + 1)
        self._heard = np.zeros(rows, dtype=np.int64)
        self._states = np.zeros((*rows, shape.layers, 2, shape.hidden), dtype=np.float32)
        self._log_p = np.zeros((*rows, shape.vocabulary.size), dtype=np.float32)
        self._reward = np.zeros((self._episodes, steps), dtype=np.float32)
        self.added = 0

    def add(self, episode: Episode) -> None:
        """Keep a melody, in place of the oldest when full."""
        row = self.added % self._episodes
        self._heard[row], self._states[row] = episode.heard, episode.states
        self._log_p[row], self._reward[row] = episode.log_p, episode.reward
        self.added += 1

    def sample(self, count: int, chance: np.random.Generator) -> Sample:
        """Draw transitions, each as likely as any other."""
        row = chance.integers(0, min(self.added, self._episodes), count)
        step = chance.integers(0, self._steps, count)
        now, then = (row, step), (row, step + 1)
        return Sample(
            self._heard[now],
            self._heard[then],
            step,
            step + 1,
            _batch(self._states[now]),
            _batch(self._states[then]),
            self._log_p[now],
            self._log_p[then],
            self._reward[now],
        )

    def tensors(self) -> dict[str, Tensor]:
        """Return all that is kept."""
        kept = min(self.added, self._episodes)
        arrays = {"heard": self._heard, "states": self._states, "log_p": self._log_p, "reward": self._reward}
        found = {f"replay.{name}": torch.as_tensor(array[:kept]) for name, array in arrays.items()}
        return found | {"replay.added": torch.tensor(self.added)}

    def restore(self, kept: Mapping[str, Tensor]) -> None:
        """Go on from what `tensors` returned.

        Raises:
            KeyError, ValueError: something is missing or of another shape.
        """
        self.added = int(kept["replay.added"])
        count = min(self.added, self._episodes)
        arrays = {"heard": self._heard, "states": self._states, "log_p": self._log_p, "reward": self._reward}
        for name, array in arrays.items():
            array[:count] = kept[f"replay.{name}"].numpy()


def _batch(states: Floats) -> Floats:
    """Return states (B, L, 2, H) as networks want them: (L, 2, B, H)."""
    return np.ascontiguousarray(states.transpose(1, 2, 0, 3))
