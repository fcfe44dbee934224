"""What was liked comes back: bars that the musician liked are rewarded when candidates play them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules.arrays import by_event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live_composer.rules.arrays import Bools, Ints
    from live_composer.rules.context import Context
    from live_composer.rules.rule import Rewards, Tokens

NAME = "liked"
_BEGINS = 2
"""Notes after which a motif is recognised."""


class Liked:
    """Motifs that were liked, each from a bar line on."""

    def __init__(self, motifs: Sequence[Sequence[int]]) -> None:
        self._motifs = [np.array(motif, dtype=np.int64) for motif in motifs]
        self._longest = max((len(motif) for motif in motifs), default=0)

    def __bool__(self) -> bool:
        return bool(self._motifs)

    def reward(self, melodies: Tokens, context: Context, first: int) -> Rewards:
        """Return 1 at each step that goes on with a motif from a bar line on, from its second note, else 0.

        A motif goes on as it was, or moved along the scale: the same rhythm and the same steps of the scale between its
        notes. Where two go on at once, one counts.

        Args:
            melodies: (melodies, steps) the events.
            context: their key and metre, and where they begin.
            first: the column from which on events are judged.

        Returns:
            (melodies, steps from `first` on).
        """
        goes_on = np.zeros(melodies.shape, dtype=np.bool_)
        rungs = by_event(context, context.key.rung).astype(np.int64)
        per_bar = context.metre.steps_per_bar
        begin = max(0, first - self._longest)
        begin += -(context.first_step + begin) % per_bar
        for motif in self._motifs:
            for start in range(begin, melodies.shape[1], per_bar):
                played = melodies[:, start : start + len(motif)]
                goes_on[:, start : start + len(motif)] |= _goes_on(played, motif[: played.shape[1]], rungs)
        return goes_on[:, first:].astype(np.float64)


def _goes_on(played: Ints, motif: Ints, rungs: Ints) -> Bools:
    """Say at each step whether all that was played up to there is the motif up to there, or the motif moved."""
    starts = motif >= FIRST_PITCH
    rhythm = np.minimum(played, FIRST_PITCH) == np.minimum(motif, FIRST_PITCH)
    # How far each note of the motif is from where the melody puts it: everywhere the same when it was moved.
    moved = np.where(starts, rungs[played] - rungs[motif], 0)
    first = int(starts.argmax())
    same_way = ~starts | (moved == moved[:, first : first + 1])
    return np.logical_and.accumulate(rhythm & same_way, axis=1) & (np.cumsum(starts) >= _BEGINS)
