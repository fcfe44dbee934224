"""A crowd of musicians on a clock of their own: each is a daemon but for its port, and asks a host as daemons do.

What a musician asks for, and when, is the daemon's own code (`live.performance`, `live.planning`, `live.remote_planner`
and all below them). Time is the event loop's, and it runs slower or faster than real time: a thousand musicians at a
tenth of the pace are to two cores what they would be to twenty. Only what comes more slowly is told apart, not what
takes longer: an answer that took real seconds is waited for as many of the musician's.
"""

from __future__ import annotations

import asyncio
import random
import selectors
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from live_composer.live.host_link import HostAddress
from live_composer.live.pace import LivePace
from live_composer.live.performance import Performance
from live_composer.live.plan_source import PLAN_BARS, PlanSource
from live_composer.live.playing import Style
from live_composer.live.remote_planner import RemotePlanner
from live_composer.live.timing import Timing
from live_composer.live.wishes import Wishes
from live_composer.music.metre import COMMON_TIME
from live_composer.music.units import seconds_per_beat
from live_composer.plan.planner import Planner
from live_composer.policy import checkpoint
from live_composer.port.protocol import Start, Stop
from live_composer.wire.messages import Plan, PlanRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

TEMPO = 120.0
SPREAD = 4.0
"""Seconds within which all begin to play: two bars, as long as a plan lasts."""
LONGEST_SELECT = 60.0


class PacedLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock runs at another pace than real time.

    Attributes:
        pace: how many of its seconds pass in a real one; to be changed by `go`.
    """

    def __init__(self) -> None:
        self.pace = 1.0
        self._anchor = (super().time(), 0.0)
        super().__init__(_PacedSelector(self))

    def time(self) -> float:
        real, mine = self._anchor
        return mine + (super().time() - real) * self.pace

    def go(self, pace: float) -> None:
        """Go on at another pace."""
        self._anchor, self.pace = (super().time(), self.time()), pace


class _PacedSelector(selectors.DefaultSelector):
    def __init__(self, loop: PacedLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        return super().select(timeout and min(LONGEST_SELECT, timeout / self._loop.pace))


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run something in a loop whose pace can be changed; return what it returns."""
    with asyncio.Runner(loop_factory=PacedLoop) as runner:
        return runner.run(work)


@dataclass(frozen=True)
class Music:
    """What a crowd plays.

    Attributes:
        model: by name or path.
        book: by name.
        bars: that each plays.
        slider: seconds between two moves of a slider; 0 for none.
    """

    model: str
    book: str = "house"
    bars: int = 8
    slider: float = 0.0

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.bars * COMMON_TIME.beats_per_bar * seconds_per_beat(TEMPO)


@dataclass
class Tally:
    """What became of a crowd.

    Attributes:
        origins: how many sixteenths came from where, as `plan_source.Origin` has it.
        missed: how often a musician ran out of plans.
        there, here: plans of the host, and of musicians' own machines.
        away: why musicians left the host for their own machine, and how often.
        taken: real seconds of each answer of the host.
        failed: requests that the host did not answer with a plan, or not while it was of use.
        melodies: what each musician played, by its number.
    """

    origins: Counter[str] = field(default_factory=Counter[str])
    missed: int = 0
    there: int = 0
    here: int = 0
    away: Counter[str] = field(default_factory=Counter[str])
    taken: list[float] = field(default_factory=list[float])
    failed: int = 0
    melodies: dict[int, list[int]] = field(default_factory=dict[int, list[int]])

    @property
    def own_share(self) -> float:
        """The share of all plans that musicians' own machines made."""
        return self.here / max(1, self.here + self.there)


class OwnMachine:
    """The machine of every musician: one thread here, that is not to be asked often."""

    def __init__(self) -> None:
        self.planner, self.thread = Planner("cpu"), ThreadPoolExecutor(max_workers=1)


class OwnPlanner:
    """What a musician has on its own machine (see `live.planner_link`), without a process of its own."""

    trouble, engine, pid, replaced = "", "numpy", 0, 0

    def __init__(self, machine: OwnMachine) -> None:
        self._machine = machine
        self.timing, self.plans = Timing(), 0

    async def start(self) -> None:
        """Be there."""

    async def close(self) -> None:
        """Be gone."""

    async def ask(self, request: PlanRequest) -> Plan:
        """Return a plan, as late as it would be there."""
        loop = asyncio.get_running_loop()
        plan = await loop.run_in_executor(self._machine.thread, self._machine.planner.answer, request)
        assert isinstance(plan, Plan)
        await _wait_in_full(plan.milliseconds / 1000)
        self.timing.add(plan.milliseconds / 1000, plan.milliseconds / 1000)
        self.plans += 1
        return plan


