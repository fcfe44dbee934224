"""The player: what is to come, in beats, and what sounds. It sends nothing and waits for nothing.

Whoever owns it (a thread, or JACK's call-back) tells it what was asked for, pulls the messages that are due, and sends
them. One thread at a time, so it needs no lock.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections import deque
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from live_composer.port.clock import Follower, ManualClock
from live_composer.port.clock_leader import LEAD_SECONDS
from live_composer.port.midi_bytes import CHANNELS, is_whole, note_off, note_on, release
from live_composer.port.protocol import (
    Advance,
    Cancel,
    ClockState,
    Command,
    Note,
    Notes,
    Raw,
    Rejoin,
    Release,
    SetOffset,
    SetTempo,
    Start,
    Stop,
)
from live_composer.port.sounding import Sounding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from live_composer.port.clock import Clock
    from live_composer.port.clock_leader import ClockLeader

STATE_SECONDS = 1.0
"""How often the state of a clock that others move is told though nothing has changed."""

# At equal beats: first what ends, then controllers and programs, then what begins.
_OFF, _RAW, _ON = range(3)


class Due(NamedTuple):
    """A message to send: its beat, when it is due in the player's seconds, and its bytes."""

    beat: float
    seconds: float
    data: bytes


_Entry: TypeAlias = tuple[float, int, int, Note | bytes]
"""Beat, rank at equal beats, serial number (unique within a rank, so that payloads are never compared), payload."""


