"""A performance: steps are settled and handed to the port in time, and plans are asked for ahead. It never waits."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Literal, Protocol

from live_composer.errors import BadInput, LiveComposerError, LostProcess
from live_composer.live.events import Bar
from live_composer.live.performer import Performer, velocity
from live_composer.live.plan_source import PlanSource, Wishes
from live_composer.live.score import Score, ScoreNote
from live_composer.live.takes import Take
from live_composer.live.timing import MARGIN_SECONDS
from live_composer.live.transport import Transport
from live_composer.music.units import STEPS_PER_BEAT, beats, seconds_per_beat
from live_composer.music.vocabulary import FIRST_PITCH, NOTE_OFF
from live_composer.port.protocol import SetTempo, Start, Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.live.pace import Pace
    from live_composer.live.plan_source import Origin
    from live_composer.live.port_link import PortLink
    from live_composer.live.timing import Timing
    from live_composer.live.values import Values
    from live_composer.wire.messages import Plan, PlanRequest

_FIRST_PLAN_SECONDS = 15.0
_LAST_BEATS = 0.125
"""How long after its last beat the music is stopped: the port ends the last note itself, on time."""


class Planner(Protocol):
    """Who plans.

    Attributes:
        timing: how long answers took.
    """

    timing: Timing

    async def ask(self, request: PlanRequest) -> Plan:
        """Return a plan, however long it takes.

        Raises:
            BadInput: it cannot be planned; the reason.
        """
        ...


class Performance:
    """Music on one port, from its first step to its last.

    Attributes:
        source: what comes next.
        transport: whether it plays.
        performer: makes notes of events.
        score: what was played, note by note.
        take: the same as a melody.
        trouble: why the last plan could not be had; empty when all is well.
        origin: where the last settled event came from.
    """

    def __init__(  # noqa: PLR0913 - what a performance consists of
        self,
        wishes: Wishes,
        channel: int,
        bars: int | None,
        *,
        port: PortLink,
        planner: Planner,
        pace: Pace,
        on_bar: Callable[[Bar], None] = lambda _: None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.source = PlanSource(wishes)
        self.transport = Transport()
        self.performer = Performer(wishes.metre, wishes.vocabulary, channel, wishes.key.shift)
        self.score = Score()
        self.take = Take(wishes.metre, wishes.vocabulary)
        self.trouble = ""
        self.origin: Origin = "plan"
        self._port, self._planner, self._pace = port, planner, pace
        self._on_bar, self._on_change = on_bar, on_change
        self._per_bar = wishes.metre.steps_per_bar
        self._last_step = math.inf if bars is None else bars * self._per_bar
        self._origins: dict[Origin, None] = {}
        self._shift_from = 0
        self._asking: asyncio.Task[None] | None = None
        self._answered = asyncio.Event()
        self._closed = False

    async def play(self) -> None:
        """Play on from where the music stands to its last bar, once the transport counts in.

        To pause or stop, cancel this and call `halt`.

        Raises:
            BadInput: not even the first plan can be made; the planner's reason.
            LostProcess: no first plan came.
        """
        self._ask_ahead()
        await self._first_plan()
        self.transport.move("begin")
        while self.source.settled < self._last_step:
            try:
                await self._perform()
            except LostProcess:
                await self._port.recovered()
                self._go_back(self._port.beat())

    def halt(self, action: Literal["pause", "stop"]) -> None:
        """Release what sounds and stay here, or go back to the start."""
        self.transport.move(action)
        heard = math.ceil(self._port.beat() * STEPS_PER_BEAT)
        self._port.send(Stop())
        self.take.cut(heard)
        self._go_back(self._port.beat() if action == "pause" else 0.0)

    def close(self) -> None:
        """Ask for no more plans."""
        self._closed = True
        self._take_back_question()

    def set_tempo(self, tempo: float) -> None:
        """Change the tempo, now."""
        self._port.send(SetTempo(tempo))

    def change(self, values: Values) -> None:
        """Plan what is still open by other values."""
        self._change(Wishes.of(values, self.source.wishes.vocabulary))

    @property
    def first_open(self) -> int:
        """The first step that a new plan could still reach in time."""
        step_seconds = seconds_per_beat(self._port.tempo) / STEPS_PER_BEAT
        now = math.ceil(self._port.beat() * STEPS_PER_BEAT)
        return max(self.source.settled, now + self._planner.timing.commit_horizon(step_seconds))

    async def _perform(self) -> None:
        """Hand steps over, each a step and a margin before it sounds; the first ones before the port starts."""
        start = beats(self.source.settled)
        while self.source.settled < self._last_step and self._hand_over(self.source.settled) < start:
            self._settle()
        self._port.send(Start(start))
        self._pace.begin(start)
        while self.source.settled < self._last_step:
            await self._pace.reach(self._hand_over(self.source.settled), lambda: self._asking)
            self._settle()
        self._port.send(*self.performer.end(self.source.settled))
        await self._pace.reach(beats(self.source.settled) + _LAST_BEATS, lambda: None)

    def _hand_over(self, step: int) -> float:
        """Return the beat at which a step is handed to the port."""
        return beats(step - 1) - MARGIN_SECONDS / seconds_per_beat(self._port.tempo)

    def _settle(self) -> None:
        step, event, origin = self.source.settle()
        if step >= self._shift_from:
            self.performer.shift = self.source.wishes.key.shift
        self._port.send(*self.performer.play(step, event))
        self._write_down(step, event, origin)
        self.take.add(step, event, self.performer.pitch(event) if event >= FIRST_PITCH else None)
        self.origin = origin
        self._origins[origin] = None
        if self.source.settled % self._per_bar == 0:
            events = self.source.events(self.source.settled - self._per_bar, self.source.settled)
            self._on_bar(Bar(self.source.settled // self._per_bar, events, self.performer.shift, list(self._origins)))
            self._origins = {}
        self._on_change()
        self._ask_ahead()

    def _write_down(self, step: int, event: int, origin: Origin) -> None:
        if event >= FIRST_PITCH:
            pitch, strength = self.performer.pitch(event), velocity(self.source.wishes.metre, step)
            self.score.strike(ScoreNote(step, None, pitch, strength, origin))
        elif event == NOTE_OFF:
            self.score.end(step)

    def _go_back(self, beat: float) -> None:
        """Settle anew what was handed over and not heard by `beat`; the port has released everything."""
        self._take_back_question()
        self.source.rewind(math.ceil(beat * STEPS_PER_BEAT))
        self.performer.forget()
        self.score.cut(self.source.settled)

    def _change(self, wishes: Wishes) -> None:
        """Plan anew from the first step that a new plan can reach in time."""
        first = self.first_open
        self._take_back_question()
        self.source.change(wishes, first)
        self._shift_from = first
        self._ask_ahead()

    async def _first_plan(self) -> None:
        try:
            async with asyncio.timeout(_FIRST_PLAN_SECONDS):
                while not self.source.ready:
                    if self.trouble:
                        raise BadInput(self.trouble)
                    await self._answered.wait()
                    self._answered.clear()
        except TimeoutError as error:
            raise LostProcess(f"No plan came within {_FIRST_PLAN_SECONDS:g} s; the machine may be too busy.") from error

    def _ask_ahead(self) -> None:
        """Ask for the next plan, if one is wanted and none is asked for."""
        if self._asking is None and not self._closed and (request := self.source.wanted()):
            self._asking = asyncio.create_task(self._ask(request))
            self._asking.add_done_callback(self._asked)

    async def _ask(self, request: PlanRequest) -> None:
        try:
            plan = await self._planner.ask(request)
            if not self.source.accept(plan):
                raise BadInput("The planner answered something else than what it was asked.")
            self.trouble = ""
            self._answered.set()
        except LiveComposerError as error:
            self.trouble = str(error)
            self.source.ask_anew()
            self._answered.set()
            await self._pace.later(beats(self._per_bar))

    def _asked(self, task: asyncio.Task[None]) -> None:
        if self._asking is task:
            self._asking = None
            self._ask_ahead()

    def _take_back_question(self) -> None:
        if self._asking:
            self._asking.cancel()
            self._asking = None
            self.source.ask_anew()
