"""The planner: a request in, a plan or a reason out. It keeps models and rules, and nothing of the music."""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from live_composer.errors import BadInput, LiveComposerError
from live_composer.music.key import Key
from live_composer.music.metre import Metre
from live_composer.plan import engine, why
from live_composer.plan.judge import Judge
from live_composer.plan.library import Library
from live_composer.plan.liked import Liked
from live_composer.plan.look_ahead import LookAhead, Superseded
from live_composer.plan.terms import Terms
from live_composer.plan.together import together
from live_composer.wire.messages import Plan, PlanFailed, PlanRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from live_composer.config import Device
    from live_composer.music.vocabulary import Vocabulary
    from live_composer.plan.guard import Guard
    from live_composer.plan.together import Planned
    from live_composer.rules.book import RuleBook

    Wanted: TypeAlias = tuple[PlanRequest, Callable[[], bool]]
    """A request, and what tells whether its plan is no longer wanted."""

_MOST = 64
"""Plans that are made together at most, on a GPU."""


class Planner:
    """Answers planning requests on one device."""

    def __init__(
        self,
        device: Device = "auto",
        folders: Sequence[Path] = (),
        models: Sequence[Path] | None = None,
        guard: Guard | None = None,
    ) -> None:
        """Make a planner that has loaded nothing.

        Args:
            device: where to compute.
            folders: of the user's own rule files and books.
            models: the folders that models come from, as `Library` has it.
            guard: watches over what rule files do.
        """
        self.engine = engine.choose(device)
        self._guard = guard
        self._library = Library(self.engine, folders, models, guard)

    def warm_up(self, model: str, book: str = "") -> None:
        """Load a model and a book before they are asked for; what is wrong with them is told when they are."""
        self.answer(PlanRequest(0, model, [], 0, 1, book=book))

    def prepare(self, request: PlanRequest) -> PlanFailed | None:
        """Load what a request needs, so that `answer` need not; return why it cannot be answered.

        May be called on another thread than `answer`.
        """
        models = [request.model, *([request.prior] if request.prior else [])]
        try:
            self._library.prepare(models, request.book, rules=bool(request.weights))
        except Exception as error:  # noqa: BLE001 - an engine may fail in ways of its own, and the planner lives on
            return _failed(request, error)
        return None

    def answer(self, request: PlanRequest) -> Plan | PlanFailed:
        """Return the plan, or why there is none."""
        return self.prepare(request) or self.plan(request)

    def plan(self, request: PlanRequest, superseded: Callable[[], bool] = lambda: False) -> Plan | PlanFailed:
        """Return the plan of a request that was prepared, or why there is none.

        Raises:
            Superseded: it turned out while planning that the plan is no longer wanted.
        """
        (end,) = self.plan_together([(request, superseded)])
        if isinstance(end, Superseded):
            raise end
        return end

    def plan_together(self, wanted: Sequence[Wanted]) -> list[Plan | PlanFailed | Superseded]:
        """Return the plans of several requests that were prepared, or why there are none."""
        with self._guard.limit() if self._guard else nullcontext():
            ends = together([self._plan(request, superseded) for request, superseded in wanted])
        return [
            _failed(request, end) if isinstance(end, Exception) and not isinstance(end, Superseded) else end
            for (request, _), end in zip(wanted, ends, strict=True)
        ]

    @property
    def most(self) -> int:
        """How many plans are worth making together: on a CPU that has each wait for all, and gains nothing."""
        return 1 if self.engine == engine.NUMPY else _MOST

    def _plan(self, request: PlanRequest, superseded: Callable[[], bool]) -> Planned[Plan]:
        begin = time.perf_counter()
        model, terms = self._library.model(request.model), _terms(request)
        book = self._library.book(request.book, request.weights)
        vocabulary = model.policy.shape.vocabulary
        _check_events(request, vocabulary)
        judge = _judge(request, book, terms, vocabulary)
        prior = self._library.model(request.prior) if request.prior else self._library.prior_of(request.model)
        look_ahead = LookAhead(prior, model, judge)
        choice = yield from look_ahead.stretches(request.events, request.first_step, request.horizon, terms, superseded)
        whole = np.array([[*request.events, *choice.events]], dtype=np.int64)
        rewards = judge.parts(whole, request.horizon)
        off = {rule.name: book.quarantined[rule.name] for rule in book.rules if rule.name in book.quarantined}
        return Plan(
            request.revision,
            request.first_step,
            choice.events,
            rewards=rewards,
            off=off,
            notices=[
                *self._library.notices_beside(off),
                *(f"There is no rule `{name}`." for name in request.weights if name not in book.weights),
            ],
            why=why.explain(look_ahead, request, terms, choice) if request.why else None,
            milliseconds=1000 * (time.perf_counter() - begin),
        )


def _failed(request: PlanRequest, error: Exception) -> PlanFailed:
    told = isinstance(error, LiveComposerError)
    return PlanFailed(request.revision, str(error) if told else f"Planning with `{request.model}` failed: {error!r}.")


def _terms(request: PlanRequest) -> Terms:
    return Terms(
        metre=Metre.parse(request.metre),
        key=Key.parse(request.key),
        temperature=request.temperature,
        seed=request.seed,
        dial=request.dial,
        c=request.c,
        candidates=request.candidates,
        lowest=request.lowest,
        highest=request.highest,
        density=request.density,
        chord=frozenset(request.chord),
    )


def _check_events(request: PlanRequest, vocabulary: Vocabulary) -> None:
    """Refuse events that the model does not know.

    Raises:
        BadInput: there is one.
    """
    size = vocabulary.size
    if any(event >= size for events in (request.events, *request.liked) for event in events):
        raise BadInput(f"The melody so far holds events that `{request.model}` does not know (0 to {size - 1}).")


def _judge(request: PlanRequest, book: RuleBook, terms: Terms, vocabulary: Vocabulary) -> Judge:
    context = book.context(
        key=(terms.key or Key()).home,
        metre=terms.metre,
        length=request.length,
        first_step=request.first_step - len(request.events),
        chord=terms.chord,
        vocabulary=vocabulary,
    )
    return Judge(book, context, Liked(request.liked), dial=request.dial, liking=request.liking)
