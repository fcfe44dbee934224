"""The panels under the roll, as many side by side as the width allows, and the line that names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.widget import Widget

from live_composer.tui.edge import Guarded
from live_composer.tui.lines import Rows, look_of, strip
from live_composer.tui.rules_panel import RulesPanel
from live_composer.tui.sliders import OnMove, Sliders
from live_composer.tui.takes_panel import TakesPanel
from live_composer.tui.why_panel import WhyPanel

if TYPE_CHECKING:
    from rich.style import Style
    from textual import events
    from textual.app import ComposeResult
    from textual.strip import Strip

PANELS = {"rules": "Rules", "notes": "Notes", "playing": "Playing", "takes": "Takes", "why": "Why"}
"""The panels in their order: the id of each, and its title. Its jump key is its place from 1."""
_LEAST_WIDTH = 40
_LEAST_HEIGHT, _MOST_HEIGHT, _SHARE = 8, 24, 0.42


class Panels(Guarded, Horizontal):
    """The panels, of which as many neighbours are shown as fit."""

    chosen = "rules"

    def __init__(self, on_move: OnMove) -> None:
        """Make them; `on_move` is told of values that are changed by sliders."""
        super().__init__(id="panels")
        self.rules, self.takes, self.why = RulesPanel(on_move, id="rules"), TakesPanel(id="takes"), WhyPanel(id="why")
        self.notes, self.playing = Sliders(on_move, id="notes"), Sliders(on_move, id="playing")

    def compose(self) -> ComposeResult:
        """See Textual."""
        yield from (self.get(name) for name in PANELS)

    def fit(self, width: int, height: int) -> None:
        """Show what fits into the screen's width; take a fair part of its height."""
        self.styles.height = max(_LEAST_HEIGHT, min(_MOST_HEIGHT, int(height * _SHARE) - 2))
        fits = max(1, width // _LEAST_WIDTH)
        names = list(PANELS)
        shown = [name for name in names if self.get(name).display]
        at = names.index(self.chosen)
        first = names.index(shown[0]) if shown else 0
        # As little as possible moves: the chosen panel comes in at the edge where it was missing.
        first = max(0, min(first, at, len(names) - fits))
        first = max(first, at - fits + 1)
        for place, name in enumerate(names):
            self.get(name).display = first <= place < first + fits

    def choose(self, name: str) -> None:
        """Show a panel, and give it the focus."""
        self.chosen = name
        self.fit(self.screen.size.width, self.screen.size.height)
        self.get(name).focus(scroll_visible=False)

    def get(self, name: str) -> Rows:
        """Return a panel."""
        panels: tuple[Rows, ...] = (self.rules, self.notes, self.playing, self.takes, self.why)
        return panels[list(PANELS).index(name)]


class PanelBar(Guarded, Widget):
    """The titles of the panels: above each that is shown, and of the others at the right."""

    def render_line(self, y: int) -> Strip:
        """See Textual."""
        del y
        look, panels, at = look_of(self), self.screen.query_one(Panels), 0
        pieces: list[tuple[str, Style]] = []
        for column, name, label in self._labels():
            colour = "accent" if panels.get(name).has_focus else "text" if panels.get(name).display else "dim"
            pieces.append((" " * (column - at), look.style("text", "raised")))
            pieces.append((label, look.style(colour, "raised", bold=colour == "accent")))
            at = max(at, column) + len(label)
        return strip(pieces, self.size.width, look.style("text", "raised"))

    def on_click(self, event: events.Click) -> None:
        """Go to the panel whose title was clicked."""
        for column, name, label in self._labels():
            if column <= event.x < column + len(label):
                self.screen.query_one(Panels).choose(name)

    def _labels(self) -> list[tuple[int, str, str]]:
        """Return where each title stands, whose it is, and how it is written."""
        panels = self.screen.query_one(Panels)
        labels = {name: f" {number} {title} " for number, (name, title) in enumerate(PANELS.items(), 1)}
        hidden = [name for name in PANELS if not panels.get(name).display]
        column = self.size.width - sum(len(labels[name]) for name in hidden)
        shown = [(panels.get(name).region.x, name, labels[name]) for name in PANELS if name not in hidden]
        for name in hidden:
            shown.append((column, name, labels[name]))
            column += len(labels[name])
        return sorted(shown)
