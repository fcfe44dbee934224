"""Knobs: MIDI controllers steer parameters, by a map that is learnt; programs load presets. Both are remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from live_composer import files, paths
from live_composer.errors import BadFile, BadInput, LiveComposerError
from live_composer.parameters.table import CONTROLS
from live_composer.wire.catalogue import PresetView

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from live_composer.live.values import Values
    from live_composer.wire.base import Value

BUTTONS = ("play", "pause", "stop", "panic", "tap", "undo", "keep", "like", "dislike", "hear")
"""Commands that a knob may learn as well: they are done when it goes beyond its middle."""
_MIDDLE, _LARGEST = 64, 127
_PRESET_GROUPS = {"notes", "taste", "playing"}
_ON_STAGE = {"seed", "channel"}
"""Not part of a preset: which music, and where to."""
_LARGEST_FILE = 1 << 20


class Saved(msgspec.Struct):
    """What is remembered of knobs and presets."""

    controls: dict[int, str] = msgspec.field(default_factory=lambda: dict(CONTROLS))
    presets: dict[int, PresetView] = {}


class Knobs:
    """Steers by controllers and programs.

    Attributes:
        learning: the name that the next knob will steer; empty when none waits.
    """

    def __init__(
        self,
        values: Values,
        change: Callable[[str, Value], None],
        do: Callable[[str], object],
        on_trouble: Callable[[str], None],
        path: Path | None = None,
    ) -> None:
        """Read what was remembered.

        Args:
            values: of all parameters.
            change: changes one.
            do: does a command.
            on_trouble: is told what a knob asked for that cannot be had.
            path: where it is remembered.

        Raises:
            BadFile: the file is broken.
        """
        self.learning = ""
        self._values, self._change, self._do, self._on_trouble = values, change, do, on_trouble
        self._path = path or paths.user_data() / "knobs.json"
        self._saved = _read(self._path)
        self._down: set[int] = set()

    @property
    def controls(self) -> dict[str, str]:
        """Which knob steers what, by the name of the parameter."""
        return {name: f"CC {controller}" for controller, name in sorted(self._saved.controls.items())}

    @property
    def presets(self) -> list[PresetView]:
        """The presets there are, by their numbers."""
        return [preset for _, preset in sorted(self._saved.presets.items())]

    def learn(self, name: str) -> str:
        """Have the next knob that is moved steer a parameter, or do a command; wait no more where none is named.

        Raises:
            BadInput: there is no such parameter or command.
        """
        self.learning = name if name in BUTTONS or not name else self._values.find(name).name
        return f"Move the knob that shall steer {self.learning}." if self.learning else ""

    def unlearn(self, name: str) -> str:
        """Have no knob steer a parameter any more.

        Raises:
            CannotWrite: it could not be remembered.
        """
        self._saved.controls = {knob: steered for knob, steered in self._saved.controls.items() if steered != name}
        self._save()
        return f"No knob steers {name}."

    def turn(self, controller: int, value: int) -> None:
        """Take in a controller's value; what it asks for and cannot have is told, and the music goes on."""
        try:
            if self.learning:
                self._bind(controller)
            if name := self._saved.controls.get(controller):
                self._steer(name, controller, value)
        except LiveComposerError as error:
            self._on_trouble(str(error))

    def program(self, number: int) -> None:
        """Take in a program change, 1 to 128: load that preset, if there is one."""
        if number in self._saved.presets:
            try:
                self.load(number)
            except LiveComposerError as error:
                self._on_trouble(str(error))

    def load(self, number: object) -> str:
        """Load a preset; what it sets that is not there any more is told, and the rest is set.

        Raises:
            BadInput: there is no such preset.
        """
        preset = self._saved.presets.get(number) if isinstance(number, int) else None
        if preset is None:
            there = ", ".join(map(str, sorted(self._saved.presets))) or "none yet"
            raise BadInput(f"There is no preset {number}; there are: {there}.")
        # Another book brings other rules, so it comes before their weights.
        for name in sorted(preset.values, key=lambda name: name.startswith("rule.")):
            try:
                self._change(name, preset.values[name])
            except BadInput as error:
                self._on_trouble(f"Preset {preset.name}: {error}")
        return f"{preset.name} is loaded."

    def save(self, number: object, name: str) -> str:
        """Save the values of now as a preset.

        Raises:
            BadInput: the number is none of a program.
            CannotWrite: it could not be remembered.
        """
        if not isinstance(number, int) or not 1 <= number <= _LARGEST + 1:
            raise BadInput(f"{number!r} is no number of a preset; they go from 1 to 128.")
        named = name or f"preset {number}"
        self._saved.presets[number] = PresetView(number, named, {
            key: value
            for key, value in self._values.all().items()
            if key not in _ON_STAGE and self._values.find(key).group in _PRESET_GROUPS | {"rules"}
        })  # fmt: skip
        self._save()
        return f"{named} is saved as program {number}."

    def _bind(self, controller: int) -> None:
        others = {knob: name for knob, name in self._saved.controls.items() if name != self.learning}
        self._saved.controls = others | {controller: self.learning}
        self.learning = ""
        self._save()

    def _steer(self, name: str, controller: int, value: int) -> None:
        if name in BUTTONS:
            pressed = value >= _MIDDLE
            if pressed and controller not in self._down:
                self._do(name)
            (self._down.add if pressed else self._down.discard)(controller)
            return
        parameter = self._values.find(name)
        self._change(parameter.name, parameter.kind.at(value / _LARGEST))

    def _save(self) -> None:
        files.write_bytes(self._path, msgspec.json.format(msgspec.json.encode(self._saved)))


def _read(path: Path) -> Saved:
    if not path.exists():
        return Saved()
    try:
        return msgspec.json.decode(files.read_bytes(path, "file of knobs and presets", _LARGEST_FILE), type=Saved)
    except msgspec.MsgspecError as error:
        raise BadFile(f"{path} is no file of knobs and presets: {error}; mend it or take it away.") from error
