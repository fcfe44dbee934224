"""Sending by JACK's call-back: each message is placed on its frame, so that even the audio period is no grid.

The call-back owns the player. It runs on JACK's own thread, once a period, and must not be made to wait: the loop's
thread hands it what to do through a deque (appending and popping are atomic), and gets back what was sent by another.
Time is counted in frames, so in freewheel mode, where JACK runs as fast as it can, the music goes along.
"""

from __future__ import annotations

import math
import time
from collections import deque
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import msgspec

from live_composer.errors import NoPort
from live_composer.port.hearing import Hearing
from live_composer.port.jack_client import Registered
from live_composer.port.jack_input import JackInput
from live_composer.port.jack_transport import JackTransport
from live_composer.port.lateness import Lateness
from live_composer.port.midi_bytes import CONTROL, NOTE_OFF, SYSTEM_EXCLUSIVE
from live_composer.port.protocol import ClockState, Heartbeat, Notes, Opened, Rejoin, SentMessage
from live_composer.port.sender import heartbeat, taken

if TYPE_CHECKING:
    from collections.abc import Callable

    import jack

    from live_composer.port.player import Due, Player
    from live_composer.port.protocol import Command

_Told = TypeVar("_Told", ClockState, Heartbeat)

REPORT_SECONDS = 0.05
"""How often the loop looks at what the call-back has sent."""
CHUNK, CHUNKS_A_PERIOD, MESSAGES_A_PERIOD, HEARD_A_PERIOD = 64, 4, 64, 128
"""Notes are taken in, and messages sent, by so many at a time: a call longer than its period loses events."""
FROZEN_SECONDS = 2.0
"""A server that has not called for so long is taken for lost."""
LONGEST_STALL_SECONDS = 10
_PERIODS_TO_ARRIVE = 4
"""How many periods later a message has surely reached its receiver, so that the port may be closed."""
_CLOSING_SECONDS = 1.0
_COUNTER_WRAPS = 1 << 32