class Player:
    """A heap of messages positioned in beats, pulled by time.

    Attributes:
        clock: turns beats into seconds.
        sounding: the notes that sound.
        dropped: onsets that came too late to be played.
        advances: how many `Advance` were carried out.
        starts: how many `Start` likewise.
        states: what the clock did, to be told; another thread may take them away.
    """

    def __init__(self, clock: Clock, offset: float = 0.0, leader: ClockLeader | None = None) -> None:
        """Play by a clock.

        Args:
            clock: turns beats into seconds.
            offset: seconds by which everything is sent later than its beat, or earlier.
            leader: makes the MIDI clock that others follow.
        """
        self.clock = clock
        self.states: deque[ClockState] = deque()
        self._offset, self._leader = offset, leader
        self._told: ClockState | None = None
        self.sounding = Sounding()
        self.dropped = self.advances = self.starts = 0
        self._heap: list[_Entry] = []
        self._at_once: deque[Due] = deque()
        self._serial = itertools.count(1)

    def handle(self, command: Command, now: float) -> None:
        """Take in what the parent asks for.

        Raises:
            ValueError: it makes no sense here.
        """
        match command:
            case Notes(notes):
                for note in notes:
                    heapq.heappush(self._heap, (note.beat, _ON, next(self._serial), note))
            case Raw(beat, data):
                if not is_whole(data):
                    raise ValueError(f"{data.hex(' ')} is no MIDI message")
                heapq.heappush(self._heap, (beat, _RAW, next(self._serial), data))
            case Cancel(from_beat):
                self._keep(entry for entry in self._heap if entry[0] < from_beat or entry[1] == _OFF)
            case Release(notes):
                self.silence(now, also=notes, channels=CHANNELS, cut=True)
            case _:
                self._steer(command, now)

    def _steer(self, command: Command, now: float) -> None:
        match command:
            case Start(beat):
                if self.clock.playing:
                    self.silence(now)
                place = self.clock.start(beat, now + self._head_start())
                if place is not None:
                    self._go_on_from(place, now)
                self.starts += 1
            case Stop():
                self.silence(now)
                self._keep(())
                self.clock.stop(now)
                self._lead_nobody(now)
            case Rejoin(beat, seconds):
                self.clock.rejoin(beat, seconds, now)
            case SetTempo(tempo, beats):
                self.clock.set_tempo(tempo, now, beats)
            case SetOffset(offset_ms):
                self._offset = offset_ms / 1000
            case Advance(beats) if isinstance(self.clock, ManualClock):
                self.clock.advance(beats, now)
                self.advances += 1
            case _:
                raise ValueError(f"{type(command).__name__} means nothing to this port")

    def follow(self, now: float) -> None:
        """Do what the clock does: start and stop with it, and be where it is. To be called before each `pull`."""
        moved = False
        for turn in self.clock.turns(now):
            moved = True
            if self.sounding.notes or not turn.rolling:  # A pedal that is down holds what no key holds any more.
                self.silence(now)
            if self.clock.playing:
                self._go_on_from(turn.beat, now)
            else:
                self._lead_nobody(now)
        self._tell_state(now, moved=moved)

    def _go_on_from(self, beat: float, now: float) -> None:
        """Forget what lies before `beat`, and have those who follow us go on from there, too."""
        self._keep(entry for entry in self._heap if entry[0] >= beat)
        if self._leader:
            self._say(self._leader.start(beat), beat, now)

    def _lead_nobody(self, now: float) -> None:
        if self._leader:
            self._say(self._leader.stop(), self.clock.beat(now), now)

    def _head_start(self) -> float:
        """Return how much later than now the music starts, so that what is to be sent before its time can be."""
        return max(0.0, -self._offset) + (LEAD_SECONDS if self._leader else 0.0)

    def _say(self, messages: Iterable[bytes], beat: float, now: float) -> None:
        self._at_once.extend(Due(beat, now, data) for data in messages)

    def _tell_state(self, now: float, *, moved: bool) -> None:
        if not moved and not self._has_news(now):
            return
        clock = self.clock
        self._told = ClockState(
            source=clock.name,
            status=clock.status,
            tempo=clock.tempo_at(now),
            phase_ms=clock.phase_ms,
            rolling=clock.rolling,
            beat=clock.beat(now),
            seconds=now,
            own_seconds=now,
            moved=moved,
            peers=clock.peers,
        )
        self.states.append(self._told)

    def _has_news(self, now: float) -> bool:
        """Tell whether there is more to say than was said; of a clock that others move there is every second."""
        clock, told = self.clock, self._told
        if told is None or (clock.status, clock.rolling, clock.peers) != (told.status, told.rolling, told.peers):
            return True
        if now - told.seconds < STATE_SECONDS:
            return False
        return isinstance(clock, Follower) or clock.tempo_at(now) != told.tempo

    def silence(
        self,
        now: float,
        also: Iterable[tuple[int, int]] = (),
        channels: Iterable[int] | None = None,
        *,
        cut: bool = False,
    ) -> None:
        """Release every sounding note, at once.

        Args:
            now: in the player's seconds.
            also: further (channel, pitch) to release.
            channels: those to quiet by controllers; the ones used so far when not given.
            cut: also end what rings on.
        """
        beat = self.clock.beat(now)
        notes = dict.fromkeys((*self.sounding.notes, *also))
        quiet = sorted(self.sounding.channels) if channels is None else channels
        self._at_once.extend(Due(beat, now, data) for data in release(notes, quiet, cut=cut))

    def pull(self, until: float) -> Iterator[Due]:
        """Yield the messages due by `until`, in order; each counts as sent. One may stop early and pull again."""
        while self._at_once:
            yield self._sent(self._at_once.popleft())
        while (seconds := self._next_seconds()) <= until:
            if self._leader and self._leader.next_beat <= self._next_beat():
                yield self._sent(Due(self._leader.next_beat, seconds, self._leader.say()))
                continue
            beat, rank, serial, what = heapq.heappop(self._heap)
            if isinstance(what, bytes):
                yield self._sent(Due(beat, seconds, what))
            elif rank == _OFF:
                if self.sounding.notes.get((what.channel, what.pitch)) == serial:
                    yield self._sent(Due(beat, seconds, note_off(what.channel, what.pitch)))
            elif until - seconds > self.clock.patience:
                self.dropped += 1
            else:
                yield self._strike(what, serial, seconds)

    def next_due(self) -> float:
        """Return when something is to be sent next; infinity for never."""
        if self._at_once:
            return -math.inf
        return self._next_seconds()

    def _next_beat(self) -> float:
        return self._heap[0][0] if self._heap else math.inf

    def _next_seconds(self) -> float:
        beat = min(self._next_beat(), self._leader.next_beat) if self._leader else self._next_beat()
        return self.clock.due(beat) + self._offset

    def _strike(self, note: Note, serial: int, seconds: float) -> Due:
        if (note.channel, note.pitch) in self.sounding.notes:
            heapq.heappush(self._heap, (note.beat, _ON, serial, note))  # Released first, it is struck next.
            return self._sent(Due(note.beat, seconds, note_off(note.channel, note.pitch)))
        heapq.heappush(self._heap, (note.beat + note.length, _OFF, serial, note))
        return self._sent(Due(note.beat, seconds, note_on(note.channel, note.pitch, note.velocity)), serial)

    def _sent(self, due: Due, serial: int = 0) -> Due:
        self.sounding.sent(due.data, serial)
        return due

    def _keep(self, entries: Iterable[_Entry]) -> None:
        self._heap = list(entries)
        heapq.heapify(self._heap)
