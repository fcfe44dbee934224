"""The score: the notes that were struck, as they sound."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from live_composer.music.units import beats

if TYPE_CHECKING:
    from live_composer.live.plan_source import Origin

_LONGEST = 8192
"""Notes that are remembered; the oldest are forgotten."""


@dataclass(slots=True)
class ScoreNote:
    """A note that was handed to the port.

    Attributes:
        step: of the grid, at which it was struck.
        beat: at which it sounds.
        pitch, velocity: as MIDI has them.
        channel: MIDI channel, 1 to 16.
        origin: where it came from.
        second: whether it is the second voice's.
        end: the step at which the melody ends it; None while that is open.
        off: the beat at which it falls silent, as far as is known.
        promised: the step at which it was to end when it was struck, where a gate took the plan's word for it.
    """

    step: int
    beat: float
    pitch: int
    velocity: int
    channel: int = 1
    origin: Origin = "plan"
    second: bool = False
    end: int | None = None
    off: float | None = None
    promised: int | None = None


class Score:
    """Notes in the order of their steps; those of one step are struck and end together."""

    def __init__(self) -> None:
        self._notes: list[ScoreNote] = []

    def add(self, note: ScoreNote) -> None:
        """Add a note."""
        self._notes.append(note)
        if len(self._notes) > _LONGEST:
            del self._notes[: _LONGEST // 2]

    def copy(self) -> Score:
        """Return a score of the same notes, which stays when this one is cut at its beginning."""
        score = Score()
        score._notes = self._notes.copy()
        return score

    def cut(self, step: int) -> None:
        """Forget what was struck from `step` on: it was never heard. What sounded then ends there."""
        del self._notes[bisect_left(self._notes, step, key=lambda note: note.step) :]
        for note in self._notes[-2:]:
            if note.end is None or note.end > step:
                note.end = max(step, note.step + 1)
            if note.off is None or note.off > beats(note.end):
                note.off = max(beats(note.end), note.beat)

    def since(self, step: int) -> list[ScoreNote]:
        """Return the notes that sound at `step` or later."""
        first = bisect_left(self._notes, step, key=lambda note: note.step)
        while first and (self._notes[first - 1].end or step + 1) > step:
            first -= 1
        return self._notes[first:]
