"""The score: the notes that were struck, step by step, as they sound."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from live_composer.live.plan_source import Origin

_LONGEST = 4096
"""Notes that are remembered; the oldest are forgotten."""


@dataclass(slots=True)
class ScoreNote:
    """A note that was handed to the port.

    Attributes:
        step: at which it was struck.
        end: the step at which it ends; None while that is open.
        pitch: MIDI pitch as it sounds.
        velocity: MIDI velocity.
        origin: where it came from.
    """

    step: int
    end: int | None
    pitch: int
    velocity: int
    origin: Origin


class Score:
    """Notes in the order of their steps, one at a time."""

    def __init__(self) -> None:
        self._notes: list[ScoreNote] = []

    def strike(self, note: ScoreNote) -> None:
        """Add a note; one that still sounds ends there."""
        self.end(note.step)
        self._notes.append(note)
        if len(self._notes) > _LONGEST:
            del self._notes[: _LONGEST // 2]

    def end(self, step: int) -> None:
        """End the note that sounds, if one does."""
        if self._notes and self._notes[-1].end is None:
            self._notes[-1].end = step

    def cut(self, step: int) -> None:
        """Forget what was struck from `step` on: it was never heard."""
        del self._notes[bisect_left(self._notes, step, key=lambda note: note.step) :]
        if self._notes and (self._notes[-1].end or step) >= step:
            self._notes[-1].end = step

    def since(self, step: int) -> list[ScoreNote]:
        """Return the notes that sound at `step` or later."""
        first = bisect_left(self._notes, step, key=lambda note: note.step)
        if first and (self._notes[first - 1].end or step + 1) > step:
            first -= 1
        return self._notes[first:]
