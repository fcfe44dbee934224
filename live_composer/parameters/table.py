"""The table of parameters. The command line, screens, knobs, OSC and the docs know parameters by it alone.

A rule's weight is a parameter too, `rule.NAME`; which there are depends on the rule book in use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from live_composer.config import Serve
from live_composer.errors import BadInput, nearest
from live_composer.parameters.kinds import KEYS, METRES, Choice, Number, Whole, Word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from live_composer.parameters.kinds import Kind, Value

When: TypeAlias = Literal["next note", "plan", "bar", "start"]
"""When a change is heard: with the next note that is handed over; from the first step after the commit horizon, with
the old future forgotten; at the next bar line; when the music starts the next time."""

RULE = "rule."
"""What the names of rule weights begin with."""

_ONE = {"bars": "bar", "beats": "beat", "semitones": "semitone"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that a musician may change while it plays.

    Attributes:
        name: as people write it.
        group: which parameters stand together.
        kind: which values there are.
        default: the value to begin with.
        heard: when a change is heard.
        help: in one or two sentences.
        unit: shown after the value.
    """

    name: str
    group: str
    kind: Kind
    default: Value
    heard: When
    help: str
    unit: str = ""

    @property
    def replans(self) -> bool:
        """Whether a change has the planner asked anew."""
        return self.heard in {"plan", "bar"}

    def show(self, value: Value) -> str:
        """Write a value with its unit."""
        text = self.kind.show(value)
        unit = _ONE.get(self.unit, self.unit) if text in {"1", "-1"} else self.unit
        return f"{text} {unit}".rstrip() if text[-1:].isdigit() else text


WEIGHT = Number(0.0, 4.0, 0.05)
"""How heavy a rule may be."""

TABLE: tuple[Parameter, ...] = (
    Parameter("tempo", "time", Number(20, 400, 1), Serve.tempo, "next note", "How fast it plays.", "BPM"),
    Parameter(
        "metre", "time", METRES, Serve.metre, "bar",
        "The time signature; the planner knows 4/4, 3/4, 6/8 and their kin best.",
    ),
    Parameter("count-in", "time", Whole(0, 4), 0, "start", "Bars that are counted before the music starts.", "bars"),
    Parameter(
        "click", "time", Whole(0, 16, ((0, "silent"),)), 10, "start",
        "The MIDI channel that clicks while it is counted in; drums are on 10.",
    ),
    Parameter(
        "latency", "time", Number(-500, 500, 1), 0.0, "next note",
        "Send notes so much later, or earlier when below 0, so that they agree with the DAW's sound.", "ms",
    ),
    Parameter("key", "notes", KEYS, "C major", "plan", "The key: a tonic and a mode."),
    Parameter(
        "lowest", "notes", Whole(0, 127), 0, "plan", "The lowest MIDI pitch that is played; 60 is middle C.",
    ),
    Parameter("highest", "notes", Whole(0, 127), 127, "plan", "The highest MIDI pitch that is played."),
    Parameter(
        "density", "notes", Number(-4, 4, 0.25), 0.0, "plan",
        "How many notes: above 0 busier, below 0 sparser than the model likes it.",
    ),
    Parameter(
        "chord", "notes", Word("chord", may_be_empty=True), "", "plan",
        "The chord that rules hear, such as Am or G7. What is held on the chord channel counts before it.",
    ),
    Parameter("model", "taste", Word("model"), Serve.model, "bar", "The model that proposes notes, by name or path."),
    Parameter("book", "taste", Word("rule book"), Serve.book, "bar", "The rule book, by name or path."),
    Parameter(
        "dial", "taste", Number(0, 1, 0.05), 1.0, "plan",
        "Between what was learnt from tunes (0) and what was tuned to the rules (1).",
    ),
    Parameter(
        "strictness", "taste", Number(0, 8, 0.1), 2.0, "plan",
        "How much the rules count against what was learnt from tunes (1/c); at 0 they are not heard.",
    ),
    Parameter(
        "temperature", "taste", Number(0.01, 10, 0.05, ratio=True), Serve.temperature, "plan",
        "Above 1 is bolder, below 1 more careful.",
    ),
    Parameter(
        "repetition", "taste", Number(0, 1, 0.05), 0.0, "plan", "How much of what was liked comes back.",
    ),
    Parameter(
        "seed", "taste", Whole(0, 2**53), 0, "plan", "The same seed and the same settings play the same notes.",
    ),
    Parameter("velocity", "playing", Whole(1, 127), 88, "next note", "How hard a note on a beat is struck."),
    Parameter(
        "dynamics", "playing", Number(0, 1, 0.05), 0.5, "next note",
        "How much louder and softer it plays by metre, phrase and height; at 0 all notes are alike.",
    ),
    Parameter(
        "swing", "playing", Number(50, 75, 1), 50.0, "next note",
        "Where the second of two swung notes falls between them: 50 is straight, 67 is a triplet.", "%",
    ),
    Parameter("swing-unit", "playing", Choice(("8th", "16th")), "8th", "next note", "Which notes swing."),
    Parameter(
        "humanise-time", "playing", Number(0, 40, 1), 0.0, "next note", "How far notes stray from the grid.", "ms",
    ),
    Parameter(
        "humanise-velocity", "playing", Number(0, 40, 1), 0.0, "next note", "How far velocities stray.",
    ),
    Parameter(
        "gate", "playing", Number(5, 100, 1), 100.0, "next note", "How much of its length a note sounds.", "%",
    ),
    Parameter(
        "legato", "playing", Number(0, 100, 1), 0.0, "next note",
        "How far a note sounds into the next one, where the gate leaves no gap.", "ms",
    ),
    Parameter("octave", "playing", Whole(-3, 3), 0, "next note", "Play so many octaves higher, or lower."),
    Parameter(
        "transpose", "playing", Whole(-24, 24), 0, "next note",
        "Play so many semitones higher, or lower, than the key says: for instruments that are not in C.", "semitones",
    ),
    Parameter("channel", "playing", Whole(1, 16), Serve.channel, "next note", "The MIDI channel."),
    Parameter(
        "program", "playing", Whole(0, 128, ((0, "as it is"),)), 0, "next note",
        "The synth's sound, as a program change.",
    ),
    Parameter(
        "voice", "playing", Choice(("off", "third", "sixth")), "off", "next note",
        "A second voice, a third or a sixth below in the key.",
    ),
    Parameter(
        "listen", "listening", Choice(("off", "prime", "call", "follow")), "off", "next note",
        "What the player's notes are for: a phrase to go on from, a call to be answered, or company to follow.",
    ),
    Parameter(
        "response", "listening", Whole(0, 8, ((0, "as long as the call"),)), 0, "next note",
        "How long an answer is.", "bars",
    ),
    Parameter(
        "call", "listening", Whole(0, 8, ((0, "until you are silent"),)), 0, "next note", "How long a call is.", "bars",
    ),
    Parameter(
        "silence", "listening", Number(0.5, 16, 0.5), 2.0, "next note",
        "How long the player must be silent for a call to be over.", "beats",
    ),
    Parameter(
        "input-channel", "listening", Whole(0, 16, ((0, "all"),)), 0, "next note", "Which channel is listened to.",
    ),
    Parameter(
        "chord-channel", "listening", Whole(0, 16, ((0, "none"),)), 0, "next note",
        "On which channel held notes are the chord that rules hear.",
    ),
    Parameter(
        "keep", "takes", Whole(1, 256), 8, "next note", "How many of the last bars a take keeps.", "bars",
    ),
)  # fmt: skip

