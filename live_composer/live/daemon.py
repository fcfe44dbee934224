"""The daemon: the one place where the live processes and parts are made, joined, and ended."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from live_composer.errors import AlreadyRunning, LostProcess
from live_composer.live.desk import Desk
from live_composer.live.events import Bar, Event, Opened, Stopped, Trouble
from live_composer.live.pace import LivePace, ManualPace
from live_composer.live.performance import Performance
from live_composer.live.planner_link import PlannerLink
from live_composer.live.playing import Style
from live_composer.live.port_link import PortLink
from live_composer.live.recording import Recording
from live_composer.live.screens import Screens
from live_composer.live.takes import Takes
from live_composer.live.values import Values
from live_composer.live.view import View
from live_composer.live.wishes import Wishes
from live_composer.music.units import STEPS_PER_BEAT
from live_composer.music.vocabulary import DEFAULT, Vocabulary
from live_composer.wire import channel, daemons
from live_composer.wire.messages import Hello
from live_composer.wire.screen import Set

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
    from pathlib import Path

    from live_composer.config import Device
    from live_composer.port.protocol import ClockName, Reply
    from live_composer.wire.screen import Command, Frame

_FIGURES_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What to play, and where.

    Attributes:
        target: the port, as `port.protocol.Open` takes it.
        values: of all parameters.
        vocabulary: what the model's events mean.
        bars: how many; None for no end.
        record: where to write what was played.
        device: where to plan.
        clock: `manual` plays as fast as it can, in the same order.
    """

    target: str | None
    values: Values = field(default_factory=Values)
    vocabulary: Vocabulary = DEFAULT
    bars: int | None = None
    record: Path | None = None
    device: Device = "auto"
    clock: ClockName = "internal"


