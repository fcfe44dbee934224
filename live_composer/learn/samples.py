"""Melodies to look at and to hear while a network learns: drawn by the same numbers every time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from live_composer.learn import rollout
from live_composer.music.melody import Melody
from live_composer.rules.context import Context
from live_composer.wire.learning import Sample
from live_composer.wire.screen import SeenNote

if TYPE_CHECKING:
    from live_composer.learn.task import Task
    from live_composer.music.metre import Metre
    from live_composer.music.vocabulary import Vocabulary
    from live_composer.policy.policy import Policy
    from live_composer.rules.rule import Tokens

_COUNT = 3
_SEED = 2**31 + 7
"""Of no measurement: melodies that one looks at decide nothing."""
_STEPS = 64
"""Of a melody of who has no task."""


def of_task(policy: Policy, task: Task) -> list[Sample]:
    """Draw some melodies of a policy that is tuned, and tell what its rules and its prior say of each."""
    melodies = task.roll_out(policy, _COUNT, np.random.default_rng(_SEED))
    paid, log_p = task.paid(melodies).sum(axis=1), melodies.log_p.sum(axis=1)
    context = task.context
    return [
        _sample(events, context.metre, context.vocabulary, f"reward {reward:.1f}  log p {nats:.1f}")
        for events, reward, nats in zip(melodies.events, paid, log_p, strict=True)
    ]


def of_policy(policy: Policy) -> list[Sample]:
    """Draw some melodies of a policy that learns from tunes, and tell how likely it holds them."""
    context = Context(vocabulary=policy.shape.vocabulary)
    uniform = np.random.default_rng(_SEED).random((_COUNT, _STEPS), dtype=np.float32)
    drawn, log_pi, _ = rollout.drawn(policy, policy, context, uniform)
    return [
        _sample(events, context.metre, context.vocabulary, f"log p {nats:.1f}")
        for events, nats in zip(drawn, log_pi.sum(axis=1), strict=True)
    ]


def _sample(events: Tokens, metre: Metre, vocabulary: Vocabulary, told: str) -> Sample:
    notes = [SeenNote(*note) for note in Melody(events.astype(np.int8), metre, vocabulary).notes()]
    return Sample(notes, len(events), metre.steps_per_bar, told)