class QuietPort:
    """A port that nobody hears: it knows the beat, and that is all that is wanted of it."""

    follows, lead_seconds, tempo = False, 0.0, TEMPO

    def __init__(self) -> None:
        self._anchor, self.moves = (0.0, 0.0), False

    def beat(self) -> float:
        """Return where the music is."""
        beat, since = self._anchor
        return beat + (_now() - since) / seconds_per_beat(self.tempo) if self.moves else beat

    def send(self, *commands: object) -> None:
        """Start and stop."""
        for command in commands:
            if isinstance(command, Start | Stop):
                beat = command.beat if isinstance(command, Start) else self.beat()
                self._anchor, self.moves = (beat, _now()), isinstance(command, Start)

    async def recovered(self) -> None:
        """Do not wait: it is never lost."""

    async def news(self, seconds: float) -> None:
        """Wait; nothing else ever happens."""
        await asyncio.sleep(seconds)


class Musician:
    """One of the crowd: a performance with a planner on a host, and another on its own machine."""

    def __init__(self, number: int, address: str, music: Music, machine: OwnMachine, tally: Tally) -> None:
        self._number, self._music, self._tally = number, music, tally
        self._own = OwnPlanner(machine)
        self._wishes = wishes(number, music)
        like = PlanRequest(0, music.model, [], 0, PLAN_BARS * self._wishes.metre.steps_per_bar, book=music.book)
        self._planner = RemotePlanner(HostAddress(address), self._own, like, self._changed)  # type: ignore[arg-type]
        self._planner._host.ask = self._timed(self._planner._host.ask)
        port: Any = QuietPort()
        self._performance = Performance(
            self._wishes, Style(), music.bars, port=port, planner=self._planner, pace=LivePace(port)
        )
        self._performance.on_step = lambda _: tally.origins.update([self._performance.origin])

    async def join(self) -> None:
        """Connect to the host."""
        await self._planner.start()

    async def play(self) -> None:
        """Play to the end, and leave."""
        await asyncio.sleep(random.Random(self._number).uniform(0, SPREAD))
        moving = asyncio.create_task(self._move_sliders())
        self._performance.transport.move("play")
        try:
            await self._performance.play()
        finally:
            moving.cancel()
            self._performance.close()
            await self._planner.close()
        source, tally = self._performance.source, self._tally
        tally.missed += source.missed
        tally.there += self._planner.plans_there
        tally.here += self._own.plans
        tally.melodies[self._number] = source.events(0, source.settled)

    async def _move_sliders(self) -> None:
        chance = random.Random(self._number)
        while self._music.slider:
            await asyncio.sleep(2 * self._music.slider * chance.random())
            if self._performance.transport.state == "playing":
                wished = replace(self._performance.source.wanted_wishes, temperature=chance.uniform(0.9, 1.1))
                self._performance.planning.change(wished)

    def _changed(self) -> None:
        self._tally.away.update([self._planner.away] if self._planner.away else [])

    def _timed(self, ask: Callable[[PlanRequest], Any]) -> Callable[[PlanRequest], Any]:
        async def asked(request: PlanRequest) -> Plan:
            begin = time.perf_counter()
            try:
                plan: Plan = await ask(request)
            except Exception:
                self._tally.failed += 1
                raise
            seconds = time.perf_counter() - begin
            self._tally.taken.append(seconds)
            await _wait_in_full(seconds)
            return plan

        return asked


_ALONE = Planner("cpu")


async def play(
    address: str,
    count: int,
    music: Music,
    pace: float,
    *,
    at_first: Callable[[], object] = lambda: None,
    in_the_middle: Callable[[], object] = lambda: None,
) -> Tally:
    """Have so many musicians join a host, one by one, and then play; return what became of them.

    Args:
        address: of the host.
        count: of the musicians.
        music: what they play.
        pace: of their clock.
        at_first: called when all have joined, and begin.
        in_the_middle: called when half of it is played.
    """
    loop, tally, machine = asyncio.get_running_loop(), Tally(), OwnMachine()
    assert isinstance(loop, PacedLoop)
    machine.planner.warm_up(music.model, music.book)
    musicians = [Musician(number, address, music, machine, tally) for number in range(count)]
    for musician in musicians:
        await musician.join()
    tally.taken.clear()
    at_first()
    loop.go(pace)
    loop.call_later((SPREAD + music.seconds) / 2, in_the_middle)
    await asyncio.gather(*(musician.play() for musician in musicians))
    machine.thread.shutdown()
    return tally


def played_alone(number: int, music: Music) -> list[int]:
    """Return what a musician plays whose plans are there at once, and whose sliders rest."""
    source, planner = PlanSource(wishes(number, music)), _ALONE
    while source.settled < music.bars * source.wishes.metre.steps_per_bar:
        while request := source.wanted():
            plan = planner.answer(request)
            assert isinstance(plan, Plan)
            source.accept(plan)
        source.settle()
    return source.events(0, source.settled)


def wishes(number: int, music: Music) -> Wishes:
    """Return what a musician wishes."""
    vocabulary = checkpoint.load(music.model).shape.vocabulary
    return Wishes(music.model, seed=number, vocabulary=vocabulary, book=music.book)


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _wait_in_full(seconds: float) -> None:
    """Wait what is left of real seconds, so many of which have gone by, when as many of the loop's shall."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, PacedLoop)
    await asyncio.sleep(max(0.0, seconds * (1 - loop.pace)))
