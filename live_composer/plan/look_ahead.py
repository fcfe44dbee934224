"""Look ahead: let policies hear the melody so far, try many continuations, and choose one that the rules like.

Continuations x are drawn from a mix q of prior and tuned policy, and chosen in proportion to p(x) exp(r(x) / c): p is
the prior, r the reward with the weights of now, c how little it counts. That is what KL control tunes policies for
(Jaques et al. 2016), so rules are heard at once, whatever a policy was tuned with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from live_composer.plan.candidates import Candidates
from live_composer.plan.proposal import Proposal
from live_composer.plan.stretch import Stretch, Superseded, chance, select
from live_composer.plan.terms import Terms
from live_composer.plan.together import alone

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from live_composer.plan.ear import Ear
    from live_composer.plan.judge import Judge
    from live_composer.plan.proposal import Odds
    from live_composer.plan.stretch import States
    from live_composer.plan.together import Planned

__all__ = ["Choice", "LookAhead", "Superseded"]

RIVALS = 3
"""How many of the other continuations are told."""
_RESAMPLING, _CHOICE = 1, 2


class Choice(NamedTuple):
    """The continuation that was chosen.

    Attributes:
        events: its events.
        rivals: the best others, the best first.
        chances: how likely the choice was to fall on it, then on each rival.
    """

    events: list[int]
    rivals: list[list[int]]
    chances: list[float]


class LookAhead:
    """Chooses continuations. What it chose does not matter to what it chooses next."""

    def __init__(self, prior: Ear, tuned: Ear | None = None, judge: Judge | None = None) -> None:
        """Take policies, by their ears, and the judge.

        Args:
            prior: of the Note RNN.
            tuned: of the policy tuned from it, if there is one.
            judge: rewards events, given all before them; without one, the mix is played as it is.
        """
        self._prior, self._tuned, self._judge = prior, tuned or prior, judge

    def plan(
        self,
        events: Sequence[int],
        first_step: int,
        horizon: int,
        terms: Terms = Terms(),  # noqa: B008 - frozen
        superseded: Callable[[], bool] = lambda: False,
    ) -> Choice:
        """Choose the next `horizon` events.

        The random numbers of a step depend on the seed and the step alone. With one candidate, so do the events: a
        shorter horizon gives the beginning of a longer one. With several, the same request gives the same events, but
        what is chosen at a step depends on what follows it up to the horizon: that is what looking ahead is for.

        Args:
            events: the melody so far, or its end, in the key's home.
            first_step: the step of the first event to draw; multiples of a bar's steps begin bars.
            horizon: how many events to draw.
            terms: what is asked of them.
            superseded: asked at every step whether the plan is still wanted.

        Raises:
            BadInput: prior and tuned policy do not fit, or no pitch may be played.
            Superseded: the plan is no longer wanted.
        """
        return alone(self.stretches(events, first_step, horizon, terms, superseded))

    def stretches(
        self,
        events: Sequence[int],
        first_step: int,
        horizon: int,
        terms: Terms,
        superseded: Callable[[], bool],
    ) -> Planned[Choice]:
        """Choose as `plan` does, and leave it to another to draw each stretch: together with those of other plans."""
        proposal = Proposal(self._prior, self._tuned, terms)
        candidates = Candidates(events, horizon, self._count(terms))
        states: States = proposal.listen(events, first_step)
        end = first_step + horizon
        begin = judged = first_step
        by_prior = bool(self._judge and self._judge.ruled)
        while begin < end:
            stop = _next_pulse(begin, end, terms) if candidates.count > 1 else end
            opens = begin == first_step and not events
            states = yield Stretch(proposal, candidates, states, begin, stop, opens, by_prior, superseded)
            begin = stop
            if len(candidates) > 1:
                self._weigh(candidates, begin - judged, terms)
                judged = begin
                if begin < end:
                    states = select(states, candidates.resample(chance(terms.seed, begin - 1, _RESAMPLING)))
        return _choose(candidates, chance(terms.seed, end, _CHOICE))

    def odds(self, events: Sequence[int], first_step: int, chosen: Sequence[int], terms: Terms) -> list[Odds]:
        """Return the odds that a continuation met at each of its steps, each (1, V)."""
        proposal = Proposal(self._prior, self._tuned, terms)
        candidates, states = Candidates(events, len(chosen), 1), proposal.listen(events, first_step)
        met: list[Odds] = []
        for step, event in enumerate(chosen, first_step):
            odds, states = proposal.odds(
                states, candidates.last, candidates.sounding, step, begins=not (events or step > first_step)
            )
            candidates.go_on(event)
            met.append(odds)
        return met

    def _count(self, terms: Terms) -> int:
        """Return how many candidates are worth trying: one where all would weigh the same."""
        differ = self._judge and (self._judge.rewards or (self._judge.ruled and self._tuned is not self._prior))
        return terms.candidates if differ else 1

    def _weigh(self, candidates: Candidates, count: int, terms: Terms) -> None:
        """Weigh candidates by the reward of their last events."""
        if self._judge and self._judge.rewards:
            candidates.log_weights += self._judge(candidates.melodies, count).sum(axis=1) / terms.c


def _next_pulse(step: int, end: int, terms: Terms) -> int:
    """Return the step after which candidates are weighed next."""
    pulse = terms.metre.steps_per_pulse
    return min(end, step - step % pulse + pulse)


def _choose(candidates: Candidates, chance: np.random.Generator) -> Choice:
    shares, continuations = candidates.shares, candidates.drawn.tolist()
    chosen = candidates.choose(chance)
    others = [index for index in np.argsort(-shares, kind="stable").tolist() if index != chosen][:RIVALS]
    chances = [float(shares[index]) for index in (chosen, *others)]
    return Choice(continuations[chosen], [continuations[index] for index in others], chances)
