"""The pace of the music: waiting for beats, in real time or on a manual clock that runs without waiting."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from typing import TYPE_CHECKING, Protocol

from live_composer.music.units import seconds_per_beat
from live_composer.port.protocol import Advance

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.live.port_link import PortLink

_NEAR = 1e-6
"""Beats within which the port's sum of many small advances is the beat that was meant."""


class Pace(Protocol):
    """How the daemon waits."""

    def begin(self, beat: float) -> None:
        """Take note that the port starts at `beat`."""
        ...

    async def reach(self, beat: float, work: Callable[[], asyncio.Task[None] | None]) -> None:
        """Wait until the music is at `beat`.

        Args:
            beat: where to.
            work: tells which planning is under way; real time does not wait for it, and manual time does.

        Raises:
            LostProcess: there is no port at the moment.
        """
        ...

    async def later(self, beats: float) -> None:
        """Wait, aside, for as long as `beats` take."""
        ...

    def left(self, beat: float) -> float | None:
        """Return how many seconds are left until the music is at `beat`; None where it waits for the planner."""
        ...


class LivePace:
    """Real time, by the port's clock."""

    def __init__(self, port: PortLink) -> None:
        self._port = port

    def begin(self, beat: float) -> None:
        """See `Pace.begin`."""

    async def reach(self, beat: float, work: Callable[[], asyncio.Task[None] | None]) -> None:  # noqa: ARG002 - see Pace
        """See `Pace.reach`."""
        while (beats := beat - self._port.beat()) > 0:
            await self._port.news(beats * seconds_per_beat(self._port.tempo))

    async def later(self, beats: float) -> None:
        """See `Pace.later`."""
        await asyncio.sleep(beats * seconds_per_beat(self._port.tempo))

    def left(self, beat: float) -> float | None:
        """See `Pace.left`."""
        return max(0.0, (beat - self._port.beat()) * seconds_per_beat(self._port.tempo))


class ManualPace:
    """Time that moves when the performer waits and all planning is done or itself waits: no test waits for music."""

    def __init__(self, port: PortLink) -> None:
        self._port = port
        self._beat = 0.0
        self._aside: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._slept = asyncio.Event()

    def begin(self, beat: float) -> None:
        """See `Pace.begin`."""
        self._beat = beat

    async def reach(self, beat: float, work: Callable[[], asyncio.Task[None] | None]) -> None:
        """See `Pace.reach`."""
        await self._planned(work)
        while self._aside and self._aside[0][0] <= beat:
            when, _, sleeper = heapq.heappop(self._aside)
            await self._advance(when)
            if not sleeper.done():
                sleeper.set_result(None)
            await asyncio.sleep(0)
            await self._planned(work)
        await self._advance(beat)

    async def later(self, beats: float) -> None:
        """See `Pace.later`."""
        sleeper = asyncio.get_running_loop().create_future()
        heapq.heappush(self._aside, (self._beat + beats, next(self._order), sleeper))
        self._slept.set()
        await sleeper

    def left(self, beat: float) -> float | None:
        """See `Pace.left`."""

    async def _planned(self, work: Callable[[], asyncio.Task[None] | None]) -> None:
        while (task := work()) and not self._sleeping():
            self._slept.clear()
            slept = asyncio.create_task(self._slept.wait())
            await asyncio.wait({task, slept}, return_when=asyncio.FIRST_COMPLETED)
            slept.cancel()

    def _sleeping(self) -> bool:
        return any(not sleeper.done() for _, _, sleeper in self._aside)

    async def _advance(self, beat: float) -> None:
        if beat > self._beat:
            self._port.send(Advance(beat - self._beat))
            self._beat = beat
        while self._port.beat() < self._beat - _NEAR:  # A heartbeat of before the start may be later than it.
            await self._port.news(1.0)
