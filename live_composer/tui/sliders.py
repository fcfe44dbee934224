"""Sliders: parameters with their values, moved by keys, mouse or typing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual.message import Message

from live_composer.parameters.kinds import KeyName, MetreName, Number, Whole
from live_composer.tui.bindings import bindings
from live_composer.tui.lines import Pieces, Rows
from live_composer.tui.text import padded

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.binding import BindingType

    from live_composer.parameters.kinds import Value
    from live_composer.parameters.table import Parameter
    from live_composer.tui.colours import Colours
    from live_composer.wire.screen import Frame

OnMove: TypeAlias = "Callable[[Parameter, Value | None], None]"

FILLED, REST, HANDLE = "━", "─", "●"
_MUCH = 10
_NAME, _LONG_NAME, _VALUE, _KNOB = 14, 18, 9, 6
_ROOMY = 44
"""Columns from which names are given more room."""
_SHORTEST = 4
_MOST_WORDS = 1000
"""Whole numbers beyond so many are typed, not slid."""


@dataclass(frozen=True, slots=True)
class Slider:
    """A parameter and its value.

    Attributes:
        parameter: which.
        value: what it is now.
        knob: the control that steers it, such as `CC 74`; `move a knob` while it waits for one.
    """

    parameter: Parameter
    value: Value
    knob: str = ""

    @property
    def slides(self) -> bool:
        """Whether it has a place between two ends."""
        kind = self.parameter.kind
        return isinstance(kind, Number) or (isinstance(kind, Whole) and kind.highest - kind.lowest <= _MOST_WORDS)


class Sliders(Rows):
    """Parameters, a line each."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("sliders")
    help_text = (
        "Each line is a parameter. ← and → move it a small step, with shift ten; the mouse drags it, ⏎ takes a value "
        "that is typed or chosen, ⌫ puts the default back. v waits for a knob of your MIDI controller to steer it."
    )

    class Asked(Message):
        """A person wants to type or choose a value."""

        def __init__(self, slider: Slider) -> None:
            super().__init__()
            self.slider = slider

    class Learnt(Message):
        """The next knob shall steer a parameter, or none shall any more."""

        def __init__(self, parameter: Parameter, *, forget: bool = False) -> None:
            super().__init__()
            self.parameter, self.forget = parameter, forget

    def __init__(self, on_move: OnMove, *, id: str) -> None:  # noqa: A002 - Textual's word
        """Make a list; `on_move` is told at once of each new value (None: the default), for the next key adds to it."""
        super().__init__(id=id)
        self.sliders: list[Slider] = []
        self._on_move = on_move

    def show(self, sliders: list[Slider]) -> None:
        """Show sliders, if they are others than before."""
        if sliders != self.sliders:
            self.sliders = sliders
            self.changed()

    def show_frame(self, frame: Frame, sliders: list[Slider]) -> None:
        """Show a frame's sliders; what else of the frame stands in a line is for subclasses."""
        del frame
        self.show(sliders)

    @property
    def count(self) -> int:
        """How many sliders there are."""
        return len(self.sliders)

    @property
    def here(self) -> Slider | None:
        """The slider under the cursor."""
        return self.sliders[self.cursor] if self.cursor < self.count else None

    def find(self, name: str) -> bool:
        """Put the cursor on a parameter; say whether it is here."""
        for index, slider in enumerate(self.sliders):
            if slider.parameter.name == name:
                self.go(index)
                return True
        return False

    def pieces(self, index: int, look: Colours, ground: str, width: int) -> Pieces:
        """See `Rows`: name, track, value and knob."""
        slider = self.sliders[index]
        room = _name_width(width)
        yield padded(self.title(slider), room), look.style("text", ground)
        yield from self.track(slider, look, ground, self._track_width(width))
        yield from self.tail(index, look, ground)

    def title(self, slider: Slider) -> str:
        """Return the name that is shown."""
        return slider.parameter.name

    def tail(self, index: int, look: Colours, ground: str) -> Pieces:
        """Return what stands behind the track."""
        slider = self.sliders[index]
        if slider.slides:
            yield f" {slider.parameter.show(slider.value):<{_VALUE - 1}}", look.style("text", ground)
        # What has no room for `CC 104` shows `CC104`, not `CC 10`: that would be another knob.
        knob = slider.knob if len(slider.knob) < _KNOB else slider.knob.replace("CC ", "CC")
        yield f" {knob}", look.style("warn" if slider.knob.startswith("move") else "dim", ground)

    @property
    def tail_width(self) -> int:
        """How many columns the track leaves to `tail`."""
        return _VALUE + _KNOB

    def track(self, slider: Slider, look: Colours, ground: str, width: int) -> Pieces:
        """Return the track with its handle, or the value in words where it has no place."""
        parameter, value = slider.parameter, slider.value
        if not slider.slides:
            words = parameter.show(value)
            room = width + _VALUE
            text = f"< {words} >" if isinstance(parameter.kind, KeyName | MetreName) else words
            yield f"{text[:room]:<{room}}", look.style("accent", ground)
            return
        place = round(parameter.kind.place(value) * (width - 1))
        faded = self.faded(slider)
        yield FILLED * place, look.style("faint" if faded else "accent", ground)
        yield HANDLE, look.style("dim" if faded else "accent", ground)
        yield REST * (width - 1 - place), look.style("faint", ground)

    def faded(self, slider: Slider) -> bool:
        """Say whether the track is drawn as one that does nothing."""
        del slider
        return False

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there, and the handle too where the track was clicked."""
        super().on_click(event)
        self._drag(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag the handle under the cursor."""
        if event.button and event.y + self.scroll_offset.y == self.cursor:
            self._drag(event.x)

    def _drag(self, x: int) -> None:
        slider, width = self.here, self._track_width(self.scrollable_content_region.width - 2)
        column = x - 2 - _name_width(self.scrollable_content_region.width - 2)
        if slider and slider.slides and -1 <= column <= width:
            place = min(1.0, max(0.0, column / (width - 1)))
            self._on_move(slider.parameter, slider.parameter.kind.at(place))

    def _track_width(self, width: int) -> int:
        return max(_SHORTEST, width - _name_width(width) - self.tail_width)

    def _step(self, ticks: int) -> None:
        if not (slider := self.here):
            return
        value = slider.parameter.kind.move(slider.value, ticks)
        if value != slider.value:
            self._on_move(slider.parameter, value)

    def action_less(self) -> None:
        """See the registry of actions."""
        self._step(-1)

    def action_more(self) -> None:
        """See the registry of actions."""
        self._step(1)

    def action_much_less(self) -> None:
        """See the registry of actions."""
        self._step(-_MUCH)

    def action_much_more(self) -> None:
        """See the registry of actions."""
        self._step(_MUCH)

    def action_type(self) -> None:
        """See the registry of actions."""
        if self.here:
            self.post_message(self.Asked(self.here))

    def action_default(self) -> None:
        """See the registry of actions."""
        if self.here:
            self._on_move(self.here.parameter, None)

    def action_learn(self) -> None:
        """See the registry of actions."""
        if self.here:
            self.post_message(self.Learnt(self.here.parameter))

    def action_unlearn(self) -> None:
        """See the registry of actions."""
        if self.here:
            self.post_message(self.Learnt(self.here.parameter, forget=True))


def _name_width(width: int) -> int:
    return _LONG_NAME if width >= _ROOMY else _NAME
