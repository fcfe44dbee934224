"""A stretch: the steps between two weighings of candidates, drawn in one go: here, or on a device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from live_composer.plan.candidates import Candidates
    from live_composer.plan.proposal import Proposal
    from live_composer.policy.policy import Floats
    from live_composer.rules.arrays import Ints


class Superseded(Exception):  # noqa: N818 - not an error
    """A plan is no longer wanted."""


class Held(NamedTuple):
    """What policies remember of candidates, on a device.

    Attributes:
        states: of each policy, as the device has them: (layers, 2, all candidates, cells).
        rows: (A,) where in them each candidate stands that differs now.
    """

    states: list[Any]
    rows: Ints


States = list["Floats"] | Held
"""What each policy remembers of the candidates that differ now: in arrays here, or on a device."""


@dataclass
class Stretch:
    """Steps to draw, of all candidates of one plan.

    Attributes:
        proposal: what may come next.
        candidates: they go on by what is drawn.
        states: before the first of the steps.
        begin, end: the first step, and the one after the last.
        opens: whether the music begins here.
        by_prior: whether events are weighed against the prior, else against what they are drawn from.
        superseded: whether the plan is still wanted; asked at every step, or before all of them.
    """

    proposal: Proposal
    candidates: Candidates
    states: States
    begin: int
    end: int
    opens: bool
    by_prior: bool
    superseded: Callable[[], bool]

    def draw(self) -> States:
        """Draw the steps here; return the states after them.

        Raises:
            Superseded: the plan is no longer wanted.
        """
        states = self.states
        assert isinstance(states, list)
        for step in range(self.begin, self.end):
            self.check()
            odds, states = self.proposal.odds(
                states,
                self.candidates.last,
                self.candidates.sounding,
                step,
                begins=self.opens and step == self.begin,
            )
            aim = odds.prior if self.by_prior else odds.mixed
            states = _of(states, self.candidates.draw(odds.mixed, aim, self.chance(step)))
        return states

    def check(self) -> None:
        """Go on only while the plan is wanted.

        Raises:
            Superseded: it is not.
        """
        if self.superseded():
            raise Superseded

    def chance(self, step: int) -> np.random.Generator:
        """Return the random numbers of a step."""
        return chance(self.proposal.terms.seed, step)


def chance(seed: int, *place: int) -> np.random.Generator:
    """Return random numbers that depend on the seed and the place alone."""
    return np.random.default_rng((seed, *place))


def select(states: States, chosen: NDArray[np.integer[Any]]) -> States:
    """Return the states of those that were chosen of the candidates that differ."""
    if isinstance(states, Held):
        return Held(states.states, states.rows[chosen])
    return _of(states, chosen)


def _of(states: list[Floats], chosen: NDArray[np.integer[Any]]) -> list[Floats]:
    return [state[:, :, chosen] for state in states]
