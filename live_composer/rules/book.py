"""A rule book in use: rules with weights, judging melodies together; a rule that fails is switched off and named."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from live_composer.music.key import Key
from live_composer.rules.context import PHRASE, Context
from live_composer.rules.trouble import told

if TYPE_CHECKING:
    from live_composer.rules.rule import Rewards, Rule, Tokens


@dataclass
class RuleBook:
    """A list of rules with weights.

    Attributes:
        name: the file's name without its ending.
        rules: the rules, with the book's parameters.
        weights: by rule name; they may be changed while the book is in use.
        key: the key of the book.
        length: steps of its melodies, None for endless playing.
        phrase: bars of a phrase.
        help: what the book is for.
        quarantined: rules that cannot be used, with the reason: they failed to load, broke their contract, or failed
            while in use. They count as 0.
    """

    name: str
    rules: list[Rule]
    weights: dict[str, float]
    key: Key = field(default_factory=Key)
    length: int | None = None
    phrase: int = PHRASE
    help: str = ""
    quarantined: dict[str, str] = field(default_factory=dict[str, str])

    def context(self, **others: Any) -> Context:
        """Return the context that the book is written for, with other values where given."""
        return replace(Context(key=self.key, length=self.length, phrase=self.phrase), **others)

    def score(self, melodies: Tokens, context: Context, first: int = 0) -> Rewards:
        """Return every rule's own value, unweighted, from the column `first` on: (rules, melodies, steps)."""
        values = np.zeros((len(self.rules), *melodies[:, first:].shape))
        for number, rule in enumerate(self.rules):
            values[number] = self._judge(rule, melodies, context, first)
        return values

    def reward(self, melodies: Tokens, context: Context, first: int = 0) -> Rewards:
        """Return the weighted sum of all rules, from the column `first` on: (melodies, steps)."""
        total = np.zeros(melodies[:, first:].shape)
        for rule in self.rules:
            weight = self.weights[rule.name]
            if weight:
                total += weight * self._judge(rule, melodies, context, first)
        return total

    @property
    def troubles(self) -> list[str]:
        """One line for each rule that is switched off."""
        return [f"The rule {name} is off: {reason}." for name, reason in self.quarantined.items()]

    def _judge(self, rule: Rule, melodies: Tokens, context: Context, first: int) -> Rewards:
        nothing = np.zeros(melodies[:, first:].shape)
        if rule.name in self.quarantined or not nothing.size:
            return nothing
        given = np.asarray(melodies, dtype=np.int64)[:]
        given.flags.writeable = False
        try:
            rewards = rule(given, context, first)
            if rewards.shape == nothing.shape and np.isfinite(rewards).all():
                return rewards
            wrong = "a value that is not finite" if rewards.shape == nothing.shape else f"the shape {rewards.shape}"
            self.quarantined[rule.name] = f"it returned {wrong}"
        # A rule that raises is switched off and named; the music goes on.
        except (Exception, SystemExit) as error:  # noqa: BLE001
            self.quarantined[rule.name] = f"it raised {told(error, rule.file)}"
        return nothing
