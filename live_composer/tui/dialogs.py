"""Dialogs: choose from a list, type a value, read what is wrong, leave or stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, NamedTuple, TypeVar

from rich.text import Text
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from live_composer.errors import BadInput
from live_composer.tui.edge import Guarded
from live_composer.tui.lines import look_of
from live_composer.wire.words import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

Result = TypeVar("Result")


class Choice(NamedTuple):
    """Something to choose.

    Attributes:
        value: what is returned.
        title: what is shown.
        detail: shown behind it, and searched too.
        card: lines of a name and a text, shown beside the list.
    """

    value: str
    title: str
    detail: str = ""
    card: dict[str, str] | None = None


class Dialog(Guarded, ModalScreen["Result | None"], Generic[Result]):
    """A dialog: escape closes it, and nothing has happened."""

    BINDINGS: ClassVar = [Binding("escape", "give_up", "Close", show=False)]

    def action_give_up(self) -> None:
        """Close it without a result."""
        self.dismiss(None)


class Choose(Dialog[str]):
    """Choose from a list by arrows, or by typing a few letters; what is typed may itself be a value."""

    BINDINGS: ClassVar = [
        Binding("down", "move(1)", "Down", show=False, priority=True),
        Binding("up", "move(-1)", "Up", show=False, priority=True),
        Binding("ctrl+r,f5", "look_again", "Look again", show=False, priority=True),
    ]

    def __init__(  # noqa: PLR0913 - all by name
        self,
        title: str,
        choices: Sequence[Choice],
        now: str = "",
        *,
        read: Callable[[str], str] | None = None,
        typed_first: bool = False,
        hint: str = "",
        again: Callable[[], object] | None = None,
    ) -> None:
        """Make a dialog.

        Args:
            title: what is chosen.
            choices: what there is.
            now: the value that is chosen now.
            read: makes a value of what is typed where no choice matches; raises an error of ours.
            typed_first: what is typed counts before the choices that it finds (`D` is D major, not Db).
            hint: what may be typed, in a few words.
            again: opens the dialog anew with what there is by then; None where that does not change.
        """
        super().__init__()
        self._title, self._choices, self._now, self._read = title, list(choices), now, read
        self._hint, self._typed_first = hint or "a few letters find it", typed_first
        self._again = again
        self._shown: list[Choice] = []

    def compose(self) -> ComposeResult:
        """See Textual."""
        with Vertical(classes="dialog wide" if any(choice.card for choice in self._choices) else "dialog"):
            yield Static(Text(harmless(self._title)), classes="title")
            yield _line("", self._hint)
            with Horizontal(classes="body"):
                yield OptionList(id="choices")
                if any(choice.card for choice in self._choices):
                    with VerticalScroll(id="card-scroll", can_focus=False):
                        yield Static(id="card")
            if self._again:
                yield Static("^r looks again", classes="hint")
            yield Static("", classes="fault")

    def on_mount(self) -> None:
        """Show all choices, with the cursor on the one in force."""
        self._show("")
        at = next((place for place, choice in enumerate(self._shown) if choice.value == self._now), 0)
        self.query_one(OptionList).highlighted = at if self._shown else None
        self.query_one(OptionList).can_focus = False

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the choices that hold what is typed."""
        self._show(event.value)

    def on_option_list_option_highlighted(self, _: OptionList.OptionHighlighted) -> None:
        """Show the card of the choice under the cursor; that of now, for typing may have changed the list since."""
        at = self.query_one(OptionList).highlighted
        card = None if at is None else self._shown[at].card
        if card is not None and self.query("#card"):
            self.query_one("#card", Static).update(self._written(card))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Choose by the mouse."""
        self.dismiss(self._shown[event.option_index].value)

    def action_move(self, places: int) -> None:
        """Move the cursor."""
        choices = self.query_one(OptionList)
        (choices.action_cursor_down if places > 0 else choices.action_cursor_up)()

    def action_look_again(self) -> None:
        """Look what there is by now."""
        if self._again:
            self.dismiss(None)
            self._again()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Choose what is under the cursor, or what was typed.

        It is the line that says so, not a key of ours: what was typed fast, or pasted, has all arrived by then.
        """
        typed, at = event.value.strip(), self.query_one(OptionList).highlighted
        if self._read and typed and (self._typed_first or at is None):
            try:
                value = self._read(typed)
            except BadInput as error:
                self.query_one(".fault", Static).update(Text(str(error)))
            else:
                self.dismiss(value)
                return
        if at is not None:
            self.dismiss(self._shown[at].value)

    def _show(self, typed: str) -> None:
        words = typed.lower().split()
        self._shown = [
            choice
            for choice in self._choices
            if all(word in f"{choice.title} {choice.detail}".lower() for word in words)
        ]
        # What begins with the first word comes first, in the list's own order otherwise.
        self._shown.sort(key=lambda choice: bool(words) and not choice.title.lower().startswith(words[0]))
        look, now = look_of(self), self._now
        choices = self.query_one(OptionList)
        choices.clear_options()
        for choice in self._shown:
            text = Text("● " if choice.value == now else "  ", look.accent)
            text.append(harmless(choice.title), look.text)
            text.append(harmless(f"  {choice.detail}"), look.dim)
            text.no_wrap, text.overflow = True, "ellipsis"
            choices.add_option(Option(text))
        choices.highlighted = 0 if self._shown else None

    def _written(self, card: dict[str, str]) -> Text:
        look, text = look_of(self), Text()
        for name, value in card.items():
            text.append(f"{harmless(name)}\n", look.dim)
            text.append(f"{harmless(value)}\n\n", look.text)
        return text


