"""Measure a policy that is being tuned: what it strives for, what each rule pays, and whether the music is sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from live_composer.learn.progress import TuneRow
from live_composer.measures import health
from live_composer.measures.heard import Heard
from live_composer.music.vocabulary import FIRST_PITCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live_composer.learn.progress import TuneProgress
    from live_composer.learn.task import Task
    from live_composer.policy.policy import Policy
    from live_composer.rules.rule import Tokens

_SUMS = ("J", "score", "reward", "log_p", "kl")
_SHARES = ("rests", "holds", "onsets")


def gauge(policy: Policy, tasks: Sequence[Task], count: int, seed: int, progress: TuneProgress) -> TuneRow:
    """Measure `count` melodies of a policy, as many for each task; the same seed draws with the same numbers."""
    rows = [_gauge(policy, task, -(-count // len(tasks)), seed, progress) for task in tasks]
    if len(rows) == 1:
        return rows[0]
    figures = {name: _mean([getattr(row, name) for row in rows]) for name in _SUMS}
    parts = {
        name: {part: _mean([getattr(row, name)[part] for row in rows]) for part in getattr(rows[0], name)}
        for name in ("health", "rules")
    }
    return msgspec.structs.replace(rows[0], **figures, **parts)


def _gauge(policy: Policy, task: Task, count: int, seed: int, progress: TuneProgress) -> TuneRow:
    melodies = task.roll_out(policy, count, np.random.default_rng(seed))
    reward = task.paid(melodies).sum(axis=1)
    log_p, log_pi = (sums.sum(axis=1, dtype=np.float64) for sums in (melodies.log_p, melodies.log_pi))
    score = reward / task.c + task.prior_weight * log_p
    weights = task.book.weights
    return TuneRow(
        steps=progress.steps,
        updates=progress.updates,
        seconds=round(progress.seconds, 3),
        loss=_rounded(progress.losses / max(progress.learnt, 1)),
        J=_rounded((score - log_pi).mean()),
        score=_rounded(score.mean()),
        reward=_rounded(reward.mean()),
        log_p=_rounded(log_p.mean()),
        kl=_rounded((log_pi - log_p).mean()),
        health=_health(melodies.events, task),
        rules={name: _rounded(weights[name] * values.sum(axis=1).mean()) for name, values in melodies.rewards.items()},
    )


def _health(events: Tokens, task: Task) -> dict[str, float]:
    heard = Heard(events, task.context, {})
    rows = {row.key: row for row in health.HEALTH if row.key in _SHARES}
    found = {name: _rounded(rows[name].count(heard)[0].sum() / events.size) for name in _SHARES}
    pool = events[: health.POOL].astype(np.int8)
    found["entropy"] = _rounded(health.entropy(np.bincount(pool[pool >= FIRST_PITCH])[None])[0])
    found["patterns"] = _rounded(health.distinct_patterns(pool))
    return found


def _mean(numbers: Sequence[float]) -> float:
    return _rounded(sum(numbers) / len(numbers))


def _rounded(number: float) -> float:
    return round(float(number), 4)
