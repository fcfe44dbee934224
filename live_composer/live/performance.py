"""A performance: steps are settled and handed to the port in time. It never waits for a plan but the first."""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Literal, NamedTuple

from live_composer.errors import BadInput, LostProcess
from live_composer.live.click import clicks
from live_composer.live.events import Bar
from live_composer.live.performer import Performer
from live_composer.live.planning import Planner, Planning
from live_composer.live.timing import MARGIN_SECONDS
from live_composer.live.transport import Transport
from live_composer.music.units import STEPS_PER_BEAT, beats, first_step, seconds_per_beat
from live_composer.music.vocabulary import HOLD, NOTE_OFF
from live_composer.port.protocol import Cancel, Notes, Start, Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.live.pace import Pace
    from live_composer.live.plan_source import Origin, PlanSource
    from live_composer.live.playing import Style
    from live_composer.live.port_link import PortLink
    from live_composer.live.wishes import Wishes

_HANDED_OVER = 4
"""At most so many steps have been handed to the port, and not been heard."""
_LAST_BEATS = 0.125
"""How long after its last beat the music is stopped: the port ends the last note itself, on time."""


class Played(NamedTuple):
    """What was planned, what was played of it, and up to which step it was heard."""

    source: PlanSource
    performer: Performer
    heard: int


