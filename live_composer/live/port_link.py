"""The port as the daemon sees it: a process that is opened, fed, watched, and replaced when it freezes or is lost."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import msgspec

from live_composer.errors import CannotWrite, LiveComposerError, LostProcess
from live_composer.music.units import seconds_per_beat
from live_composer.port.client import PortProcess
from live_composer.port.midi_bytes import NOTE_OFF, NOTE_ON, note_off
from live_composer.port.protocol import (
    FOLLOWERS,
    ClockState,
    Failed,
    Heard,
    HeardMessage,
    Heartbeat,
    Listening,
    Open,
    Rejoin,
    Release,
    SetOffset,
    SetTempo,
    Start,
    Stop,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from live_composer.port.protocol import Command, Reply

_WATCH_SECONDS = 0.5
_FROZEN_AFTER = 6
"""Looks without a new heartbeat after which a port process is taken to be frozen."""
_RETRY_SECONDS = 1.0
_KILLED = -9
_SAME_PLACE_BEATS = 0.25
"""A clock that says to be so near to where it is believed to be has not left that place: it knows better."""


class PortLink:
    """One port, always played by a process that is well.

    Attributes:
        opened: what the port process said when it opened the port.
        heartbeat: the last one.
        replaced: how often another port process took over.
        trouble: why there is no port at the moment; empty when all is well.
        listening: the input, if there is one.
        clock: what the clock does.
        left: the beat at which the clock that is followed was moved to another.
        pid: the process id of the port process.
    """

    def __init__(
        self,
        request: Open,
        on_reply: Callable[[Reply], None] = lambda _: None,
        on_trouble: Callable[[], None] = lambda: None,
    ) -> None:
        """Make a link that is not yet open.

        Args:
            request: what to open.
            on_reply: called with all that the port says.
            on_trouble: called when `trouble` has changed.
        """
        self.heartbeat = Heartbeat(0.0, request.tempo, playing=False)
        self.replaced = 0
        self.trouble = ""
        self.tempo = request.tempo
        self.left = 0.0
        self.listening: Listening | None = None
        self.clock = ClockState(request.clock, "searching" if self._follows(request) else "locked", request.tempo)
        self._request = request
        self._on_reply, self._on_trouble = on_reply, on_trouble
        self._news = asyncio.Event()
        self._anchor = self._own_anchor = (0.0, 0.0)
        self._playing = False
        self._starts = 0
        self._keys: dict[tuple[int, int], HeardMessage] = {}
        """The keys that others hold down, as they were struck."""
        self._closing = False
        self._rejoining = False
        self._process: PortProcess | None = None
        self._newest: PortProcess | None = None
        self._failed: Failed | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Open the port.

        Raises:
            NoPort, CannotWrite, LostProcess: as `PortProcess.open`.
        """
        await self._open(virtual=True)
        self._do(self._watch())

    async def close(self) -> None:
        """Release every note, and close the port.

        Raises:
            CannotWrite: the port was a file, and it could not be written.
        """
        self._closing = True
        for task in self._tasks:
            task.cancel()
        if self._process:
            await asyncio.to_thread(self._process.close)
            await asyncio.sleep(0)  # Its last words are heard now.
        if self._failed and self._failed.kind == "file":
            raise CannotWrite(self._failed.reason)

    @property
    def pid(self) -> int:
        """The process id of the port process, 0 before it is opened."""
        return self._process.pid if self._process else 0

    @property
    def well(self) -> bool:
        """Whether there is a port now."""
        return not self.trouble

    @property
    def moves(self) -> bool:
        """Whether beats go by as time does: ours, or those of the clock that is followed, whether we play or not."""
        return self.clock.rolling if self.follows else self._playing and self._request.clock == "internal"

    @property
    def playing(self) -> bool:
        """Whether it was started, and not stopped since."""
        return self._playing

    @property
    def follows(self) -> bool:
        """Whether somebody else moves the clock."""
        return self._follows(self._request)

    def send(self, *commands: Command) -> None:
        """Tell the port something; it never blocks."""
        assert self._process, "the port is opened first"
        for command in commands:
            match command:
                case Start(beat):
                    here = self.beat() if self.follows else beat
                    self._anchor, self._playing = (here, time.monotonic()), True
                    self._starts += 1
                case Stop():
                    self._anchor, self._playing = (self.beat(), time.monotonic()), False
                case SetOffset(offset_ms):
                    self._request = msgspec.structs.replace(self._request, offset_ms=offset_ms)
                case SetTempo(tempo):
                    self._anchor, self.tempo = (self.beat(), time.monotonic()), tempo
                case _:
                    pass
            self._process.send(command)

    @property
    def lead_seconds(self) -> float:
        """How long before its beat a note is sent, because the port's offset is below 0."""
        return max(0.0, -self._request.offset_ms / 1000)

    def beat(self) -> float:
        """Return where the music is, by the port's clock as it was last heard."""
        return self._beat_at(time.monotonic())

    async def news(self, seconds: float) -> None:
        """Wait until the port says something, but no longer than so many seconds.

        Raises:
            LostProcess: there is no port at the moment.
        """
        if self.well:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._news.wait()
        if not self.well:
            raise LostProcess(self.trouble)

    async def recovered(self) -> None:
        """Wait until there is a port."""
        while not self.well:
            await self._news.wait()

    async def _open(self, *, virtual: bool) -> None:
        """Start a port process, and let it open the port."""
        loop = asyncio.get_running_loop()

        def soon(call: Callable[..., None], *arguments: object) -> None:
            with contextlib.suppress(RuntimeError):  # The daemon has ended.
                loop.call_soon_threadsafe(call, process, *arguments)

        process = PortProcess(lambda reply: soon(self._heard, reply), lambda code: soon(self._ended, code))
        self._newest = process  # What it says right after it opened the port may be heard before `open` returns.
        try:
            request = msgspec.structs.replace(self._request, tempo=self.tempo, virtual=virtual)
            if self.listening:  # The same one again, in full.
                heard = self.listening
                request = msgspec.structs.replace(request, listen=heard.port, listen_virtual=heard.virtual)
            self.opened = await asyncio.to_thread(process.open, request)
        except BaseException:
            process.kill()
            raise
        self._process, self._starts = process, 0

    def _heard(self, process: PortProcess, reply: Reply) -> None:
        if process is not self._newest:
            return
        match reply:
            case Heartbeat():
                self.heartbeat = reply
                if reply.playing and self._playing and reply.starts == self._starts:
                    self._anchor, self._own_anchor = (reply.beat, reply.seconds), (reply.beat, reply.own_seconds)
                    self.tempo = reply.tempo if self.follows else self.tempo
            case ClockState():
                if self._rejoining and not reply.moved:
                    return  # It has only been started, and knows of nothing.
                self._rejoining = False
                self._clocked(reply)
            case Heard(messages):
                for message in messages:
                    self._note_key(message)
            case Listening():
                self.listening = reply
                self._on_trouble()
            case Failed():
                self._failed = reply
            case _:
                pass
        self._on_reply(reply)
        self._tell()

    def _note_key(self, message: HeardMessage) -> None:
        key = (message.channel, message.data[1])
        if message.kind == NOTE_ON:
            self._keys[key] = message
        elif message.kind == NOTE_OFF:
            self._keys.pop(key, None)

    def _let_go(self) -> None:
        """Tell that all keys are let go: another port process does not know of them."""
        keys, self._keys = self._keys, {}
        if keys:
            beat = self.beat()
            self._on_reply(Heard([HeardMessage(beat, down.seconds, note_off(*key)) for key, down in keys.items()]))

    def _clocked(self, state: ClockState) -> None:
        if state.moved:
            left = self._beat_at(state.seconds)
            merely_stopped = abs(state.beat - left) < _SAME_PLACE_BEATS
            self.left = state.beat if merely_stopped else left
        if self.follows:
            self._anchor, self._own_anchor = (state.beat, state.seconds), (state.beat, state.own_seconds)
            self.tempo = state.tempo
        self.clock = state
        self._on_trouble()

    def _beat_at(self, seconds: float) -> float:
        beat, since = self._anchor
        return beat + (seconds - since) / seconds_per_beat(self.tempo) if self.moves else beat

    @staticmethod
    def _follows(request: Open) -> bool:
        return request.clock in FOLLOWERS

    def _ended(self, process: PortProcess, code: int) -> None:
        if process is self._process and self.well and not self._closing:
            self._anchor, self._playing = (self.beat(), time.monotonic()), False
            self._rejoining = self.clock.source == "midi" and self.clock.rolling
            if not self._rejoining:
                self.clock = msgspec.structs.replace(self.clock, rolling=False)  # Nobody hears it now.
            self.trouble = self._failed.reason if self._failed else f"The port process ended with code {code}."
            self._let_go()
            self._troubled()
            self._do(self._replace(process))

    async def _replace(self, lost: PortProcess) -> None:
        while not self.well:
            try:
                await self._open(virtual=self.opened.virtual)
            except LiveComposerError as error:
                self.trouble = str(error)
                self._troubled()
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                self.trouble, self._failed = "", None
        self.replaced += 1
        self.send(Release(list(lost.sounding.notes)), SetOffset(self._request.offset_ms))
        if not self.follows:
            self.send(SetTempo(self.tempo))  # It may have been changed while the port was being opened.
        if self._rejoining:
            beat, own_seconds = self._own_anchor
            self.send(Rejoin(max(0.0, beat), own_seconds))
        self._troubled()

    async def _watch(self) -> None:
        """Kill a port process whose heart does not beat. Looks are counted, not seconds: the machine may have slept."""
        seen, looks = self.heartbeat, 0
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            seen, looks = self.heartbeat, looks + 1 if self.heartbeat is seen and self.well else 0
            if looks >= _FROZEN_AFTER and self._process:
                self._process.kill()
                self._ended(self._process, _KILLED)

    def _troubled(self) -> None:
        self._on_trouble()
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _do(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
