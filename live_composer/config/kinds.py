"""The kinds of values that options take, and the help of options that several commands share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from collections.abc import Sequence


def whole(_: Any, tokens: Sequence[Any]) -> int:
    """Read a whole number; 3.5 is not rounded but refused."""
    token = tokens[0]
    try:
        return int(token.value)
    except ValueError:
        place = "" if token.source == "cli" else f" in {token.source}"
        raise ValueError(f'"{token.value}"{place} is no whole number.') from None


@dataclass(frozen=True)
class Between:
    """Refuses numbers out of a range, wherever they come from."""

    lowest: float
    highest: float

    def __call__(self, _: Any, value: float | None) -> None:  # noqa: D102 - the class says it
        if value is not None and not self.lowest <= value <= self.highest:
            raise ValueError(f"It goes from {self.lowest:,} to {self.highest:,}.")


# Switches and lists: a flag can only be given, a switch can also be refused (--no-...), a list grows each time.
Flag = Annotated[bool, Parameter(negative="")]
Switch = bool
Several = Annotated[tuple[str, ...], Parameter(negative="")]

# Numbers, each with its range.
Share = Annotated[float, Parameter(validator=Between(0, 1))]
Dropout = Annotated[float, Parameter(validator=Between(0, 0.9))]
Strictness = Annotated[float, Parameter(validator=Between(0.01, 1000))]
Channel = Annotated[int, Parameter(converter=whole, validator=Between(1, 16))]
Pitch = Annotated[int, Parameter(converter=whole, validator=Between(0, 127))]
Count = Annotated[int, Parameter(converter=whole, validator=Between(1, 1_000_000_000))]
Bars = Annotated[int, Parameter(converter=whole, validator=Between(1, 10_000))]
Seed = Annotated[int, Parameter(converter=whole, validator=Between(0, 2**53))]

# What several commands take, help and all.
Model = Annotated[str, Parameter(alias="-m", help="The model, by name or path.")]
Book = Annotated[str, Parameter(help="The rule book, by name or path.")]
Plugins = Annotated[
    tuple[Path, ...],
    Parameter(
        negative="",
        help="A folder of rule files and books of your own, which win over those that come along; "
        "give it again for more.",
    ),
]
Metre = Annotated[str, Parameter(help="The time signature: 4/4, 3/4 or 6/8.")]
Tempo = Annotated[float, Parameter(validator=Between(20, 400), help="Beats per minute, 20 to 400.")]
Temperature = Annotated[float, Parameter(validator=Between(0.01, 10), help="Above 1 is bolder, below 1 more careful.")]
Which = Annotated[str | None, Parameter(help="Which daemon, where several play: words of its port's name.")]
Corpus = Annotated[Path, Parameter(help="The corpus folder.")]
Json = Annotated[bool, Parameter(negative="", help="Report as JSON.")]
JsonLines = Annotated[bool, Parameter(negative="", help="Report as JSON, one object a line.")]

# What planning, and learning, take.
Device = Literal["auto", "cpu", "cuda", "mps"]
PlanningDevice = Annotated[
    Device,
    Parameter(help="Where to plan: `auto` takes an NVIDIA GPU where there is one (extra `learn`), and else the CPU."),
]
Preset = Annotated[Literal["paper", "best"], Parameter(help="`paper`: as published. `best`: what measured better.")]
LearningRate = Annotated[
    float,
    Parameter(
        validator=Between(1e-6, 1),
        help="How far an update goes, at its height; the preset's when not given. Small networks like more.",
    ),
]
RunSeed = Annotated[int, Parameter(converter=whole, validator=Between(0, 2**53), help="The seed of everything random.")]
Resume = Annotated[bool, Parameter(help="Go on where an interrupted run in the same folder stopped.")]
TensorBoard = Annotated[
    bool, Parameter(negative="", help="Also write the journal for TensorBoard (extra `tensorboard`).")
]
PlainRun = Annotated[
    bool,
    Parameter(
        negative="",
        help="Print a line for each measurement; without it, a terminal shows the screen (unless --json is given).",
    ),
]
