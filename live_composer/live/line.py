"""The line: the events of the melody by step, those that are planned included; what is long past is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Line:
    """Events, one a step.

    Attributes:
        end: the step after the last event.
    """

    def __init__(self) -> None:
        self._events: list[int] = []
        self._first = 0

    @property
    def end(self) -> int:  # noqa: D102 - see the class
        return self._first + len(self._events)

    def __getitem__(self, step: int) -> int:
        if step < self._first:
            raise IndexError(step)
        return self._events[step - self._first]

    def __setitem__(self, step: int, event: int) -> None:
        self._events[step - self._first] = event

    def append(self, event: int) -> None:
        """Add an event."""
        self._events.append(event)

    def between(self, first: int, last: int) -> list[int]:
        """Return the events of the steps from `first` up to but without `last`, as far as they are known."""
        return self._events[max(0, first - self._first) : max(0, last - self._first)]

    def follow(self, step: int, events: Sequence[int]) -> None:
        """Have the line go on with `events` from `step` on."""
        self._events[step - self._first :] = events

    def cut(self, step: int) -> None:
        """Forget what follows from `step` on."""
        del self._events[max(0, step - self._first) :]

    def clear(self, step: int = 0) -> None:
        """Forget everything; the next event is that of `step`."""
        self._events, self._first = [], step

    def forget_before(self, step: int) -> None:
        """Forget what was before `step`."""
        gone = min(max(0, step - self._first), len(self._events))
        del self._events[:gone]
        self._first += gone