class JackSender:
    """A MIDI output port of a JACK client.

    Attributes:
        opened: what the port turned out to be.
        hearing: what becomes of what comes in.
        on_news: called when something has come in.
        input: what the same client listens to: what comes in has its frame, too.
        port: JACK's own.
    """

    def __init__(self, client: jack.Client, name: str, player: Player, target: str | None = None) -> None:
        """Register the port, and start.

        Args:
            client: not yet active.
            name: of the port.
            player: its clock is handed seconds of frames.
            target: whom it will be connected to; None for a virtual port.

        Raises:
            jack.JackError: the server refuses.
        """
        self._client, self._player, self._target = client, player, target
        self._rate = client.samplerate
        self.hearing = Hearing(player.clock)
        self.on_news: Callable[[], None] = lambda: None
        self._registered = Registered(client)
        self.input = JackInput(client, self._registered)
        self._lateness = Lateness()
        self._todo: deque[Callable[[float], None]] = deque()
        self._came: deque[tuple[bytes, float]] = deque()
        self._held: deque[Due] = deque()
        self._older: list[bytes] = []
        self._written: list[tuple[int, bytes]] = []
        """Of the last call, with offsets."""
        self._xruns = self._xruns_seen = 0
        self._sent: deque[SentMessage] = deque()
        self._frame = self._counter = self._period = self._calls = 0
        self._began = (0, 0)
        """The first frame of the period, and the server's counter there."""
        self._calls_seen, self._seen_at = 0, time.monotonic()
        self._failure: Exception | None = None
        if isinstance(player.clock, JackTransport):
            player.clock.attach(client, in_call_back=True)
        self.port = client.midi_outports.register(name)
        self.opened = Opened(target or self.port.name, "jack", virtual=target is None)
        client.set_shutdown_callback(self._shut_down)
        client.set_xrun_callback(self._overrun)
        client.set_process_callback(self._process)
        client.activate()

    def handle(self, command: Command) -> None:
        """Hand a command to the call-back."""
        chunks = [command]
        if isinstance(command, Rejoin):
            frame, counter = self._began
            then = frame + frames_between(counter, round(command.own_seconds * self._rate))
            chunks = [Rejoin(command.beat, then / self._rate)]
        elif isinstance(command, Notes):
            chunks = [Notes(command.notes[at : at + CHUNK]) for at in range(0, len(command.notes), CHUNK)]
        self._todo.extend(partial(self._player.handle, chunk) for chunk in chunks)

    def take(self, data: bytes, seconds: float) -> None:
        """Hand a message that came in by another system to the call-back."""
        self._came.append((data, seconds))

    def deaf(self) -> None:
        """Let go of all keys that were held, because the input went away."""
        self._todo.append(self.hearing.release)

    def play(self) -> list[SentMessage]:
        """Return what the call-back has sent since the last time."""
        if self._failure is not None:
            raise self._failure
        return taken(self._sent)

    def wait(self) -> float:
        """Return when to look again; sending waits for nobody."""
        return REPORT_SECONDS

    def states(self) -> list[ClockState]:
        """Return what the clock did."""
        return [self._timed(state) for state in taken(self._player.states)]

    def heartbeat(self) -> Heartbeat:
        """Tell how things are, as of the last period."""
        now, period_ms = self._frame / self._rate, self._period / self._rate * 1000
        return self._timed(heartbeat(self._player, self._lateness, now, period_ms))

    def check(self) -> None:
        """Look whether the server still calls, and whether the target is still there."""
        import jack

        if self._calls != self._calls_seen:
            self._calls_seen, self._seen_at = self._calls, time.monotonic()
        elif time.monotonic() - self._seen_at > FROZEN_SECONDS:
            raise NoPort("The JACK server no longer answers.")
        if self._target is not None:
            gone = NoPort(f"The JACK port `{self._target}` went away.")
            if self._registered.anew(self._target):
                raise gone
            try:
                self._client.get_port_by_name(self._target)
            except jack.JackError as error:
                raise gone from error

    def close(self, *, cut: bool) -> list[SentMessage]:
        """Release every note, wait until that has arrived, and close the client."""
        self._todo.append(partial(self._finish, cut=cut))
        deadline = time.monotonic() + _CLOSING_SECONDS
        while (self._todo or self._held) and time.monotonic() < deadline:
            time.sleep(0.002)
        arrived = self._calls + _PERIODS_TO_ARRIVE
        while self._calls < arrived and time.monotonic() < deadline:
            time.sleep(0.002)
        self._client.deactivate()
        self._client.close()
        return self.play()

    def _timed(self, told: _Told) -> _Told:
        """Return what was told with the time of all processes and the server's, by its own estimate of now.

        The estimate may lie a little before the period that has begun; far from it nothing is known.
        """
        frame, counter = self._began
        since = frames_between(counter, self._client.frame_time)
        known = abs(since) < LONGEST_STALL_SECONDS * self._rate
        seconds = time.monotonic() - (frame + since * known) / self._rate
        own_seconds = (counter - frame) / self._rate
        return msgspec.structs.replace(told, seconds=told.seconds + seconds, own_seconds=told.own_seconds + own_seconds)

    def _finish(self, now: float, *, cut: bool) -> None:
        self._player.silence(now, cut=cut)
        self._player.clock.stop(now)

    def _listen(self) -> None:
        now, came = self._frame / self._rate, False
        for offset, data in self.input.events():
            self.hearing.hear(data, now + offset / self._rate)
            came = True
        for _ in range(min(len(self._came), HEARD_A_PERIOD)):
            data, seconds = self._came.popleft()
            self.hearing.hear(data, now + seconds - time.monotonic())
            came = True
        if came:
            self.on_news()

    def _shut_down(self, _status: object, reason: str) -> None:
        self._failure = NoPort(f"The JACK server went away ({reason}).")

    def _overrun(self, _microseconds: float) -> None:
        self._xruns += 1

    def _process(self, frames: int) -> None:
        """Be called by JACK: write what is due within the `frames` to come."""
        try:
            self._period = frames
            passed = self._frames_since_last(frames)
            self._frame += passed
            self._began = (self._frame, self._counter)
            if not passed:
                self._say_again()
                return
            self._listen()
            for _ in range(min(len(self._todo), CHUNKS_A_PERIOD)):
                self._todo.popleft()(self._frame / self._rate)
            self._player.follow(self._frame / self._rate)
            self._write(self._suspects(late=passed > frames))
        except Exception as error:  # noqa: BLE001 - nobody above could tell
            self._failure = error
        finally:
            self._calls += 1

    def _frames_since_last(self, frames: int) -> int:
        """Return how far the server's time went on since the last call: a period, or more after a stall.

        Its counter wraps around in a day, and some servers let it jump when the sound card changes.
        """
        counter = self._client.last_frame_time
        step, self._counter = frames_between(self._counter, counter), counter
        return step if 0 <= step < LONGEST_STALL_SECONDS * self._rate else frames

    def _say_again(self) -> None:
        """Write once more what was written: an overrun may have us called twice for a period, with the same input."""
        self.port.clear_buffer()
        for offset, data in self._written:
            self.port.write_midi_event(offset, data)

    def _suspects(self, *, late: bool) -> list[bytes]:
        """Return what was written in vain, as far as can be known, to be written again.

        What a call writes after its period is over is lost five times out of six: all of it is repeated. Where the
        server reports an overrun without such a gap, it may be ours or another client's, and what is repeated is what
        ends something: that does no harm, and a note-off that is lost leaves a note hanging.
        """
        xruns = self._xruns
        suspicious, self._xruns_seen = xruns != self._xruns_seen, xruns
        if not (late or suspicious):
            return []
        written = [data for _, data in self._written]
        endings = [data for data in (*self._older, *(() if late else written)) if self._ends(data)]
        return endings + (written if late else [])

    def _ends(self, data: bytes) -> bool:
        kind, channel = data[0] & 0xF0, data[0] & 0x0F
        return kind == CONTROL or (kind == NOTE_OFF and (channel, data[1]) not in self._player.sounding.notes)

    def _write(self, again: list[bytes]) -> None:
        self.port.clear_buffer()
        self._older, self._written = [data for _, data in self._written], [(0, data) for data in again]
        for data in again:
            self.port.write_midi_event(0, data)
        held, self._held = self._held, deque()
        for due in held:
            self._place(due)
        until = (self._frame + self._period - 0.5) / self._rate
        for due in islice(self._player.pull(until), MESSAGES_A_PERIOD):
            self._place(due)

    def _place(self, due: Due) -> None:
        if self._held or self.port.max_event_size < len(due.data):
            self._held.append(due)  # The period's buffer is full: the next one takes it.
            return
        frame = math.floor(due.seconds * self._rate + 0.5)
        late = max(self._frame - frame, 0)
        offset = min(frame + late - self._frame, self._period - 1)
        self.port.write_midi_event(offset, due.data)
        self.hearing.said(due.data, due.seconds)
        self._written.append((offset, due.data))
        late_ms = late / self._rate * 1000
        self._lateness.add(late_ms)
        if due.data[0] <= SYSTEM_EXCLUSIVE:
            self._sent.append(SentMessage(due.beat, late_ms, due.data))


def frames_between(then: int, now: int) -> int:
    """Return how far a server's counter went on, which wraps around in a day; below 0 where it went back."""
    return (now - then + _COUNTER_WRAPS // 2) % _COUNTER_WRAPS - _COUNTER_WRAPS // 2
