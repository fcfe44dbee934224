"""Who sends what the player holds: the interface, and the one that sends each message at its moment from a thread.

A port that can place messages ahead by itself (JACK) has a sender of its own; all others are an `Output`.
"""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Protocol, TypeVar

from live_composer.port.hearing import Hearing
from live_composer.port.lateness import Lateness
from live_composer.port.midi_bytes import SYSTEM_EXCLUSIVE
from live_composer.port.protocol import Heartbeat, SentMessage

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.port.player import Player
    from live_composer.port.protocol import ClockState, Command, Opened

_Thing = TypeVar("_Thing")

EARLY_SECONDS = 0.00015
"""A sleep ends some 50 to 100 microseconds late, so it is ended early, and the rest is waited for awake."""


class Sender(Protocol):
    """What the port process's loop asks for, on its one thread.

    Attributes:
        opened: what the port turned out to be.
        hearing: what becomes of what comes in.
        on_news: called, on any thread, when something has come in that `play` should look at now.
    """

    opened: Opened
    hearing: Hearing
    on_news: Callable[[], None]

    def take(self, data: bytes, seconds: float) -> None:
        """Take in a message that came in at `seconds` of `time.monotonic`; any thread may call."""
        ...

    def handle(self, command: Command) -> None:
        """Take in what the parent asks for."""
        ...

    def deaf(self) -> None:
        """Let go of all keys that were held, because the input went away."""
        ...

    def play(self) -> list[SentMessage]:
        """Send what is due and return what was sent since the last call."""
        ...

    def wait(self) -> float:
        """Return for how many seconds nothing will have to be done."""
        ...

    def states(self) -> list[ClockState]:
        """Return what the clock did since the last time."""
        ...

    def heartbeat(self) -> Heartbeat:
        """Tell how things are."""
        ...

    def check(self) -> None:
        """Look whether the port is still there; called now and then while nothing is due.

        Raises:
            NoPort: it went away.
        """
        ...

    def close(self, *, cut: bool) -> list[SentMessage]:
        """Release every note, close the port, and return what was still sent.

        Args:
            cut: also end what rings on.

        Raises:
            CannotWrite: the port is a file that could not be written.
        """
        ...


class Output:
    """A port that sends a message the moment it gets it; this one, `null`, sends it nowhere."""

    def send(self, data: bytes, beat: float) -> None:
        """Send a message now; `beat` is where it was due."""

    def told(self, command: Command, beat: float) -> None:
        """Hear what the player was told at `beat`, before it takes effect."""

    def check(self) -> None:
        """Raise NoPort if the port went away."""

    def close(self) -> None:
        """Close the port."""


class ThreadSender:
    """Sends each message when it is due: the loop sleeps to the deadline that `wait` tells, then calls `play`."""

    def __init__(self, player: Player, output: Output, opened: Opened) -> None:
        self.opened = opened
        self.hearing = Hearing(player.clock)
        self.on_news = _nobody
        self._came: deque[tuple[bytes, float]] = deque()
        self._player = player
        self._output = output
        self._lateness = Lateness()

    def take(self, data: bytes, seconds: float) -> None:
        """Take in a message that came in."""
        self._came.append((data, seconds))
        self.on_news()

    def handle(self, command: Command) -> None:
        """Take in what the parent asks for."""
        now = time.monotonic()
        self._output.told(command, self._player.clock.beat(now))
        self._player.handle(command, now)

    def deaf(self) -> None:
        """Let go of all keys that were held, because the input went away."""
        self.hearing.release(time.monotonic())

    def play(self) -> list[SentMessage]:
        """Send what is due, and return it."""
        for _ in range(len(self._came)):
            self.hearing.hear(*self._came.popleft())
        self._player.follow(time.monotonic())
        due = self._player.next_due()
        while 0.0 < due - time.monotonic() < EARLY_SECONDS:
            pass
        sent: list[SentMessage] = []
        for due in self._player.pull(time.monotonic()):
            late_ms = max(0.0, time.monotonic() - due.seconds) * 1000
            self.hearing.said(due.data, due.seconds + late_ms / 1000)
            self._output.send(due.data, due.beat)
            self._lateness.add(late_ms)
            if due.data[0] <= SYSTEM_EXCLUSIVE:
                sent.append(SentMessage(due.beat, late_ms, due.data))
        return sent

    def wait(self) -> float:
        """Return the seconds until the next message is due."""
        return min(self._player.next_due() - EARLY_SECONDS - time.monotonic(), self._player.clock.poll_seconds)

    def states(self) -> list[ClockState]:
        """Return what the clock did."""
        return taken(self._player.states)

    def heartbeat(self) -> Heartbeat:
        """Tell how things are."""
        return heartbeat(self._player, self._lateness, time.monotonic())

    def check(self) -> None:
        """Look whether the port is still there."""
        self._output.check()

    def close(self, *, cut: bool) -> list[SentMessage]:
        """Release every note and close the port."""
        self._player.silence(time.monotonic(), cut=cut)
        self._player.clock.stop(time.monotonic())
        sent = self.play()
        self._output.close()
        return sent


def taken(things: deque[_Thing]) -> list[_Thing]:
    """Take what there is out of a queue that another thread may fill meanwhile."""
    return [things.popleft() for _ in range(len(things))]


def _nobody() -> None:
    """Nobody waits for news yet."""


def heartbeat(player: Player, lateness: Lateness, now: float, period_ms: float = 0.0) -> Heartbeat:
    """Tell how things are, at `now` in the player's seconds."""
    median, high = lateness.percentiles()
    return Heartbeat(
        beat=player.clock.beat(now),
        tempo=player.clock.tempo_at(now),
        playing=player.clock.playing,
        sounding=len(player.sounding.notes),
        sent=lateness.count,
        dropped=player.dropped,
        late_p50_ms=median,
        late_p99_ms=high,
        late_max_ms=lateness.worst,
        period_ms=period_ms,
        advances=player.advances,
        starts=player.starts,
        seconds=now,
        own_seconds=now,
    )
