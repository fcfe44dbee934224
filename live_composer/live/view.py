"""The view: what a screen draws of a daemon, gathered from its parts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from live_composer.music.units import STEPS_PER_BEAT, seconds_per_beat
from live_composer.music.vocabulary import FIRST_PITCH, HOLD
from live_composer.wire.messages import LONGEST_HORIZON
from live_composer.wire.screen import ClockView, Frame, Notice, PlannerView, PortView, RuleView, SeenNote

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.live.performance import Performance
    from live_composer.live.planner_link import PlannerLink
    from live_composer.live.port_link import PortLink
    from live_composer.live.values import Values

_SHOWN_BARS = 4
"""Bars before the one that sounds."""


class View:
    """Looks at the parts of a daemon, and changes nothing."""

    def __init__(
        self, values: Values, performance: Performance, port: PortLink, planner: PlannerLink, address: Path
    ) -> None:
        self._values, self._performance, self._port, self._planner = values, performance, port, planner
        self._address = str(address)

    def frame(self) -> Frame:
        """Return the state now."""
        performance, source = self._performance, self._performance.source
        beat, per_bar = self._port.beat(), source.wishes.metre.steps_per_bar
        heard = math.ceil(beat * STEPS_PER_BEAT)
        bar_line = int(beat * STEPS_PER_BEAT) // per_bar * per_bar
        return Frame(
            transport=performance.transport.state,
            beat=beat,
            bar=bar_line // per_bar + 1,
            bar_line=bar_line,
            values=self._values.all(),
            heard=heard,
            open=performance.first_open,
            notes=self._notes(bar_line - _SHOWN_BARS * per_bar),
            origin=performance.origin,
            rules=self._rules(),
            clock=ClockView(tempo=self._port.tempo),
            port=self._port_view(),
            planner=self._planner_view(),
            notices=self._notices(),
            undo=self._values.undo_name,
            played_notes=performance.performer.notes,
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
            for note in performance.score.since(max(0, first))
        ]
        return notes + [
            SeenNote(source.settled + offset, end - source.settled - offset, performance.performer.pitch(event))
            for offset, end in zip(struck, ends[1:], strict=True)
            if (event := planned[offset]) >= FIRST_PITCH
        ]

    def _rules(self) -> list[RuleView]:
        return [RuleView(name, weight) for name, weight in self._values.weights.items()]

    def _port_view(self) -> PortView:
        port, heartbeat = self._port, self._port.heartbeat
        return PortView(
            name=port.opened.port,
            backend=port.opened.backend,
            virtual=port.opened.virtual,
            trouble=port.trouble,
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
            trouble=self._performance.trouble or planner.trouble,
            round_trip_ms=1000 * timing.round_trip_99,
            planning_ms=1000 * timing.planning_99,
            horizon=timing.commit_horizon(seconds_per_beat(self._port.tempo) / STEPS_PER_BEAT),
            age_s=timing.age,
            plans=timing.plans,
            missed=self._performance.source.missed,
            replaced=planner.replaced,
        )

    def _notices(self) -> list[Notice]:
        troubles = {"port": self._port.trouble, "planner": self._performance.trouble or self._planner.trouble}
        return [Notice(what, reason) for what, reason in troubles.items() if reason]