class Performance:
    """Music on one port, from its first step to its last.

    Attributes:
        planning, source: what comes next.
        transport: whether it plays.
        performer: makes notes of events, and knows what was played.
        origin: where the last settled event came from.
        bars_played: the number of the last bar that was begun.
        before: what was played when it was stopped last.
        count_in: bars to count before the music starts, if its clock is ours.
        click: the MIDI channel that clicks as it is counted, from 1; 0 for none.
        on_step: called with the beat whenever a step was settled.
    """

    def __init__(  # noqa: PLR0913 - what a performance consists of
        self,
        wishes: Wishes,
        style: Style,
        bars: int | None,
        *,
        port: PortLink,
        planner: Planner,
        pace: Pace,
        on_bar: Callable[[Bar], None] = lambda _: None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.planning = Planning(wishes, planner, port, pace, self._wishes_changed)
        self.source = self.planning.source
        self.transport = Transport()
        self.performer = Performer(wishes, style, port.tempo)
        self.before = Played(self.source, self.performer, 0)
        self.origin: Origin = "plan"
        self.bars_played = 0
        self.count_in = self.click = 0
        self.on_step: Callable[[float], None] = lambda _: None
        self._port, self._pace = port, pace
        self._on_bar, self._on_change = on_bar, on_change
        self._bars = math.inf if bars is None else bars
        self._origins: dict[Origin, None] = {}
        self._wishes_from = 0
        self._armed: int | None = None
        self._told_to = 0
        """Where the last bar ends that was told; after a stop within a bar its end is settled once more."""

    async def play(self) -> None:
        """Play on from where the music stands to its last bar, once the transport counts in.

        To pause or stop, cancel this and call `halt`.

        Raises:
            BadInput: not even the first plan of all can be made; the planner's reason.
            LostProcess: it did not come.
        """
        moved = self.transport.state == "playing"
        if self._port.follows and not moved and first_step(self._port.beat()) != self.source.settled:
            self.jump(self._port.beat())
        try:
            await self.planning.first_plan()
        except (BadInput, LostProcess):
            if not moved:
                raise
            # It was playing: where a clock put it, it does without a plan as anywhere else.
        while not self._over:
            try:
                await self._port.recovered()
                await self._start()
                await self._perform()
            except LostProcess:
                await self._port.recovered()
                self._go_back(self._port.beat())

    def is_armed(self, beat: float) -> bool:
        """Say whether what begins at a beat was handed over, and nothing of it was heard yet.

        A leader that stands still may say again where it is; what is handed over waits until it goes.
        """
        armed = self._armed == first_step(beat)
        if not armed or self._port.moves:
            self._armed = None
        return armed

    def goes_back(self, beat: float) -> bool:
        """Say whether a beat lies before what was handed over last, and so was played already."""
        return self.source.settled - first_step(beat) > _HANDED_OVER

    def jump(self, beat: float) -> None:
        """Be where the clock is; cancel `play` before, and play anew after.

        Where it only stopped, the same music goes on from there when it does.
        """
        step = first_step(beat)
        self._port.send(Cancel(0.0))
        if 0 <= self.source.settled - step <= _HANDED_OVER:
            self._go_back(beat)
            return
        self.planning.take_back()
        if step:
            self.source.begin_at(step)
        else:
            self.source.restart()
        self.performer.forget()
        self.performer.score.cut(step)
        self._wishes_from, self._told_to = 0, step

    def halt(self, action: Literal["pause", "stop"]) -> None:
        """Release what sounds and stay here, or go back to the start."""
        self.transport.move(action)
        beat = self._port.beat()
        self._port.send(Stop())
        self._go_back(beat)
        if action == "stop":
            self.before = Played(copy.copy(self.source), self.performer.copy(), self.source.settled)
            self.source.restart()
            self._wishes_from = self._told_to = 0

    def close(self) -> None:
        """Ask for no more plans."""
        self.planning.close()

    @property
    def played(self) -> Played:
        """What may be kept: while it is stopped, what was played before."""
        if self.transport.state == "stopped":
            return self.before
        # A clock that is followed may go on while it is paused.
        heard = min(first_step(self._port.beat()), self.source.settled)
        return Played(self.source, self.performer, heard)

    @property
    def goes(self) -> bool:
        """Whether beats of the music go by, or of what counts it in: a clock that is followed may stand still."""
        goes = self._port.clock.rolling if self._port.follows else self._port.playing
        return goes and self.transport.state in {"playing", "counting in"}

    @property
    def _over(self) -> bool:
        return self.source.bars.at(self.source.settled).number > self._bars

    async def _start(self) -> None:
        """Start the port: with the first steps handed over before, or with a count-in if the clock is ours."""
        counts_in = self.transport.state == "counting in" and self.source.settled == 0 and not self._port.follows
        if counts_in and self.count_in:
            await self._count_in()
            self.transport.move("begin")
            return
        if self.transport.state == "counting in":
            self.transport.move("begin")
        start = beats(self.source.settled)
        while not self._over and self._hand_over(self.source.settled) < start:
            self._settle()
        waits = self._port.follows and not self._port.moves
        self._armed = round(start * STEPS_PER_BEAT) if waits else None
        self._start_port(start)

    async def _count_in(self) -> None:
        """Start the port some bars before the music, with clicks, and wait until its first step must be handed over."""
        metre = self.source.wishes.metre
        if self.click:
            self._port.send(Notes(clicks(metre, self.count_in, self.click)))
        self._start_port(-self.count_in * metre.beats_per_bar)
        await self._pace.reach(self._hand_over(0), lambda: self.planning.asking)

    def _start_port(self, beat: float) -> None:
        self._port.send(Start(beat))
        self._pace.begin(beat)
        self._on_change()

    async def _perform(self) -> None:
        """Hand steps over, each a step and a margin before it sounds."""
        while not self._over:
            await self._pace.reach(self._hand_over(self.source.settled), lambda: self.planning.asking)
            self._settle()
        last = self.source.settled
        self._port.send(*self.performer.end(last, self.source.bars.at(last)))
        await self._pace.reach(beats(last) + _LAST_BEATS, lambda: None)

    def _hand_over(self, step: int) -> float:
        """Return the beat at which a step is handed to the port."""
        ahead = MARGIN_SECONDS + self._port.lead_seconds
        return beats(step - 1) - ahead / seconds_per_beat(self._port.tempo)

    def _is_gone(self, step: int) -> bool:
        """Say whether a step would sound late: then nothing begins with it."""
        return self._port.moves and beats(step) < self._port.beat()

    def _settle(self) -> None:
        step, event, origin = self.source.settle()
        bar, performer = self.source.bars.at(step), self.performer
        if step >= self._wishes_from:
            performer.wishes = self.source.wishes
        performer.tempo = self._port.tempo
        played = NOTE_OFF if self._is_gone(step) and event != HOLD else event
        until = self.source.until(step)
        self._port.send(*performer.play(step, played, bar, until=until, origin=origin))
        self.origin, self.bars_played = origin, bar.number
        self._origins[origin] = None
        if self.source.settled == bar.end > self._told_to:
            self._told_to = bar.end
            events = self.source.events(bar.begin, bar.end)
            self._on_bar(Bar(bar.number, events, performer.wishes.key.shift, list(self._origins)))
            self._origins = {}
        self.on_step(self._port.beat())
        self._on_change()
        self.planning.ask_ahead()

    def _go_back(self, beat: float) -> None:
        """Settle anew what was handed over and not heard by `beat`; the port has released everything."""
        self.planning.take_back()
        self.source.rewind(max(0, first_step(beat)))
        self.performer.forget()
        self.performer.score.cut(self.source.settled)

    def _wishes_changed(self) -> None:
        """Leave the key as it is up to where new plans begin."""
        if self.source.settled >= self._wishes_from:
            self._wishes_from = self.planning.first_open
