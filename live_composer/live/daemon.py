"""The daemon: the one place where the live processes and parts are made, joined, and ended."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
from typing import TYPE_CHECKING

from live_composer.errors import AlreadyRunning, LiveComposerError
from live_composer.live import osc
from live_composer.live.catalogue import catalogue
from live_composer.live.desk import Desk
from live_composer.live.events import Bar, Event, Opened, Stopped, Trouble
from live_composer.live.lifecycle import signals, together
from live_composer.live.notices import Notices
from live_composer.live.pace import LivePace, ManualPace
from live_composer.live.performance import Performance
from live_composer.live.plan_source import PLAN_BARS
from live_composer.live.planner_link import PlannerLink
from live_composer.live.playing import Style
from live_composer.live.port_link import PortLink
from live_composer.live.reasons import reasons
from live_composer.live.recording import Recording
from live_composer.live.remote_planner import STALL_SECONDS, RemotePlanner
from live_composer.live.screens import Screens
from live_composer.live.setup import Setup
from live_composer.live.stage import Stage
from live_composer.live.takes import Takes
from live_composer.live.view import View
from live_composer.live.wishes import Wishes
from live_composer.music.metre import COMMON_TIME
from live_composer.music.units import first_step
from live_composer.port.protocol import ClockState, Heard
from live_composer.wire import channel, daemons
from live_composer.wire.messages import Hello, PlanRequest
from live_composer.wire.screen import Set

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    from live_composer.port.protocol import Reply
    from live_composer.wire.catalogue import Catalogue
    from live_composer.wire.screen import Command, Frame, Reasons

__all__ = ["Daemon", "Setup"]


class Daemon:
    """Plays one port until its bars are over or it is told to stop.

    Attributes:
        port, planner: the links to the two child processes.
        performance: the music.
        values: of all parameters.
        takes, recording: what was kept of it.
        desk: steers it all.
        troubles: what does not work now, by what it is; empty reasons where all is well.
        notices: what passed and was worth a word.
        osc_port: the UDP port on which OSC is heard; 0 where it is not.
        on_asked: called with all that somebody asks for, and why it was refused, if it was.
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
        self._setup, self._on_event, self._on_reply = setup, on_event, on_reply
        self._quit = asyncio.Event()
        self.troubles: dict[str, str] = {}
        self.osc_port = 0
        self.on_asked: Callable[[Set | Command, str], None] = lambda _asked, _refused: None
        self.notices = Notices(self._changed)
        self.values = values = setup.values
        self.port = PortLink(setup.request, self._port_said, self._changed)
        self.planner = self._make_planner(setup)
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
        self.performance.count_in, self.performance.click = values.whole("count-in"), values.whole("click")
        self.takes = Takes()
        metre, key = self.performance.source.wishes.metre, self.performance.performer.key
        self.recording = Recording(setup.record, self.port.tempo, metre, key, self._changed) if setup.record else None
        self._stage = Stage(self.performance, self.port, self.recording, self.quit)
        self.desk = Desk(
            values,
            self.performance,
            self.takes,
            self.port,
            self.notices,
            transport=self._move,
            plugins=setup.plugins,
        )
        self.performance.on_step = self.desk.ears.tick
        self._screens = Screens(self._frame, self.ask, {"why": self._why, "catalogue": self._catalogue})

    def _make_planner(self, setup: Setup) -> PlannerLink | RemotePlanner:
        model, book = setup.values.word("model"), setup.values.word("book")
        here = PlannerLink(model, book, plugins=setup.plugins, device=setup.device, on_trouble=self._changed)
        if not setup.host:
            return here
        like = PlanRequest(0, model, [], 0, PLAN_BARS * COMMON_TIME.steps_per_bar, book=book)
        stall = math.inf if setup.clock == "manual" else STALL_SECONDS
        return RemotePlanner(setup.host, here, like, self._changed, stall=stall)

    async def run(self) -> Stopped:
        """Start everything, play, and end everything; return how it went.

        Raises:
            NoPort: the port is missing, ambiguous or taken.
            AlreadyRunning: another daemon plays to it.
            BadInput: the planner cannot plan this.
            CannotWrite: the recording could not be written.
            LostProcess: a process does not start.
        """
        # Started from top to bottom, ended from bottom to top: whatever fails, no note is left sounding.
        async with contextlib.AsyncExitStack() as stack:
            stack.enter_context(signals(self.quit))
            stack.push_async_callback(self.planner.close)
            stack.push_async_callback(self.port.close)
            await together(self.port.open(), self.planner.start())
            socket = await stack.enter_async_context(self._serve_screens())
            if self._setup.osc is not None:
                self.osc_port = await stack.enter_async_context(osc.serving(self._setup.osc, self.values, self.ask))
            stack.callback(self.performance.close)
            if self.recording:
                stack.push_async_callback(self.recording.close)
            self._on_event(self._opened(socket))
            if self._setup.playing:
                self._stage.play()
            await self._quit.wait()
            await self._stage.finish()
        if self._stage.error:
            raise self._stage.error
        stopped = self._stopped()
        self._on_event(stopped)
        return stopped

    def quit(self) -> None:
        """Stop playing, and end."""
        self._quit.set()

    def ask(self, asked: Set | Command) -> str:
        """Do what somebody asks for; return what there is to say of it.

        Raises:
            LiveComposerError: it cannot be done; the reason.
        """
        refused = ""
        try:
            return self.desk.set(asked) if isinstance(asked, Set) else self.desk.obey(asked)
        except LiveComposerError as error:
            refused = str(error)
            raise
        finally:
            self.on_asked(asked, refused)

    @contextlib.asynccontextmanager
    async def _serve_screens(self) -> AsyncGenerator[Path]:
        """Listen for screens on a socket named after the port, so that a port has one daemon."""
        name = self.port.opened.port
        path = daemons.address(f"{name}-{os.getpid()}" if self.port.opened.backend == "null" else name)
        self._view = View(self, path)
        try:
            async with channel.serve(path, Hello("daemon"), self._screens.converse):
                yield path
        except AlreadyRunning as error:
            raise AlreadyRunning(f"Another live-composer plays to {name}; stop that one first.") from error

    def _move(self, move: str) -> None:
        match move:
            case "play":
                self.desk.listening.begin()
                if self.performance.transport.state == "stopped":
                    self.takes.begin_anew()
                self._stage.play()
            case "pause" | "stop":
                self.desk.listening.reset()
                self._stage.halt(move)
            case _:
                self.quit()

    def _port_said(self, reply: Reply) -> None:
        match reply:
            case Heard(messages):
                for message in messages:
                    self.desk.hear(message)
                self._changed()
            case ClockState(moved=True, beat=beat):
                self.desk.listening.moved()
                if self.performance.goes_back(beat):
                    self.takes.begin_anew()
                self._stage.clock_moved(beat, self.port.left)
            case _:
                pass
        self._on_reply(reply)

    def _bar_played(self, bar: Bar) -> None:
        self._stage.bar_played()
        self.desk.look_at_files()
        self._on_event(bar)

    def _changed(self) -> None:
        """Have what changed shown: frames to screens, and troubles to whoever started us."""
        before, self.troubles = self.troubles, self._troubles()
        for what in {**before, **self.troubles}:
            if (reason := self.troubles.get(what, "")) != before.get(what, ""):
                self._on_event(Trouble(what, reason))
        self._screens.changed()

    def _troubles(self) -> dict[str, str]:
        heard, planning = self.port.listening, self.performance.planning
        return {
            "planner": planning.trouble or self.planner.trouble,
            "host": self.planner.away,
            "port": self.port.trouble,
            "input": heard.trouble if heard else "",
            "recording": self.recording.trouble if self.recording else "",
            "rules": " ".join(planning.notices),
            **{f"rule {rule}": f"The rule {rule} is off: {reason}." for rule, reason in planning.off.items()},
        }

    def _frame(self) -> Frame:
        return self._view.frame()

    async def _why(self, command: Command) -> Reasons:
        heard = first_step(self.port.beat())
        return await reasons(self.performance, self.planner, command.value, heard, command.ticket)

    async def _catalogue(self, command: Command) -> Catalogue:
        setup = self._setup
        return await catalogue(self.desk.knobs.presets, setup.plugins, setup.options, command.ticket)

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