CONTROLS: dict[int, str] = {
    1: "dial", 7: "velocity", 11: "dynamics", 74: "temperature", 71: "strictness",
    20: "density", 21: "repetition", 22: "lowest", 23: "highest", 24: "swing", 25: "humanise-time",
    26: "humanise-velocity", 27: "gate", 28: "legato", 29: "octave", 30: "voice", 31: "tempo",
    102: "listen", 103: "response", 104: "key", 105: "keep",
}  # fmt: skip
"""Which MIDI controller steers which parameter until other knobs are learnt."""

BY_NAME = {parameter.name: parameter for parameter in TABLE}
GROUPS = tuple(dict.fromkeys(parameter.group for parameter in TABLE))


def weight_of(rule: str, default: float = 1.0) -> Parameter:
    """Return the parameter that is a rule's weight."""
    return Parameter(RULE + rule, "rules", WEIGHT, default, "plan", f"The weight of the rule `{rule}`.")


def find(name: str, rules: Iterable[str] = ()) -> Parameter:
    """Return the parameter of a name.

    Args:
        name: as people write it; `_` and capitals do no harm.
        rules: the names of the rules in use.

    Raises:
        BadInput: there is none; the nearest name is told.
    """
    rules = list(rules)
    if name.startswith(RULE) and name.removeprefix(RULE) in rules:
        return weight_of(name.removeprefix(RULE))
    written = name.strip().lower().replace("_", "-")
    if written in BY_NAME:
        return BY_NAME[written]
    weights = [RULE + rule for rule in rules]
    if name.startswith(RULE):
        raise BadInput(f"The book in use has no rule `{name.removeprefix(RULE)}`; {nearest(name, weights)}")
    raise BadInput(f"`{name}` is no parameter; {nearest(written, [*BY_NAME, *weights])}")
