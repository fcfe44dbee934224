"""The desk: what a person or a knob asks for, done at once or refused with a reason."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from live_composer.errors import BadInput
from live_composer.music.units import SECONDS_PER_MINUTE, TEMPO_RANGE
from live_composer.port.protocol import Release
from live_composer.wire.screen import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.live.performance import Performance
    from live_composer.live.port_link import PortLink
    from live_composer.live.values import Values
    from live_composer.parameters.table import Parameter
    from live_composer.wire.screen import Command, Set, Value

_TAPS = 8
_TAP_PAUSE = 60 / TEMPO_RANGE[0]
"""Seconds without a tap after which a new tempo is begun."""


class Desk:
    """Steers one performance."""

    def __init__(
        self,
        values: Values,
        performance: Performance,
        port: PortLink,
        transport: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make a desk.

        Args:
            values: of all parameters.
            performance: what they steer.
            port: where it plays.
            transport: does `play`, `pause`, `stop` and `quit`.
            clock: tells seconds, for taps.
        """
        self._values, self._performance, self._port = values, performance, port
        self._transport, self._clock = transport, clock
        self._taps: deque[float] = deque(maxlen=_TAPS)

    def set(self, asked: Set) -> str:
        """Change a parameter; return what it is now, for a person.

        Raises:
            BadInput: there is no such parameter, or it has no such value.
        """
        self._change(asked.name, asked.value, text=asked.text)
        parameter = self._values.find(asked.name)
        return f"{parameter.name} is {parameter.show(self._values[parameter.name])}."

    def obey(self, command: Command) -> str:
        """Do a command; return what there is to say of it.

        Raises:
            BadInput: there is no such command, or it makes no sense now.
        """
        match command.name, command.value:
            case ("play" | "pause" | "stop" | "quit") as move, None:
                self._transport(move)
            case "panic", None:
                self._port.send(Release())
            case "tap", None:
                return self._tap()
            case "undo", None:
                parameter = self._values.undo()
                self._apply(parameter)
                return f"{parameter.name} is {parameter.show(self._values[parameter.name])} again."
            case "status", None:
                pass
            case name, value:
                fault = f"`{name}` takes no value {value!r}" if name in COMMANDS else f"`{name}` is no command"
                raise BadInput(f"{fault}; there are: {', '.join(COMMANDS)}.")
        return ""

    def _change(self, name: str, value: Value | None, *, text: bool = False) -> None:
        if parameter := self._values.set(name, value, text=text):
            self._apply(parameter)

    def _apply(self, parameter: Parameter) -> None:
        """Have a value that was changed heard."""
        if parameter.name == "tempo":
            self._performance.set_tempo(self._values.number("tempo"))
        elif parameter.replans:
            self._performance.change(self._values)

    def _tap(self) -> str:
        """Take the tempo from the last taps."""
        now = self._clock()
        if self._taps and now - self._taps[-1] > _TAP_PAUSE:
            self._taps.clear()
        self._taps.append(now)
        if len(self._taps) > 1:
            seconds = (self._taps[-1] - self._taps[0]) / (len(self._taps) - 1)
            tempo = round(min(TEMPO_RANGE[1], max(TEMPO_RANGE[0], SECONDS_PER_MINUTE / max(seconds, 1e-3))), 1)
            self._change("tempo", tempo)
        return ""
