"""A sweep: the tunings that a file asks for, one for each combination of what is to be compared."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from live_composer import files
from live_composer.config import Tune
from live_composer.errors import BadFile, BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LARGEST = 1 << 16
_MOST = 10_000
_WEIGHT = "weights."


class Setting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One tuning of a sweep: options of `tune` under their names, and what the rules weigh.

    Attributes:
        weights: of rules of the book, by name, where they differ from the book's.
    """

    algo: Literal["psi", "q", "g", "pg"] = "psi"
    preset: Literal["paper", "best"] = "best"
    model: str = "note-rnn"
    book: str = "paper"
    c: Annotated[float, Meta(ge=0.01, le=1000)] | None = None
    prior_weight: Annotated[float, Meta(ge=0, le=10)] = 1.0
    key: str | None = None
    metre: str = "4/4"
    bars: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    steps: Annotated[int, Meta(ge=1)] | None = None
    minutes: Annotated[float, Meta(ge=0.01)] | None = None
    learning_rate: Annotated[float, Meta(gt=0, le=1)] | None = None
    seed: Annotated[int, Meta(ge=0)] = 1
    weights: dict[str, float] = {}

    def options(self, folder: Path, plugins: tuple[Path, ...]) -> Tune:
        """Return it as the options of `tune`."""
        fields = {name: getattr(self, name) for name in self.__struct_fields__ if name not in {"weights", "metre"}}
        return Tune(**fields, metre=(self.metre,), output=folder, device="cpu", plugins=plugins)


class Trial(msgspec.Struct, frozen=True):
    """A tuning, and its name: what it has apart from the others, and the name of its folder."""

    name: str
    setting: Setting


class Sweep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a sweep's file says.

    Attributes:
        over: for each option the values to be compared; `weights.RULE` is the weight of a rule.
        every: options of all.
        melodies: how many of each tuned model are measured.
    """

    over: Annotated[dict[str, Annotated[list[Any], Meta(min_length=1)]], Meta(min_length=1)]
    every: dict[str, Any] = {}
    melodies: Annotated[int, Meta(ge=10, le=1_000_000)] = 2000

    def trials(self) -> Iterator[Trial]:
        """Give every combination.

        Raises:
            BadInput: one of them is no tuning.
        """
        for values in itertools.product(*self.over.values()):
            apart = dict(zip(self.over, values, strict=True))
            name = "-".join(_word(f"{key.removeprefix(_WEIGHT)}_{_told(value)}") for key, value in apart.items())
            yield Trial(name, _setting(self.every | apart))


def read(path: Path) -> tuple[Sweep, list[Trial]]:
    """Read a sweep's file; return it, and all its tunings.

    Raises:
        BadFile: it is missing, no TOML, or says what `tune` does not know.
    """
    data = files.read_bytes(path, "sweep's file", _LARGEST)
    try:
        sweep = msgspec.toml.decode(data, type=Sweep)
        trials = list(itertools.islice(sweep.trials(), _MOST + 1))
    except (msgspec.MsgspecError, BadInput, ValueError, RecursionError) as error:
        raise BadFile(f"{path}: {str(error)[:1].lower()}{str(error)[1:].rstrip('.')}.") from error
    if len(trials) > _MOST:
        raise BadFile(f"{path} asks for more than {_MOST:,} tunings.")
    if len({trial.name for trial in trials}) < len(trials):
        raise BadFile(f"{path} asks for the same tuning twice.")
    return sweep, trials


def _setting(options: dict[str, Any]) -> Setting:
    weights = {name.removeprefix(_WEIGHT): options[name] for name in options if name.startswith(_WEIGHT)}
    others = {name: value for name, value in options.items() if not name.startswith(_WEIGHT)}
    weights = {**others.pop("weights", {}), **weights}
    return msgspec.convert({**others, "weights": weights}, Setting)


def _told(value: Any) -> str:
    """Return a value with its minus or its sharp in a word: the name of a file keeps neither sign."""
    if isinstance(value, int | float) and value < 0:
        return f"minus_{-value}"
    return str(value).replace("#", "_sharp")


def _word(text: str) -> str:
    """Return a text as it can stand in the name of a file."""
    return re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")
