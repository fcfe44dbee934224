"""Following a MIDI clock: 24 ticks a beat, Start, Stop, Continue and Song Position, by phase and not only by tempo.

Beat 0 is the first tick after Start, however the ticks fell before it; after a Song Position, the first tick is there.
When ticks fail to come the clock free-wheels at the last tempo, and when they are back it goes on at the nearest tick:
nothing jumps. A leader that is lost for longer goes on with its next tick, unless it was heard to tick while it stood:
then it has to say Start or Continue, lest a drum machine that is switched on again be played to while it stands.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from live_composer.music.units import SECONDS_PER_MINUTE, seconds_per_beat
from live_composer.port.clock import Follower
from live_composer.port.midi_bytes import CONTINUE, SONG_POSITION, START, STOP, TICK, TICKS_PER_BEAT, TICKS_PER_POSITION
from live_composer.port.tick_filter import TickFilter

if TYPE_CHECKING:
    from live_composer.port.clock import Turn
    from live_composer.port.protocol import ClockName

_SILENT_TICKS, _SILENT_SECONDS = 6, 0.1
"""A clock that has not ticked for so long has fallen silent."""
_LATE, _NEXT_LEAST, _NEXT_MOST = 0.6, 0.5, 1.5
"""A tick later than so many periods is in doubt: the clock was slowed down, or ticks were lost on the way (an audio
server that overran took them along). They were lost if the next tick follows within about one period."""
_BETWEEN, _WHOLE = 0.25, 0.05
"""Off a whole number of ticks by more than the one there is doubt, by less than the other there is none."""
_TWICE = 0.25
"""A tick so few periods after the last one is that one again, where ticks come to the frame: a server that overran may
hand over a period twice."""
_ON_TIME = 3.0
"""How many times the scatter a tick may be off and still be on the line."""


class MidiClock(Follower):
    """The clock that is heard on the input."""

    name: ClockName = "midi"

    def __init__(self, tempo: float, freewheel_seconds: float) -> None:
        """Wait for a clock, and take it for one of this tempo until two ticks have come."""
        super().__init__(tempo)
        self._freewheel_seconds = freewheel_seconds
        self._filter = TickFilter(seconds_per_beat(tempo) / TICKS_PER_BEAT)
        self._place = 0
        """Where in the song the last tick was, in ticks."""
        self._next: int | None = 0
        """Where the next tick will be, if it does not follow from the last."""
        self._last = -math.inf
        self._doubtful: float | None = None
        """When a tick came that cannot be counted before the next one."""
        self._ticks_standing = 0
        """How many came while the leader stood. Many drum machines send them; then a tick does not say that it goes."""
        self._was_told = False
        """Whether the leader has said where it is, or that it starts or stops."""

    @property
    def phase_ms(self) -> float:
        """How far ticks come from where they are expected, root mean square."""
        return self._filter.scatter * 1000

    def hear(self, data: bytes, now: float) -> None:
        """Take in a message of the clock."""
        status = data[0]
        if status == TICK:
            self._tick(now)
        elif status == START:
            self._go(0)
        elif status == CONTINUE:
            self._go(self._place + 1 if self._next is None else self._next)
        elif status == STOP:
            self._halt()
        elif status == SONG_POSITION:
            self._locate((data[1] | data[2] << 7) * TICKS_PER_POSITION)

    def rejoin(self, beat: float, seconds: float, now: float) -> None:
        """Go on from where the leader was, unless it has said more since: its next tick is the nearest one."""
        if self._was_told:
            return
        line = self._filter
        # A time to come is that of an audio server that is no more.
        gone = now - seconds if seconds <= now else math.inf
        beat += gone / seconds_per_beat(self.tempo) if gone <= self._freewheel_seconds else 0.0
        since = (now - line.phase) / line.period if self.status == "locked" else beat * TICKS_PER_BEAT % 1
        self._place, self._next = round(beat * TICKS_PER_BEAT - since), None
        if self.status != "locked":
            line.phase = now - since * line.period
            self.status, self._last = "free-wheeling", now - gone
        self._turn(beat, rolling=True)
        self._anchor_beat, self._anchor_seconds = self._place / TICKS_PER_BEAT, line.phase

    def turns(self, now: float) -> list[Turn]:
        """Notice that no tick has come for too long; a clock that waits for the first one after a start waits on."""
        silent, goes_by = now - self._last, self._going and self._next is None
        if self.status == "locked" and silent > max(_SILENT_SECONDS, _SILENT_TICKS * self._filter.period):
            self.status = "free-wheeling" if goes_by else "searching"
        if self.status == "free-wheeling" and silent > self._freewheel_seconds:
            self.status = "lost" if goes_by else "searching"
            if goes_by:
                self._turn(self.beat(now), rolling=False)
        return super().turns(now)

    def beat(self, now: float) -> float:
        """Return which beat it is; before the first tick after a start, the one that it will be."""
        return self._next / TICKS_PER_BEAT if self._next is not None else super().beat(now)

    def due(self, beat: float) -> float:
        """Return when `beat` is due; after a start nothing is before the first tick."""
        return math.inf if self._next is not None else super().due(beat)

    def _tick(self, now: float) -> None:
        gap = now - self._last
        if gap < _TWICE * self._filter.period and self._filter.exact:
            return
        self._last = now
        if self.status == "lost" and self._ticks_standing >= TICKS_PER_BEAT:
            self._halt()  # It may stand: it has to say that it goes.
        if self.status == "searching":
            self._filter = TickFilter(self._filter.period)
        if self._next is not None and self._going:
            self._begin(self._next, now)
        elif self.status in ("free-wheeling", "lost"):
            self._count(now, max(1, round((now - self._filter.phase) / self._filter.period)))
        elif self._doubtful is not None:
            self._settle_doubt(self._doubtful, gap, now)
        elif self._filter.settled and self._off(now) > _LATE * self._filter.period:
            self._doubtful = now
            return
        else:
            self._count(now, 1)
        if self.status == "lost":
            self._turn(self._place / TICKS_PER_BEAT, rolling=True)
        self.status = "locked"
        self.tempo = SECONDS_PER_MINUTE / (self._filter.period * TICKS_PER_BEAT)
        self._anchor_beat, self._anchor_seconds = self._place / TICKS_PER_BEAT, self._filter.phase

    def _off(self, now: float) -> float:
        """Return how much later than on the line a tick came, beyond scatter."""
        return now - (self._filter.phase + self._filter.period) - _ON_TIME * self._filter.scatter

    def _begin(self, place: int, now: float) -> None:
        """Count the first tick after a start: it is on the line, or the line begins anew with it."""
        self._place, self._next, self._doubtful = place, None, None
        late = now - (self._filter.phase + self._filter.period)
        if self._filter.settled and abs(late) <= _ON_TIME * self._filter.scatter:
            self._filter.tick(now)
        else:
            self._filter.rephase(now)

    def _settle_doubt(self, doubtful: float, gap: float, now: float) -> None:
        self._doubtful = None
        if _NEXT_LEAST < gap / self._filter.period < _NEXT_MOST:
            elapsed = now - self._filter.phase
            by_line, by_new = elapsed / self._filter.period, elapsed / gap
            # A leader that changes its tempo may leave a tick out; then they are whole ticks of the new length.
            changed = abs(by_line - round(by_line)) > _BETWEEN and abs(by_new - round(by_new)) < _WHOLE
            self._count(now, round(by_new if changed else by_line))
        else:
            self._count(doubtful, 1)
            self._count(now, 1)

    def _count(self, now: float, ticks: int) -> None:
        self._filter.tick(now, ticks)
        if self._going or self.status == "lost":
            self._place += ticks
        else:
            self._ticks_standing += 1

    def _go(self, place: int) -> None:
        self._was_told = True
        if self.status == "lost":
            self.status = "searching"
        self._next = place
        self._turn(place / TICKS_PER_BEAT, rolling=True)

    def _halt(self) -> None:
        self._was_told = True
        if self.status == "lost":
            self.status = "searching"
        if self._next is None:
            self._next = self._place + 1
        if self._going:
            self._turn(self._next / TICKS_PER_BEAT, rolling=False)

    def _locate(self, place: int) -> None:
        self._was_told = True
        if self.status == "lost":
            self.status = "searching"
        self._next = place
        self._turn(place / TICKS_PER_BEAT, rolling=self._going)
