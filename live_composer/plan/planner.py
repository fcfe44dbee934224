"""The planner: a request in, a plan or a reason out. It keeps models, and nothing of the music."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING

from live_composer.errors import BadInput, LiveComposerError
from live_composer.music.key import Key
from live_composer.music.metre import Metre
from live_composer.plan import engine
from live_composer.plan.look_ahead import LookAhead
from live_composer.policy import checkpoint
from live_composer.wire.messages import Plan, PlanFailed, PlanRequest

if TYPE_CHECKING:
    from live_composer.config import Device

_MODELS_KEPT = 4


class Planner:
    """Answers planning requests on one device."""

    def __init__(self, device: Device = "auto") -> None:
        self.engine = engine.choose(device)
        self._look_ahead = lru_cache(_MODELS_KEPT)(self._load)

    def warm_up(self, model: str) -> None:
        """Load a model before it is asked for; what is wrong with it is told when it is."""
        self.answer(PlanRequest(0, model, [], 0, 1))

    def answer(self, request: PlanRequest) -> Plan | PlanFailed:
        """Return the plan, or why there is none."""
        begin = time.perf_counter()
        try:
            events = self._plan(request)
        except LiveComposerError as error:
            return PlanFailed(request.revision, str(error))
        except Exception as error:  # noqa: BLE001 - an engine may fail in ways of its own, and the planner lives on
            return PlanFailed(request.revision, f"Planning with `{request.model}` failed: {error!r}.")
        return Plan(request.revision, request.first_step, events, 1000 * (time.perf_counter() - begin))

    def _plan(self, request: PlanRequest) -> list[int]:
        look_ahead, size = self._look_ahead(request.model)
        if any(event >= size for event in request.events):
            raise BadInput(f"The melody so far holds events that `{request.model}` does not know (0 to {size - 1}).")
        return look_ahead.plan(
            request.events,
            request.first_step,
            request.horizon,
            metre=Metre.parse(request.metre),
            key=Key.parse(request.key),
            temperature=request.temperature,
            seed=request.seed,
        )

    def _load(self, model: str) -> tuple[LookAhead, int]:
        """Return a model's look-ahead, and the size of its vocabulary."""
        loaded = checkpoint.load(model)
        return LookAhead(engine.policy(loaded, self.engine)), loaded.shape.vocabulary.size
