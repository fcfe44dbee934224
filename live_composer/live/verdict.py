"""What the rules said of the steps that were heard, as the plans told it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from live_composer.live.plan_source import PlanSource

_STEPS = 64
"""Steps that a running mean goes back."""
_MARKS = 16
"""The last steps at which a rule spoke that are shown."""
_SILENT = 1e-9


class Verdict:
    """Looks plans up step by step, once a step however often it is asked."""

    def __init__(self) -> None:
        self._heard = -1
        self._said: dict[str, list[tuple[int, float]]] = {}

    def of(self, source: PlanSource, heard: int) -> Verdict:
        """Take in what was said of the steps up to `heard`."""
        if heard != self._heard:
            self._heard, self._said = heard, {}
            used = source.used(max(0, heard - _STEPS), heard)
            for piece in used:
                for rule, values in piece.plan.rewards.items():
                    said = values[piece.begin - piece.first : piece.end - piece.first]
                    self._said.setdefault(rule, []).extend(enumerate(said, piece.begin))
        return self

    def marks(self, rule: str) -> tuple[float, float, list[int]]:
        """Return a rule's running mean, what it said of the last step, and the last steps at which it spoke."""
        said = self._said.get(rule, [])
        fired = [step for step, value in said if abs(value) > _SILENT]
        last = said[-1] if said else (-1, 0.0)
        mean = sum(value for _, value in said) / min(_STEPS, max(1, self._heard))
        return mean, last[1] if last[0] == self._heard - 1 else 0.0, fired[-_MARKS:]
