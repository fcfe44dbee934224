"""The values of all parameters now: checked, changed, and put back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from live_composer.errors import BadInput
from live_composer.parameters import table
from live_composer.parameters.table import RULE, TABLE, Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from live_composer.parameters.kinds import Value

_KEPT = 100
"""Changes that can be put back."""


class _Change(NamedTuple):
    name: str
    before: Value


class Values:
    """What every parameter is set to, the weights of the rules in use among them.

    Attributes:
        muted: rules that count as 0 for now, whatever their weight.
        solo: the only rule that counts; empty when all do.
    """

    def __init__(self, given: Mapping[str, Value] | None = None, weights: Mapping[str, float] | None = None) -> None:
        """Begin with the defaults.

        Args:
            given: what differs from the defaults.
            weights: the rules in use, by name, with the weights that their book gives them.

        Raises:
            BadInput: there is no such parameter, or it has no such value.
        """
        self._weights = dict(weights or {})
        self._added: dict[str, float] = {}
        self._now: dict[str, Value] = {parameter.name: parameter.default for parameter in TABLE}
        self._now |= {RULE + rule: weight for rule, weight in self._weights.items()}
        self._before: list[_Change] = []
        self.muted: set[str] = set()
        self.solo = ""
        for name, value in (given or {}).items():
            self._now[self.find(name).name] = self._check(self.find(name), value)

    def __getitem__(self, name: str) -> Value:
        return self._now[name]

    def number(self, name: str) -> float:
        """Return the value of a parameter that is a number."""
        return float(self._now[name])

    def whole(self, name: str) -> int:
        """Return the value of a parameter that is a whole number."""
        return int(self._now[name])

    def word(self, name: str) -> str:
        """Return the value of a parameter that is a word."""
        return str(self._now[name])

    def all(self) -> dict[str, Value]:
        """Return every value by its parameter's name."""
        return dict(self._now)

    @property
    def weights(self) -> dict[str, float]:
        """The weights of the rules in use, by name."""
        return {rule: self.number(RULE + rule) for rule in self._weights}

    @property
    def heard_weights(self) -> dict[str, float]:
        """The same as they count now: without those that are muted, or all but one."""
        return {rule: 0.0 if self.is_muted(rule) else weight for rule, weight in self.weights.items()}

    def is_muted(self, rule: str) -> bool:
        """Say whether a rule counts as 0 for now."""
        return rule in self.muted or (bool(self.solo) and rule != self.solo)

    def mute(self, rule: str) -> None:
        """Mute a rule, or hear it again.

        Raises:
            BadInput: it is not in use.
        """
        self.muted ^= {self._rule(rule)}

    def hear_alone(self, rule: str) -> None:
        """Hear one rule alone; or all again, when it is alone already or none is named.

        Raises:
            BadInput: it is not in use.
        """
        self.solo = "" if rule in {"", self.solo} else self._rule(rule)

    @property
    def undo_name(self) -> str:
        """Which parameter `undo` would put back; empty when there is none."""
        return self._before[-1].name if self._before else ""

    def find(self, name: str) -> Parameter:
        """Return the parameter of a name.

        Raises:
            BadInput: there is none; the nearest is told.
        """
        return table.find(name, self._weights)

    def default(self, parameter: Parameter) -> Value:
        """Return what a parameter begins with; for a rule's weight, what its book says."""
        return self._weights.get(parameter.name.removeprefix(RULE), parameter.default)

    def set(self, name: str, value: Value | None, *, text: bool = False) -> Parameter | None:
        """Change a value; return its parameter, or None where it was so already.

        Args:
            name: of the parameter.
            value: of its kind; None for the default.
            text: read the value as a person typed it.

        Raises:
            BadInput: there is no such parameter, or it has no such value.
        """
        parameter = self.find(name)
        wanted = self.default(parameter) if value is None else self._check(parameter, value, text=text)
        before = self._now[parameter.name]
        if wanted == before:
            return None
        # A slider that is dragged is one change: what it was before the drag can be put back.
        if self.undo_name != parameter.name:
            self._before = [*self._before[-_KEPT:], _Change(parameter.name, before)]
        self._now[parameter.name] = wanted
        return parameter

    def begin(self) -> None:
        """Take the values of now for those that it begins with: there is nothing to put back."""
        self._before = []

    def undo(self) -> Parameter:
        """Put back what was changed last; return its parameter.

        Raises:
            BadInput: nothing was changed.
        """
        if not self._before:
            raise BadInput("Nothing was changed, so there is nothing to put back.")
        name, before = self._before.pop()
        self._now[name] = before
        return self.find(name)

    def use_rules(self, weights: Mapping[str, float]) -> None:
        """Take the weights of another book, or of a book that was changed; what the musician set stays so."""
        kept = {rule: weight for rule, weight in self.weights.items() if weight != self._weights[rule]}
        self._added = {}
        self._now = {name: value for name, value in self._now.items() if not name.startswith(RULE)}
        self._weights = dict(weights)
        self._now |= {RULE + rule: kept.get(rule, weight) for rule, weight in weights.items()}
        self._before = [change for change in self._before if change.name in self._now]
        self.muted &= weights.keys()
        self.solo = self.solo if self.solo in weights else ""

    def follow_book(self, weights: Mapping[str, float]) -> None:
        """Take the weights of the book in use, which was changed; rules that were added to it stay."""
        added = {rule: weight for rule, weight in self._added.items() if rule not in weights}
        self.use_rules({**weights, **added})
        self._added = added

    def add_rule(self, rule: str) -> None:
        """Take a rule into use that the book does not have.

        Raises:
            BadInput: it is in use.
        """
        if rule in self._weights:
            raise BadInput(f"The rule `{rule}` is in use; change its weight.")
        self._added[rule] = 1.0
        self.follow_book({name: weight for name, weight in self._weights.items() if name not in self._added})

    def _rule(self, name: str) -> str:
        return self.find(RULE + name.removeprefix(RULE)).name.removeprefix(RULE)

    def _check(self, parameter: Parameter, value: Value, *, text: bool = False) -> Value:
        try:
            return parameter.kind.parse(str(value)) if text else parameter.kind.check(value)
        except BadInput as error:
            raise BadInput(f"{parameter.name}: {error}") from None
