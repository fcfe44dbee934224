"""The why panel: how probable a note was before and after tuning, what each rule said, and what lost against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live_composer.music.metre import Metre
from live_composer.music.vocabulary import pitch_name
from live_composer.tui.lines import Pieces, Rows
from live_composer.wire.screen import HELD, REST

if TYPE_CHECKING:
    from live_composer.tui.colours import Colours
    from live_composer.tui.text import Line
    from live_composer.wire.screen import Frame, Reasons

_BAR = "▇"
_LONGEST_BAR = 11
_NAME = 16
_ORIGINS = {
    "rest of plan": "No new plan came in time: this is the rest of the last one.",
    "motif": "No plan came in time: this is the last motif again.",
    "take": "A take is played again.",
    "silence": "There is nothing to play.",
}


class WhyPanel(Rows):
    """The reasons for one note."""

    help_text = (
        "Why the selected note was chosen, or the latest: how probable it was for the Note RNN (learnt) and for the "
        "tuned policy (tuned), what each rule said of it, and the candidates that lost. Select a note in the roll (0, "
        "then ← →)."
    )
    empty = "w tells why the latest note was chosen."

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._lines: list[Line] = []

    def show(self, why: Reasons, frame: Frame) -> None:
        """Show the reasons."""
        self._lines = list(_lines(why, frame))
        self.changed()

    def say(self, sentence: str) -> None:
        """Show a sentence in their place."""
        self._lines = [[(sentence, "dim")]]
        self.changed()

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def pieces(self, index: int, look: Colours, ground: str, width: int) -> Pieces:
        """See `Rows`."""
        del width
        return [(text, look.style(colour, ground)) for text, colour in self._lines[index]]


def name_of(pitch: int) -> str:
    """Return what a pitch of the wire is called: a note, a rest, or a note held on."""
    return {REST: "rest", HELD: "held"}.get(pitch) or pitch_name(pitch)


def _lines(why: Reasons, frame: Frame) -> list[Line]:
    lines = [[(name_of(why.pitch), "home"), (f"  {_place(why.step, frame)}", "dim")]]
    if why.origin != "plan":
        return [*lines, [(_ORIGINS.get(why.origin, why.origin), "dim")]]
    lines += [
        [(f"{'learnt':<{_NAME}}{why.prior:>6.1%} ", "text"), (_BAR * round(_LONGEST_BAR * why.prior), "played")],
        [(f"{'tuned':<{_NAME}}{why.tuned:>6.1%} ", "text"), (_BAR * round(_LONGEST_BAR * why.tuned), "committed")],
    ]
    most = max((abs(reward) for reward in why.rules.values()), default=1.0) or 1.0
    for rule, reward in sorted(why.rules.items(), key=lambda said: -abs(said[1])):
        colour = "good" if reward > 0 else "bad"
        bar = _BAR * round(_LONGEST_BAR * abs(reward) / most)
        lines.append([(f"{rule[: _NAME - 1]:<{_NAME}}{reward:>+6.2f} ", "text"), (bar, colour)])
    for lost in why.lost:
        lines.append(
            [
                (f"not {name_of(lost.pitch):<{_NAME - 4}}", "dim"),
                (f"{lost.prior:>5.1%} → {lost.tuned:<5.1%}", "dim"),
                (f" {lost.reward:+.2f}", "good" if lost.reward > 0 else "bad"),
            ]
        )
    return lines


def _place(step: int, frame: Frame) -> str:
    """Return the bar and beat of a step."""
    metre = Metre.parse(str(frame.values["metre"]))
    bars, offset = divmod(step - frame.bar_line, metre.steps_per_bar)
    beat, part = divmod(offset, metre.steps_per_pulse)
    return f"bar {frame.bar + bars}, beat {beat + 1}" + (f" and {part}/{metre.steps_per_pulse}" if part else "")
