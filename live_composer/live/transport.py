"""The transport: stopped, counting in, playing, paused, and which leads to which."""

from __future__ import annotations

from typing import Literal, TypeAlias

from live_composer.errors import BadInput

State: TypeAlias = Literal["stopped", "counting in", "playing", "paused"]
Action: TypeAlias = Literal["play", "begin", "pause", "stop"]

_MOVES: dict[tuple[State, Action], State] = {
    ("stopped", "play"): "counting in",
    ("counting in", "begin"): "playing",
    ("playing", "pause"): "paused",
    ("paused", "play"): "counting in",
    ("counting in", "stop"): "stopped",
    ("playing", "stop"): "stopped",
    ("paused", "stop"): "stopped",
}


class Transport:
    """What the music is doing. `counting in` is the moment between being told to play and the first beat."""

    def __init__(self) -> None:
        self.state: State = "stopped"

    def move(self, action: Action) -> State:
        """Do what is asked for; return the new state.

        Raises:
            BadInput: it makes no sense now.
        """
        try:
            self.state = _MOVES[self.state, action]
        except KeyError:
            raise BadInput(f"It is {self.state}; `{action}` does nothing now.") from None
        return self.state
