"""The host: one planner for musicians elsewhere, who come by the network, are counted, and held to limits."""

from __future__ import annotations

import asyncio
import contextlib
import http
import signal
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from live_composer.errors import BadInput, LiveComposerError
from live_composer.plan.answering import Answering
from live_composer.plan.gate import Limits, Rate
from live_composer.plan.metrics import Metrics
from live_composer.plan.stretch import Superseded
from live_composer.policy import checkpoint
from live_composer.rules import book_file
from live_composer.wire import channel
from live_composer.wire.messages import Hello, Plan, PlanFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Protocol

    from live_composer.plan.answering import Plans
    from live_composer.wire.channel import Channel
    from live_composer.wire.door import Door
    from live_composer.wire.messages import PlanRequest

    class Crew(Plans, Protocol):
        """Who plans for a host.

        Attributes:
            waiting: requests that wait or are planned.
        """

        waiting: int


DRAIN_SECONDS = 5.0
"""How long what is planned may still take when the host is told to end."""


class Host:
    """Plans for whoever comes in by its door, until a signal comes.

    Attributes:
        metrics: what is counted.
    """

    def __init__(  # noqa: PLR0913 - what it has, grants and tells
        self,
        plans: Crew,
        door: Door,
        *,
        engine: str,
        models: Sequence[Path],
        books: Sequence[Path] = (),
        limits: Limits = Limits(),  # noqa: B008 - frozen
        metrics: Metrics | None = None,
        log: Callable[..., None] = lambda *_, **__: None,
    ) -> None:
        """Make a host that does not listen yet.

        Args:
            plans: who plans.
            door: where it listens.
            engine: what computes, in words.
            models: folders of what it plans with.
            books: folders of rule books, beside the shipped one.
            limits: what it grants.
            metrics: what is counted, where others count too.
            log: is told an event's name and its fields.
        """
        self.metrics = metrics or Metrics()
        self._plans, self._engine, self._models, self._books, self._limits, self._log = (
            plans,
            engine,
            models,
            books,
            limits,
            log,
        )
        self._door = replace(
            door,
            pages={"/metrics": self._measured, "/health": self._health},
            open=frozenset({"/health"}),
        )
        self._talks: set[Answering] = set()
        self._stop = asyncio.Event()

    async def serve(self, on_open: Callable[[int], None] = lambda _: None) -> None:
        """Plan until a signal comes, or `stop`; then answer what is under way, and end.

        Args:
            on_open: is told the port, once the host listens.

        Raises:
            AlreadyRunning, CannotWrite: nothing can listen at the door's address.
        """
        loop = asyncio.get_running_loop()
        with contextlib.suppress(NotImplementedError):  # Windows
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self._signalled)
        async with channel.serve_door(self._door, self._hello, self._converse) as port:
            on_open(port)
            await self._stop.wait()
            await self._drain()

    def stop(self) -> None:
        """Have the host answer what is under way, and end."""
        self._stop.set()

    async def answer(self, request: PlanRequest, unwanted: Callable[[], bool]) -> Plan | PlanFailed:
        """Return the plan, or why there is none; see `answering.Plans`."""
        metrics, begin = self.metrics, time.monotonic()
        metrics.count("requests")
        try:
            self._limits.check(request)
            answer = await self._plans.answer(request, unwanted)
        except BadInput as error:
            metrics.count("refused")
            return PlanFailed(request.revision, str(error))
        except Superseded:
            metrics.count("cancelled")
            raise
        seconds = time.monotonic() - begin
        metrics.seconds.add(seconds)
        if isinstance(answer, Plan):
            metrics.count("plans")
            if request.within is not None:
                metrics.spare.add(max(0.0, request.within - seconds))
        else:
            metrics.count("too_late" if answer.late else "failed")
        return answer

    async def _converse(self, musician: Channel) -> None:
        peer = musician.address  # It is not known any more when the connection is gone.
        talk = Answering(musician, self, Rate(self._limits.requests).count)
        self._talks.add(talk)
        self._log("connected", peer=peer, musicians=len(self._talks))
        try:
            await talk.run()
        except LiveComposerError as error:
            self.metrics.count("refused")
            self._log("refused", peer=peer, reason=str(error))
            raise
        finally:
            self._talks.discard(talk)
            self._log("left", peer=peer, musicians=len(self._talks))

    def _signalled(self) -> None:
        """End; when told so again, at once."""
        if self._stop.is_set():
            raise KeyboardInterrupt
        self.stop()

    async def _drain(self) -> None:
        self._log("draining", musicians=len(self._talks), queue=self._plans.waiting)
        for talk in self._talks:
            talk.leave()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await asyncio.gather(*(talk.idle.wait() for talk in self._talks))

    def _hello(self) -> Hello:
        models = checkpoint.available(self._models)
        return Hello(
            "planner",
            models=models,
            engine=self._engine,
            weights={name: digest for name in models if (digest := self._digest(name))},
            books=sorted(book_file.books(self._books)),
            limits=self._limits.told(),
        )

    def _digest(self, model: str) -> str:
        try:
            return checkpoint.card(model, self._models).sha256
        except LiveComposerError:  # Whoever asks for it is told what is wrong.
            return ""

    def _measured(self) -> tuple[http.HTTPStatus, str]:
        self.metrics.musicians, self.metrics.queue = len(self._talks), self._plans.waiting
        return http.HTTPStatus.OK, self.metrics.text()

    def _health(self) -> tuple[http.HTTPStatus, str]:
        if self._stop.is_set():
            return http.HTTPStatus.SERVICE_UNAVAILABLE, "draining\n"
        return http.HTTPStatus.OK, "ok\n"