class Daemon:
    """Plays one port until its bars are over or it is told to stop.

    Attributes:
        port, planner: the links to the two child processes.
        performance: the music.
        values: of all parameters.
        takes, recording: what was kept of it.
        troubles: what does not work now, by what it is; empty reasons where all is well.
    """

    def __init__(
        self,
        setup: Setup,
        on_event: Callable[[Event], None] = lambda _: None,
        on_reply: Callable[[Reply], None] = lambda _: None,
    ) -> None:
        """Join the parts; must be called in the loop that will run them.

        Args:
            setup: what to play.
            on_event: called in the loop with what happens; must not block.
            on_reply: called with all that the port says.
        """
        self._setup, self._on_event = setup, on_event
        self._quit = asyncio.Event()
        self._playing: asyncio.Task[None] | None = None
        self._error: BaseException | None = None
        self.troubles = {"planner": "", "port": "", "recording": ""}
        self.values = values = setup.values
        self.port = PortLink(setup.target, values.number("tempo"), setup.clock, on_reply, self._changed)
        self.planner = PlannerLink(values.word("model"), setup.device, on_trouble=self._changed)
        self.performance = Performance(
            Wishes.of(values, setup.vocabulary),
            Style.of(values),
            setup.bars,
            port=self.port,
            planner=self.planner,
            pace=ManualPace(self.port) if setup.clock == "manual" else LivePace(self.port),
            on_bar=self._bar_played,
            on_change=self._changed,
        )
        self.performance.count_in = values.whole("count-in")
        self.takes = Takes()
        self.recording = (
            Recording(setup.record, self.port.tempo, self.performance.source.wishes.metre, self._changed)
            if setup.record
            else None
        )
        self.desk = Desk(values, self.performance, self.takes, self.port, transport=self._move)
        self._screens = Screens(self._frame, self.ask)

    async def run(self) -> Stopped:
        """Start everything, play, and end everything; return how it went.

        Raises:
            NoPort: the port is missing, ambiguous or taken.
            AlreadyRunning: another daemon plays to it.
            BadInput: the planner cannot plan this.
            CannotWrite: the take could not be written.
            LostProcess: a process does not start.
        """
        # Started from top to bottom, ended from bottom to top: whatever fails, no note is left sounding.
        async with contextlib.AsyncExitStack() as stack:
            stack.enter_context(_signals(self.quit))
            stack.push_async_callback(self.planner.close)
            stack.push_async_callback(self.port.close)
            await _together(self.port.open(), self.planner.start())
            socket = await stack.enter_async_context(self._serve_screens())
            stack.callback(self.performance.close)
            if self.recording:
                stack.push_async_callback(self.recording.close)
            self._on_event(self._opened(socket))
            self._play()
            await self._quit.wait()
            await self._finish()
        if self._error:
            raise self._error
        stopped = self._stopped()
        self._on_event(stopped)
        return stopped

    def quit(self) -> None:
        """Stop playing, and end."""
        self._quit.set()

    @contextlib.asynccontextmanager
    async def _serve_screens(self) -> AsyncGenerator[Path]:
        """Listen for screens on a socket named after the port, so that a port has one daemon."""
        name = self.port.opened.port
        words = f"{name}-{os.getpid()}" if self.port.opened.backend == "null" else name
        path = daemons.address(words)
        self._view = View(self, path)
        try:
            async with channel.serve(path, Hello("daemon"), self._screens.converse):
                yield path
        except AlreadyRunning as error:
            raise AlreadyRunning(f"Another live-composer plays to {name}; stop that one first.") from error

    def _play(self) -> None:
        self.performance.transport.move("play")
        self._playing = asyncio.create_task(self.performance.play())
        self._playing.add_done_callback(self._played)

    def _played(self, playing: asyncio.Task[None]) -> None:
        if not playing.cancelled():
            self._error = playing.exception()
            self.quit()

    def _halt(self, action: Literal["pause", "stop"]) -> None:
        heard = math.ceil(self.port.beat() * STEPS_PER_BEAT)
        bar = self.performance.source.bars.at(max(0, heard - 1))
        self.performance.halt(action)
        if self.recording:
            self.recording.halt(bar, self.performance.performer.score, back=action == "stop")
        if action == "stop":
            self.performance.performer.score.clear()
        if self._playing:
            self._playing.cancel()

    async def _finish(self) -> None:
        """Stop playing, and wait for the port's last figures."""
        if self.performance.transport.state != "stopped":
            self._halt("stop")
            with contextlib.suppress(LostProcess):
                await self.port.news(_FIGURES_SECONDS)

    def _bar_played(self, bar: Bar) -> None:
        if self.recording:
            source, score = self.performance.source, self.performance.performer.score
            self.recording.bar(source.bars.at(source.settled - 1), self.port.tempo, score)
        self._on_event(bar)

    def ask(self, asked: Set | Command) -> str:
        """Do what somebody asks for; return what there is to say of it.

        Raises:
            LiveComposerError: it cannot be done; the reason.
        """
        return self.desk.set(asked) if isinstance(asked, Set) else self.desk.obey(asked)

    def _frame(self) -> Frame:
        return self._view.frame()

    def _move(self, move: str) -> None:
        match move:
            case "play":
                self._play()
            case "pause" | "stop":
                self._halt(move)
            case _:
                self.quit()

    def _changed(self) -> None:
        """Have what changed shown: frames to screens, and troubles to whoever started us."""
        troubles = {
            "planner": self.performance.planning.trouble or self.planner.trouble,
            "port": self.port.trouble,
            "recording": self.recording.trouble if self.recording else "",
        }
        for what, reason in troubles.items():
            if reason != self.troubles[what]:
                self._on_event(Trouble(what, reason))
        self.troubles = troubles
        self._screens.changed()

    def _opened(self, socket: Path) -> Opened:
        opened = self.port.opened
        return Opened(opened.port, opened.backend, opened.virtual, self.planner.engine, str(socket))

    def _stopped(self) -> Stopped:
        heartbeat, performance, record = self.port.heartbeat, self.performance, self._setup.record
        return Stopped(
            bars=performance.bars_played,
            notes=performance.performer.notes,
            late_p50_ms=heartbeat.late_p50_ms,
            late_p99_ms=heartbeat.late_p99_ms,
            late_max_ms=heartbeat.late_max_ms,
            dropped=heartbeat.dropped,
            missed_plans=performance.source.missed,
            planners_replaced=self.planner.replaced,
            ports_replaced=self.port.replaced,
            recording=str(record) if record else None,
        )


async def _together(*starts: Coroutine[None, None, None]) -> None:
    """Start several things at once; when one fails, give up the others and raise its error."""
    tasks = [asyncio.create_task(start) for start in starts]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


@contextlib.contextmanager
def _signals(stop: Callable[[], None]) -> Generator[None]:
    """Stop on Ctrl-C, SIGTERM and a closed terminal; when Ctrl-C comes again, at once."""
    loop = asyncio.get_running_loop()
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in (getattr(signal, name) for name in names)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def handle(_number: int, _frame: object) -> None:
        restore()
        loop.call_soon_threadsafe(stop)

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        restore()
