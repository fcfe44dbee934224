"""What every screen of ours has: looks, keys of one's own, toasts, help, troubles and the palette."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textual.app import SystemCommand

from live_composer.config import Attach
from live_composer.tui import actions
from live_composer.tui.colours import DARK, LIGHT, LOOKS
from live_composer.tui.dialogs import Read
from live_composer.tui.edge import Standing
from live_composer.tui.lines import Rows
from live_composer.tui.roll import PianoRoll
from live_composer.tui.rules_panel import RulesPanel
from live_composer.tui.sliders import Sliders
from live_composer.tui.takes_panel import TakesPanel
from live_composer.wire.words import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.screen import Screen

Severity = Literal["information", "warning", "error"]

NO_WISHES = Attach()
"""The look, motion and keys of who has none."""
_SHORT_TOAST, _LONG_TOAST = 2.5, 8.0
"""Seconds: what was asked for and done; what a person should know."""
_HELP_COLUMNS = 44
"""What a dialog of help leaves for the words beside a key."""


class Basis(Standing):
    """A screen of ours.

    Attributes:
        keys_now: the keys of each action, by its name, separated by commas.
    """

    CSS_PATH = "screen.tcss"
    TITLE = "live-composer"
    ENABLE_COMMAND_PALETTE = True
    OWN: ClassVar[Sequence[actions.Action]] = ()
    """What can be done wherever the focus is."""

    def __init__(self, wishes: Attach) -> None:
        """Make a screen with the look, the motion and the keys that a person wishes.

        Raises:
            BadInput: a key is wished for that cannot be.
        """
        super().__init__()
        self._look = f"live-composer-{wishes.look}"
        self.animation_level = "none" if wishes.still else "full"
        keys = actions.key_map(wishes.keys)
        self.keys_now = {action.name: ",".join(action.keys) for action in actions.ACTIONS} | keys
        self.set_keymap(keys)

    def wear_look(self) -> None:
        """Put on the look; the first thing that a screen does when it is there."""
        for look in LOOKS.values():
            self.register_theme(look.theme())
        self.theme = self._look

    def on_mount(self) -> None:
        """Stand from now on: Textual calls this after that of the subclass."""
        self.standing = True

    def on_resize(self) -> None:
        """Divide the room anew, but not yet: Textual calls this before it has noted the new size itself."""
        self.call_next(self.divide)

    def divide(self) -> None:
        """Give each part of the screen its room; called when there is more or less of it."""

    def toast(self, text: str, severity: Severity = "information") -> None:
        """Say what passes; what is being said already is not said again."""
        text = harmless(text)
        if text and all(text != shown.message for shown in self._notifications):
            timeout = _SHORT_TOAST if severity == "information" else _LONG_TOAST
            self.notify(text, severity=severity, timeout=timeout, markup=False)

    def troubles(self) -> list[str]:
        """Return what is wrong, or was, in whole sentences."""
        return [f"A mistake of the screen's own:\n{mistake}" for mistake in self.mistakes]

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Return what the palette finds: every action that needs no focus."""
        del screen
        for action in self.OWN:
            if action.name != "palette":
                yield SystemCommand(
                    action.title, f"{action.help}  {actions.shown_key(action.keys[0])}", self._doing(action)
                )

    def _doing(self, action: actions.Action) -> Callable[[], Any]:
        if action.command:
            return lambda: self.action_command(action.command)
        return getattr(self, f"action_{action.name}")

    def action_command(self, name: str) -> None:
        """Have whoever is shown do a command that needs no value."""
        raise NotImplementedError

    def action_theme(self) -> None:
        """See the registry of actions."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def action_troubles(self) -> None:
        """See the registry of actions."""
        self.push_screen(Read("Troubles", "\n\n".join(self.troubles()) or "All is well."))

    def action_palette(self) -> None:
        """See the registry of actions."""
        self.action_command_palette()

    def action_help(self) -> None:
        """See the registry of actions."""
        focused = self.focused
        about = str(getattr(focused, "help_text", "")) if isinstance(focused, Rows | PianoRoll) else ""
        lines = [about, ""] if about else []
        for title, own in [*((actions.SCOPES[scope], actions.of(scope)) for scope in _scopes(focused)), self._anywhere]:
            lines += [title, *(_hanging(self._keys(one), one.help) for one in own), ""]
        lines.append("tab goes to the next part of the screen, shift+tab to the one before.")
        self.push_screen(Read("Help", "\n".join(lines)))

    @property
    def _anywhere(self) -> tuple[str, Sequence[actions.Action]]:
        return actions.SCOPES["anywhere"], self.OWN

    def _keys(self, action: actions.Action) -> str:
        """Return the keys of an action as they are now."""
        return " ".join(actions.shown_key(key) for key in self.keys_now[action.name].split(","))


def _hanging(keys: str, about: str) -> str:
    """Return what keys do, in lines that fit into a dialog: all but the first stand below what they go on with."""
    return f"  {keys:10} " + f"\n{'':13}".join(textwrap.wrap(about, _HELP_COLUMNS))


def _scopes(focused: object) -> list[actions.Scope]:
    """Return which actions a widget has beside those that are meant anywhere, its own ones first."""
    if isinstance(focused, PianoRoll):
        return ["roll"]
    if isinstance(focused, RulesPanel):
        return ["rules", "sliders", "lists"]
    if isinstance(focused, Sliders):
        return ["sliders", "lists"]
    if isinstance(focused, TakesPanel):
        return ["takes", "lists"]
    return ["lists"] if isinstance(focused, Rows) else []
