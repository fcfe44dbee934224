"""The rules panel: each rule with a slider for its weight, its running reward, and a mark when it fires."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from live_composer.music.units import STEPS_PER_BEAT
from live_composer.parameters.table import RULE
from live_composer.tui.bindings import bindings
from live_composer.tui.sliders import OnMove, Slider, Sliders

if TYPE_CHECKING:
    from textual.binding import BindingType

    from live_composer.tui.colours import Colours
    from live_composer.tui.lines import Pieces
    from live_composer.wire.screen import Frame, RuleView

PRAISE, BLAME, LATELY, SILENT = "▲", "▼", "·", " "
_LATELY_BEATS = 4
_WEIGHT, _REWARD = 5, 6


class RulesPanel(Sliders):
    """The rules of the book in use."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("rules")
    help_text = (
        "Each line is a rule of the book in use: how heavy it weighs (← →), what it has said of the notes lately, and "
        "a mark when it speaks: ▲ praise, ▼ blame, · a moment ago. e mutes a rule, o hears it alone, a adds another. "
        "A rule that is switched off says so; x tells why."
    )
    empty = "No rules: r chooses a rule book, a adds a rule."

    class Switched(Message):
        """A rule shall be muted or heard alone, or no longer."""

        def __init__(self, command: str, rule: str) -> None:
            super().__init__()
            self.command, self.rule = command, rule

    class Adding(Message):
        """A person wants to add a rule."""

    def __init__(self, on_move: OnMove, *, id: str) -> None:  # noqa: A002 - Textual's word
        super().__init__(on_move, id=id)
        self._rules: list[RuleView] = []
        self._marks: list[str] = []
        self._common = 0

    def show_frame(self, frame: Frame, sliders: list[Slider]) -> None:
        """Show rules and weights, if anything that is drawn of them changed."""
        marks = [_mark(rule, frame.heard) for rule in frame.rules]
        drawn = [_drawn(rule) for rule in frame.rules]
        if marks != self._marks or drawn != [_drawn(rule) for rule in self._rules] or sliders != self.sliders:
            self._rules, self._marks, self.sliders = frame.rules, marks, sliders
            self._common = _common([rule.name for rule in frame.rules])
            self.changed()

    def title(self, slider: Slider) -> str:
        """See `Sliders`; what all rules of a book begin with is left out: `house_leaps` is `leaps`."""
        return slider.parameter.name.removeprefix(RULE)[self._common :]

    def faded(self, slider: Slider) -> bool:
        """See `Sliders`."""
        rule = self._rules[self.sliders.index(slider)]
        return rule.muted or bool(rule.off)

    @property
    def tail_width(self) -> int:
        """See `Sliders`."""
        return _WEIGHT + _REWARD + 2

    def tail(self, index: int, look: Colours, ground: str) -> Pieces:
        """See `Sliders`: the weight, the running reward, and the mark."""
        rule, mark = self._rules[index], self._marks[index]
        yield f" {self.sliders[index].value:<{_WEIGHT - 1}.2f}", look.style("text", ground)
        if rule.off or rule.solo or rule.muted:
            word, colour = ("off", "bad") if rule.off else ("solo", "warn") if rule.solo else ("mute", "dim")
            yield f"{word:>{_REWARD}}", look.style(colour, ground)
        else:
            yield f"{_signed(rule.reward):>{_REWARD}}", look.style(_colour(rule.reward), ground)
        yield f" {mark}", look.style({PRAISE: "good", BLAME: "bad"}.get(mark, "dim"), ground, bold=True)

    @property
    def rule(self) -> str | None:
        """The rule under the cursor."""
        return self._rules[self.cursor].name if self.cursor < len(self._rules) else None

    def action_mute(self) -> None:
        """See the registry of actions."""
        if self.rule:
            self.post_message(self.Switched("mute", self.rule))

    def action_solo(self) -> None:
        """See the registry of actions."""
        if self.rule:
            self.post_message(self.Switched("solo", self.rule))

    def action_add(self) -> None:
        """See the registry of actions."""
        self.post_message(self.Adding())


def _mark(rule: RuleView, heard: int) -> str:
    """Return how a rule speaks now, or that it did a moment ago."""
    ago = heard - max(rule.fired, default=-1_000_000)
    if ago <= STEPS_PER_BEAT:
        return PRAISE if rule.last >= 0 else BLAME
    return LATELY if ago <= _LATELY_BEATS * STEPS_PER_BEAT else SILENT


def _common(names: list[str]) -> int:
    """Return the length of the word that all names begin with, its `_` included; 0 where there is none."""
    words = {name.partition("_")[0] for name in names}
    return len(words.pop()) + 1 if len(names) > 1 and len(words) == 1 and all("_" in name for name in names) else 0


def _drawn(rule: RuleView) -> tuple[object, ...]:
    return rule.name, rule.weight, _signed(rule.reward), rule.muted, rule.solo, rule.off


def _signed(reward: float) -> str:
    """Write a reward with its sign; what rounds to nothing is a point."""
    text = f"{reward:+.2f}"
    return "·" if text[1:] == "0.00" else text


def _colour(reward: float) -> str:
    return "dim" if _signed(reward) == "·" else "good" if reward > 0 else "bad"
