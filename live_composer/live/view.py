"""The view: what a screen draws of a daemon, gathered from its parts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from live_composer.live.cpu import Cpu
from live_composer.live.verdict import Verdict
from live_composer.music.units import STEPS_PER_BEAT, beats, first_step
from live_composer.music.vocabulary import FIRST_PITCH, HOLD
from live_composer.wire.messages import LONGEST_HORIZON
from live_composer.wire.screen import ClockView, Frame, Notice, PlannerView, PortView, RuleView, SeenNote

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.live.daemon import Daemon

_SHOWN_BARS = 4
"""Bars before the one that sounds."""


class View:
    """Looks at the parts of a daemon, and changes nothing."""

    def __init__(self, daemon: Daemon, address: Path) -> None:
        self._daemon = daemon
        self._values, self._performance = daemon.values, daemon.performance
        self._port, self._planner = daemon.port, daemon.planner
        self._address = str(address)
        self._verdict = Verdict()
        self._cpu = Cpu()

    def frame(self) -> Frame:
        """Return the state now."""
        performance, source, desk = self._performance, self._performance.source, self._daemon.desk
        beat = self._port.beat()
        bar = source.bars.at(int(beat * STEPS_PER_BEAT))
        heard = first_step(beat)
        pids = {"daemon": os.getpid(), "planner": self._planner.pid, "port": self._port.pid}
        return Frame(
            transport=performance.transport.state,
            beat=beat,
            bar=bar.number,
            bar_line=bar.begin,
            values=self._values.all(),
            heard=heard,
            open=performance.planning.first_open,
            notes=self._notes(bar.begin - _SHOWN_BARS * bar.metre.steps_per_bar),
            origin=performance.origin,
            rules=self._rules(heard),
            clock=self._clock(),
            port=self._port_view(),
            planner=self._planner_view(),
            own=desk.ears.seen(beats(bar.begin) - _SHOWN_BARS * bar.metre.beats_per_bar),
            takes=self._daemon.takes.views,
            notices=self._notices(),
            chord=sorted(performance.source.wanted_wishes.chord),
            listening=desk.listening.state,
            learning=desk.knobs.learning,
            controls=desk.knobs.controls,
            undo=self._values.undo_name,
            played_notes=performance.performer.notes,
            cpu=self._cpu.shares(pids),
            address=self._address,
        )

    def _notes(self, first: int) -> list[SeenNote]:
        """Return the notes from `first` on: those that were settled as they sound, then those that are planned."""
        performance, source = self._performance, self._performance.source
        planned = source.events(source.settled, source.settled + LONGEST_HORIZON)
        struck = [offset for offset, event in enumerate(planned) if event != HOLD]
        ends = [source.settled + offset for offset in [*struck, len(planned)]]
        notes = [
            SeenNote(note.step, max(1, (note.end or ends[0]) - note.step), note.pitch, note.velocity, note.origin)
            for note in performance.performer.score.since(max(0, first))
        ]
        return notes + [
            SeenNote(source.settled + offset, end - source.settled - offset, performance.performer.pitch(event))
            for offset, end in zip(struck, ends[1:], strict=True)
            if (event := planned[offset]) >= FIRST_PITCH
        ]

    def _rules(self, heard: int) -> list[RuleView]:
        values, said = self._values, self._verdict.of(self._performance.source, heard)
        off = self._performance.planning.off
        return [
            RuleView(
                name,
                weight,
                *said.marks(name),
                muted=values.is_muted(name),
                solo=values.solo == name,
                off=off.get(name, ""),
            )
            for name, weight in values.weights.items()
        ]

    def _clock(self) -> ClockView:
        clock, follows = self._port.clock, self._port.follows
        rolling = clock.rolling if follows else self._performance.transport.state == "playing"
        return ClockView(clock.source, clock.status, self._port.tempo, clock.phase_ms, rolling, clock.peers)

    def _port_view(self) -> PortView:
        port, heartbeat = self._port, self._port.heartbeat
        return PortView(
            name=port.opened.port,
            backend=port.opened.backend,
            virtual=port.opened.virtual,
            trouble=port.trouble,
            input=port.listening.port if port.listening else "",
            input_trouble=port.listening.trouble if port.listening else "",
            late_ms={"p50": heartbeat.late_p50_ms, "p99": heartbeat.late_p99_ms, "max": heartbeat.late_max_ms},
            sounding=heartbeat.sounding,
            sent=heartbeat.sent,
            dropped=heartbeat.dropped,
            replaced=port.replaced,
        )

    def _planner_view(self) -> PlannerView:
        planner, timing = self._planner, self._planner.timing
        return PlannerView(
            engine=planner.engine,
            where=planner.where,
            trouble=self._performance.planning.trouble or planner.trouble,
            round_trip_ms=1000 * timing.round_trip_99,
            planning_ms=1000 * timing.planning_99,
            horizon=self._performance.planning.horizon,
            age_s=timing.age,
            plans=planner.plans,
            elsewhere=planner.plans_there,
            missed=self._performance.source.missed,
            replaced=planner.replaced,
        )

    def _notices(self) -> list[Notice]:
        troubles = [Notice(what, reason) for what, reason in self._daemon.troubles.items() if reason]
        return [*self._daemon.notices.passed, *troubles]
