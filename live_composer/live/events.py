"""What a daemon has to tell whoever started it, as it happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from live_composer.live.plan_source import Origin


@dataclass(frozen=True, slots=True)
class Opened:
    """The port is open, and music begins.

    Attributes:
        port: its full name.
        backend: what sends, such as `jack` or `rtmidi`.
        virtual: the port was made by us, and sounds when something is connected to it.
        engine: what plans, such as `numpy`.
        socket: where screens connect.
    """

    port: str
    backend: str
    virtual: bool
    engine: str
    socket: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar was settled, a step before it ends.

    Attributes:
        number: from 1.
        events: in the key's home.
        shift: semitones from there to what sounds.
        origins: where its events came from, in order of appearance.
    """

    number: int
    events: list[int]
    shift: int
    origins: list[Origin]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something failed and the music goes on as well as it can; or, with no reason, all is well again.

    Attributes:
        what: `planner`, `host`, `port`, `input`, `recording`, `rules` (their files) or `rule NAME`.
        reason: in one sentence.
    """

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The music is over.

    Attributes:
        bars: how many were played, the last one perhaps in part.
        notes: how many were struck.
        late_p50_ms, late_p99_ms, late_max_ms: how late messages left.
        dropped: notes that came too late to be played at all.
        missed_plans: how often a plan was not there in time.
        planners_replaced, ports_replaced: how often a process was lost and another one started.
        recording: the file that holds what was played, if one was asked for.
    """

    bars: int
    notes: int
    late_p50_ms: float
    late_p99_ms: float
    late_max_ms: float
    dropped: int
    missed_plans: int
    planners_replaced: int
    ports_replaced: int
    recording: str | None


Event: TypeAlias = Opened | Bar | Trouble | Stopped
