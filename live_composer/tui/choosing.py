"""What is chosen in dialogs: keys, metres, models, books, rules, presets, ports, values, names of takes."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import TYPE_CHECKING, Any

from live_composer.errors import LiveComposerError
from live_composer.parameters import kinds, table
from live_composer.tui.dialogs import Ask, Choice, Choose, Read
from live_composer.tui.steering import Steering

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from live_composer.parameters.kinds import Value
    from live_composer.parameters.table import Parameter
    from live_composer.tui.rules_panel import RulesPanel
    from live_composer.tui.sliders import Sliders
    from live_composer.tui.takes_panel import TakesPanel
    from live_composer.wire.catalogue import Catalogue

_SAVE, _OWN = "save", "a port of our own"
_MOST_PRESETS = 128
_SOON_SECONDS = 0.15
"""How long what was asked for may take before a sign is given: MIDI systems and rule files take a second or two."""
_OPENERS = {"darwin": "open", "win32": "explorer"}


class Choosing(Steering):
    """An app that asks a person to choose."""

    def find_slider(self, name: str) -> None:
        """Go to a parameter's slider."""
        raise NotImplementedError

    def move_to(self, port: str, options: Sequence[str]) -> None:
        """Have the music played on another port, by a daemon with these options."""
        raise NotImplementedError

    def type_value(self, parameter: Parameter) -> None:
        """Have a value typed, or chosen where there are a few."""
        now, kind = self.slider(parameter).value, parameter.kind

        def read(text: str) -> Value:
            return kind.parse(text)

        def take(text: str | None) -> None:
            if text is not None:
                self.set_value(parameter, kind.parse(text))

        if parameter.name == "model":
            self.action_models()
        elif parameter.name == "book":
            self.action_books()
        elif isinstance(kind, kinds.Choice):
            choices = [Choice(word, word) for word in kind.words]
            hint = "type it, such as Bb minor" if parameter.name == "key" else "type it, or choose"
            self.push_screen(
                Choose(
                    parameter.name, choices, str(now), read=lambda text: str(read(text)), typed_first=True, hint=hint
                ),
                take,
            )
        else:
            title = f"{parameter.name}: {parameter.help}"
            hint = f"{parameter.kind.range} {parameter.unit}".strip()
            self.push_screen(Ask(title, kind.show(now), hint=hint, read=read), take)

    def action_key(self) -> None:
        """See the registry of actions."""
        self.type_value(table.BY_NAME["key"])

    def action_metre(self) -> None:
        """See the registry of actions."""
        self.type_value(table.BY_NAME["metre"])

    def action_find(self) -> None:
        """See the registry of actions."""
        rules = [table.weight_of(rule.name) for rule in self.frame.rules] if self.frame else []
        choices = [Choice(entry.name, entry.name, entry.help) for entry in [*table.TABLE, *rules]]
        self.push_screen(Choose("Find a slider", choices), lambda name: self.find_slider(name) if name else None)

    def action_models(self) -> None:
        """See the registry of actions."""

        def show(there: Catalogue) -> None:
            choices = [Choice(model.name, model.name, card=model.card) for model in there.models]
            self._choose("Model, from the next bar on", choices, "model")

        self._with_catalogue(show)

    def action_books(self) -> None:
        """See the registry of actions."""

        def show(there: Catalogue) -> None:
            choices = [Choice(book.name, book.name, book.help, {"": book.help} | book.rules) for book in there.books]
            self._choose("Rule book, from the next bar on", choices, "book")

        self._with_catalogue(show)

    def action_presets(self) -> None:
        """See the registry of actions."""

        def show(there: Catalogue) -> None:
            taken = {preset.number for preset in there.presets}
            free = next((number for number in range(1, _MOST_PRESETS + 1) if number not in taken), _MOST_PRESETS)
            choices = [
                Choice(str(one.number), f"{one.number} {one.name}", card={k: str(v) for k, v in one.values.items()})
                for one in there.presets
            ]
            choices.append(Choice(_SAVE, "Save these values ...", card={}))

            def take(chosen: str | None) -> None:
                if chosen == _SAVE:
                    ask = Ask(f"Save as preset {free}: notes, taste, playing and rules", hint="its name")
                    self.push_screen(ask, lambda name: self._save_preset(free, name))
                elif chosen:
                    self.tell("preset", int(chosen))

            self.push_screen(Choose("Presets", choices), take)

        self._with_catalogue(show)

    def action_ports(self) -> None:
        """See the registry of actions."""

        def show(there: Catalogue) -> None:
            def take(name: str | None) -> None:
                if name is not None:
                    self.move_to("" if name == _OWN else name, there.options)

            choices = [*(Choice(name, name) for name in there.outputs), Choice(_OWN, _OWN, "a virtual one")]
            now = self.frame.port.name if self.frame else ""
            self.push_screen(
                Choose(
                    "Where notes go; the music begins anew there",
                    choices,
                    now,
                    read=str,
                    hint="some words of a port's name",
                    again=self.action_ports,
                ),
                take,
            )

        self._with_catalogue(show)

    def on_sliders_asked(self, message: Sliders.Asked) -> None:
        """Have a slider's value typed."""
        self.type_value(message.slider.parameter)

    def on_rules_panel_adding(self, _: RulesPanel.Adding) -> None:
        """Have a rule chosen that is not in use yet."""

        def take(name: str | None) -> None:
            if name:
                self.tell("add", name)

        def show(there: Catalogue) -> None:
            used = {rule.name for rule in self.frame.rules} if self.frame else set[str]()
            choices = [Choice(name, name, about) for name, about in there.rules.items() if name not in used]
            self.push_screen(Choose("Add a rule", choices), take)

        self._with_catalogue(show)

    def on_takes_panel_chosen(self, message: TakesPanel.Chosen) -> None:
        """Do with a take what was asked for."""
        take = message.take
        if message.what == "name":

            def named(name: str | None) -> None:
                if name:
                    self.tell("name", {"take": take.number, "name": name})

            self.push_screen(Ask(f"Name take {take.number}", take.name), named)
        elif message.what == "folder":
            self._open_folder(Path(take.path).parent)
        else:
            self.tell(message.what, take.number)

    def _choose(self, title: str, choices: list[Choice], name: str) -> None:
        parameter = table.BY_NAME[name]

        def take(chosen: str | None) -> None:
            if chosen is not None:
                self.set_value(parameter, chosen)

        self.push_screen(Choose(title, choices, str(self.value(name)), read=str, hint="a name or a path"), take)

    def _save_preset(self, number: int, name: str | None) -> None:
        if name:
            self.tell("save-preset", {"number": number, "name": name})

    def _with_catalogue(self, show: Callable[[Catalogue], Any]) -> None:
        self.run_worker(partial(self._fetch, show), group="catalogue", exclusive=True, exit_on_error=False)

    async def _fetch(self, show: Callable[[Catalogue], Any]) -> None:
        sign = self.set_timer(_SOON_SECONDS, lambda: self.toast("Looking for what there is ..."))
        try:
            show(await self.link.catalogue())
        except LiveComposerError as error:
            self.toast(str(error), "error")
        finally:
            sign.stop()

    def _open_folder(self, folder: Path) -> None:
        """Open a folder on the desktop; where there is none, show its path to be copied."""
        opener = _OPENERS.get(sys.platform, "xdg-open")
        try:
            Popen([opener, str(folder)], stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)
        except OSError:
            self.push_screen(Read("The folder of takes", str(folder)))
