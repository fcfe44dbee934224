"""What is asked of a daemon from the screen: values and commands, and what there is to tell of the answers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from live_composer.errors import LiveComposerError
from live_composer.parameters import table
from live_composer.tui.basis import Basis
from live_composer.tui.link import Link, Listener
from live_composer.tui.sliders import Slider

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.config import Attach
    from live_composer.parameters.kinds import Value
    from live_composer.parameters.table import Parameter
    from live_composer.wire.screen import Frame

_WAITS = "move a knob"


class Steering(Basis):
    """An app that steers a daemon.

    Attributes:
        link: to the daemon.
        frame: the newest; None before the first.
    """

    def __init__(self, where: Path, listener: Listener, wishes: Attach) -> None:
        """Make a screen for the daemon at `where`; the rest is as for `Basis`."""
        super().__init__(wishes)
        self.link = Link(where, listener)
        self.frame: Frame | None = None
        self._asked: dict[str, tuple[int, Value]] = {}
        self._done: set[str] = set()
        self._sets = 0

    def draw(self) -> None:
        """Draw what the newest frame says."""
        raise NotImplementedError

    def action_command(self, name: str) -> None:
        """Have the daemon do a command that needs no value."""
        self.tell(name)

    def tell(self, command: str, value: Any = None) -> None:
        """Have the daemon do a command; tell what it says of it."""
        # No coroutine before the worker runs: who leaves meanwhile would leave one that nobody awaits.
        self.run_worker(partial(self._tell, command, value), exit_on_error=False)

    def value(self, name: str) -> Value:
        """Return a parameter's value as it is shown."""
        return self.slider(table.BY_NAME[name]).value

    def slider(self, parameter: Parameter) -> Slider:
        """Return a parameter as the newest frame has it, or as it was asked for since."""
        if self.frame is None:
            return Slider(parameter, parameter.default)
        value = self.frame.values.get(parameter.name, parameter.default)
        waits = self.frame.learning == parameter.name
        knob = _WAITS if waits else self.frame.controls.get(parameter.name, "")
        return Slider(parameter, self._asked.get(parameter.name, (0, value))[1], knob)

    def set_value(self, parameter: Parameter, value: Value | None) -> None:
        """Have a parameter changed; until the daemon has answered, its slider shows what was asked for."""
        self._sets += 1
        self._done.discard(parameter.name)
        if value is not None:
            self._asked[parameter.name] = (self._sets, value)
            self.draw()
        self.run_worker(partial(self._set, self._sets, parameter, value), exit_on_error=False)

    async def _tell(self, command: str, value: Any) -> None:
        try:
            self.toast(await self.link.command(command, value))
        except LiveComposerError as error:
            self.toast(str(error), "error")

    def take_frame(self, frame: Frame) -> None:
        """Take the newest frame; it knows the values that the daemon has said to be set."""
        self.frame = frame
        for name in self._done:
            self._asked.pop(name, None)
        self._done.clear()

    async def _set(self, number: int, parameter: Parameter, value: Value | None) -> None:
        name = parameter.name
        try:
            await self.link.set(name, value)
        except LiveComposerError as error:
            self.toast(str(error), "error")
            self._asked.pop(name, None)
            self.draw()
            return
        if self._asked.get(name, (0, 0))[0] == number:
            # What is shown stays until a frame comes that was drawn after this: an older one would put it back.
            self._done.add(name)
