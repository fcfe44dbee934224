"""What a tuning is about: which prior, which rules, how strict, over what melodies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from live_composer.errors import BadInput, BadModel
from live_composer.learn.rollout import Rollout, hear, roll_out

if TYPE_CHECKING:
    import numpy as np

    from live_composer.policy.checkpoint import Checkpoint
    from live_composer.policy.policy import Floats, Policy
    from live_composer.rules.book import RuleBook
    from live_composer.rules.context import Context
    from live_composer.rules.rule import Rewards, Tokens


@dataclass(frozen=True, eq=False)
class Task:
    """What is tuned, for what.

    Attributes:
        prior: the Note RNN, as it was trained.
        book: the rules.
        context: key, metre and length of the melodies.
        steps: T, of each melody.
        c: a reward is worth 1/c nats.
        prior_weight: how much the prior counts: 1 as in the paper, 0 not at all.
    """

    prior: Checkpoint
    book: RuleBook
    context: Context
    steps: int
    c: float = 0.5
    prior_weight: float = 1.0

    @cached_property
    def prior_policy(self) -> Policy:
        """The prior, as it is played."""
        return self.prior.policy()

    def roll_out(self, policy: Policy, count: int, chance: np.random.Generator, part: slice = slice(None)) -> Rollout:
        """Draw `count` melodies from a policy, or a part of them, and judge them."""
        prior, book = self.prior_policy, self.book
        return roll_out(policy, prior, book, count, chance, context=self.context, steps=self.steps, part=part)

    def paid(self, melodies: Rollout) -> Rewards:
        """Return the weighted rewards of melodies: (N, T)."""
        return melodies.reward(self.book.weights)

    def judged(self, events: Tokens) -> tuple[Floats, Rewards]:
        """Return what the prior and the book say of given melodies: log p and weighted reward, each (N, T)."""
        return hear(self.prior_policy, events, self.context), self.book.reward(events, self.context)


def task_of(  # noqa: PLR0913 - what is tuned, for what
    prior: Checkpoint, book: RuleBook, context: Context, steps: int | None, *, c: float, prior_weight: float
) -> Task:
    """Return the task, if it makes sense.

    Raises:
        BadModel: the model stands on another one.
        BadInput: no rule of the book can be used, or the book is for endless playing and `steps` is not given.
    """
    if prior.card.base is not None:
        raise BadModel(
            f"The model `{prior.card.name}` is a network on top of another, and cannot be tuned again; "
            "tune the Note RNN that it stands on."
        )
    if len(book.quarantined) == len(book.rules):
        raise BadInput(f"No rule of the book {book.name} can be used, so there is nothing to tune for.")
    if steps is None:
        if context.length is None:
            raise BadInput(f"The book {book.name} is for endless playing; say how long melodies shall be with --bars.")
        steps = context.length - context.first_step
    context = replace(context, vocabulary=prior.shape.vocabulary)
    return Task(prior, book, context, steps, c, prior_weight)