class Ask(Dialog[str]):
    """Type a line."""

    def __init__(
        self, title: str, value: str = "", *, hint: str = "", read: Callable[[str], object] | None = None
    ) -> None:
        """Ask for a line; `read` raises an error of ours where it will not do."""
        super().__init__()
        self._title, self._value, self._hint, self._read = title, value, hint, read

    def compose(self) -> ComposeResult:
        """See Textual."""
        with Vertical(classes="dialog low"):
            yield Static(Text(harmless(self._title)), classes="title")
            yield _line(self._value, self._hint)
            yield Static(Text(self._hint), classes="hint")
            yield Static("", classes="fault")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the line, or say why not."""
        try:
            if self._read:
                self._read(event.value)
        except BadInput as error:
            self.query_one(".fault", Static).update(Text(str(error)))
            return
        self.dismiss(event.value)


class Read(Dialog[None]):
    """Read a text that can be copied."""

    BINDINGS: ClassVar = [Binding("c", "copy", "Copy"), Binding("q,enter", "give_up", "Close", show=False)]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title, self._text = title, "\n".join(map(harmless, text.splitlines()))

    def compose(self) -> ComposeResult:
        """See Textual."""
        with Vertical(classes="dialog tall"):
            yield Static(Text(harmless(self._title)), classes="title")
            area = TextArea(self._text, read_only=True, soft_wrap=True, show_cursor=False)
            area.highlight_cursor_line = False
            yield area
            yield Static("c copies · esc closes", classes="hint")

    def action_copy(self) -> None:
        """Put the text on the clipboard."""
        self.app.copy_to_clipboard(self._text)  # pyright: ignore[reportUnknownMemberType]
        self.notify("Copied.")


class Leave(Dialog[str]):
    """Leave: the music plays on, or stops."""

    BINDINGS: ClassVar = [
        Binding("d,enter", "dismiss('detach')", "Play on", show=False),
        Binding("s", "dismiss('stop')", "Stop", show=False),
        Binding("ctrl+c", "dismiss('detach')", show=False),
    ]

    def compose(self) -> ComposeResult:
        """See Textual."""
        look = look_of(self)
        text = Text.assemble(
            (" d ", look.accent), ("leave, and let it play on\n", look.text),
            (" s ", look.accent), ("stop the music and end\n", look.text),
            ("esc", look.accent), (" stay\n\n", look.text),
            ("live-composer attach", look.dim), (" comes back", look.dim),
        )  # fmt: skip
        with Vertical(classes="dialog small"):
            yield Static("Leave", classes="title")
            yield Static(text)


def _line(value: str, hint: str) -> Input:
    """Return a line to type in, whose cursor stands still."""
    line = Input(value, placeholder=hint)
    line.cursor_blink = False
    return line
