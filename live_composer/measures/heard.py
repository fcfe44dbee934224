"""Melodies with what the paper's rules say of them: what the rows of Table 1 are counted from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from live_composer import paths
from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules import discovery
from live_composer.rules.rule import Rule

if TYPE_CHECKING:
    from live_composer.rules.arrays import Bools
    from live_composer.rules.context import Context
    from live_composer.rules.rule import Rewards, Tokens

_TOLD = ("key", "tonic", "repeat", "motif", "repeated_motif", "leaps")


@dataclass(frozen=True, eq=False)
class Heard:
    """A batch of whole melodies.

    Attributes:
        events: (melodies, steps).
        context: key, metre and range; its length is that of the melodies.
        said: what each of the paper's rules says, by its name without `paper_`: (melodies, steps).
    """

    events: Tokens
    context: Context
    said: dict[str, Rewards]

    @property
    def starts(self) -> Bools:
        """Where notes start: (melodies, steps)."""
        return self.events >= FIRST_PITCH

    @property
    def steps(self) -> int:
        """The length of each melody."""
        return self.events.shape[1]


def hear(events: Tokens, context: Context) -> Heard:
    """Let the paper's rules judge whole melodies, whatever length the context speaks of."""
    whole = replace(context, length=context.first_step + events.shape[1])
    return Heard(events, whole, {name: rule(events, whole) for name, rule in _rules().items()})


@lru_cache(maxsize=1)
def _rules() -> dict[str, Rule]:
    """Return the shipped rules of the paper: a user's rule of the same name must not change what the table means."""
    found: dict[str, Rule] = {}
    for name in _TOLD:
        for rule in discovery.import_file(paths.shipped("plugins") / f"paper_{name}.py"):
            assert isinstance(rule, Rule), rule
            found[name] = rule
    return found
