"""The takes panel: what was kept, to be heard again, named, liked."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from live_composer.tui.bindings import bindings
from live_composer.tui.lines import Pieces, Rows

if TYPE_CHECKING:
    from textual.binding import BindingType

    from live_composer.tui.colours import Colours
    from live_composer.wire.screen import TakeView

_LIKED = {1: ("♥", "good"), -1: ("✗", "bad"), 0: (" ", "dim")}


class TakesPanel(Rows):
    """The takes that were kept, the newest first."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("takes")
    help_text = (
        "What you kept with k, the newest first: ⏎ plays it again, n names it, + and - like and dislike it, "
        "f opens the folder with its MIDI file."
    )
    empty = "Nothing kept yet: k keeps the last bars."

    class Chosen(Message):
        """Something shall be done with a take: `hear`, `name`, `like`, `dislike` or `folder`."""

        def __init__(self, what: str, take: TakeView) -> None:
            super().__init__()
            self.what, self.take = what, take

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._takes: list[TakeView] = []

    def show(self, takes: list[TakeView]) -> None:
        """Show takes, if they are others than before."""
        newest_first = takes[::-1]
        if newest_first != self._takes:
            self._takes = newest_first
            self.changed()

    @property
    def count(self) -> int:
        """How many takes there are."""
        return len(self._takes)

    def pieces(self, index: int, look: Colours, ground: str, width: int) -> Pieces:
        """See `Rows`: number, name, length, key and tempo."""
        take = self._takes[index]
        heart, colour = _LIKED[take.liked]
        about = f"{take.bars:>3} bars  {take.key}, {take.tempo:g}"
        yield f"{take.number:>2} ", look.style("dim", ground)
        yield f"{heart} ", look.style(colour, ground)
        yield f"{take.name[: max(8, width - len(about) - 8)]}  ", look.style("text", ground)
        yield about, look.style("dim", ground)

    def _choose(self, what: str) -> None:
        if self.cursor < self.count:
            self.post_message(self.Chosen(what, self._takes[self.cursor]))

    def action_hear_take(self) -> None:
        """See the registry of actions."""
        self._choose("hear")

    def action_name_take(self) -> None:
        """See the registry of actions."""
        self._choose("name")

    def action_like_take(self) -> None:
        """See the registry of actions."""
        self._choose("like")

    def action_dislike_take(self) -> None:
        """See the registry of actions."""
        self._choose("dislike")

    def action_open_folder(self) -> None:
        """See the registry of actions."""
        self._choose("folder")
