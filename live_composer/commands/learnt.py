"""What the commands of learning have in common: all need torch, and tell how long it took."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import msgspec

from live_composer.errors import MissingExtra

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.learn.pretrain import Outcome as Pretrained
    from live_composer.learn.tuning import Outcome as Tuned


def need_torch() -> None:
    """Raise MissingExtra where torch is not installed."""
    if find_spec("torch") is None:
        raise MissingExtra("Learning", "learn")


def as_json(outcome: Pretrained | Tuned, model: Path) -> str:
    """Return what came of it, for machines."""
    progress = outcome.progress
    found = {
        "model": str(model),
        "interrupted": outcome.interrupted,
        "updates": progress.updates,
        "steps": progress.steps,
        "seconds": round(progress.seconds, 1),
        "metrics": outcome.card.metrics,
    }
    return msgspec.json.encode(found).decode()


def how_long(outcome: Pretrained | Tuned) -> str:
    """Say how long it took, and whether there is more to do."""
    progress = outcome.progress
    rate = progress.steps / max(progress.seconds, 1e-9)
    words = f"{progress.steps:,} steps in {progress.seconds:,.0f} s ({rate:,.0f} steps/s)."
    return f"{words}\nInterrupted; the same command goes on from here." if outcome.interrupted else words
