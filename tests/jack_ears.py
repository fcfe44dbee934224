"""JACK clients that hear and play for the tests, in a process of their own: in theirs call-backs would miss periods."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import sys
import time
from collections import deque
from multiprocessing.managers import BaseManager
from typing import TYPE_CHECKING

from live_composer.port.jack_client import connect_client

if TYPE_CHECKING:
    import numpy as np

STOPPED, ROLLING = 0, 1
"""What JACK calls these states of its transport."""


class Ears:
    """Notes every MIDI message with its frame, and keeps the sound of two audio ports."""

    def __init__(self, name: str) -> None:
        self._client = connect_client(name)
        self._events: list[tuple[int, bytes]] = []
        self._sound: list[tuple[int, np.ndarray]] = []
        self._places: list[tuple[int, int]] | None = None
        self._xruns = 0
        self._midi = self._client.midi_inports.register("in")
        self._audio = [self._client.inports.register(side) for side in ("left", "right")]
        self._client.set_process_callback(self._process)
        self._client.set_xrun_callback(self._overrun)
        self._client.activate()

    def events(self, since: int) -> list[tuple[int, bytes]]:
        """Return (frame, message) from the `since`-th on."""
        return self._events[since:]

    def sound(self, since: int) -> list[tuple[int, np.ndarray]]:
        """Return (frame, samples) of each period from the `since`-th on."""
        return self._sound[since:]

    def levels(self, since: int, most: int) -> list[tuple[int, float, float]]:
        """Return (frame, loudness, brightness) of so many periods: root mean square of the sound and of its slope.

        Not of all at once: the call-back waits while they are handed over.
        """
        import numpy as np

        return [
            (start, float(np.sqrt(np.mean(samples**2))), float(np.sqrt(np.mean(np.diff(samples) ** 2))))
            for start, samples in self._sound[since : since + most]
        ]

    def periods(self) -> int:
        """Return how many periods of sound there are."""
        return len(self._sound)

    def xruns(self) -> int:
        """Return how many periods the server overran so far."""
        return self._xruns

    def ports(self, pattern: str) -> list[str]:
        """Return the names of the MIDI ports of the server."""
        return [port.name for port in self._client.get_ports(pattern, is_midi=True)]

    def listen(self, port: str) -> None:
        """Have a MIDI output port played to us."""
        self._client.connect(port, self._midi)

    def hear(self, *ports: str) -> bool:
        """Have audio output ports played to us; False if they are not ready for that."""
        import jack

        for theirs, ours in zip(ports, self._audio, strict=True):
            try:
                if not ours.is_connected_to(theirs):
                    self._client.connect(theirs, ours)
            except jack.JackError:
                return False
        return True

    def watch(self) -> None:
        """Note where the transport is while it rolls, from now on."""
        self._places = []

    def places(self) -> list[tuple[int, int]]:
        """Return (frame, the transport's frame) of each period in which it rolled."""
        return self._places or []

    def freewheel(self, on: bool) -> None:
        """Have the server run as fast as it can, or in real time again."""
        self._client.set_freewheel(on)

    def close(self) -> None:
        """Leave the server."""
        self._client.deactivate()
        self._client.close()

    def _overrun(self, _microseconds: float) -> None:
        self._xruns += 1

    def _process(self, _frames: int) -> None:
        start = self._client.last_frame_time
        self._events += [(start + offset, bytes(data)) for offset, data in self._midi.incoming_midi_events()]
        if self._places is not None:
            state, position = self._client.transport_query_struct()
            if state == ROLLING:
                self._places.append((start, position.frame))
        if any(port.number_of_connections for port in self._audio):
            self._sound.append((start, sum(port.get_array().copy() for port in self._audio)))


class Hands:
    """Plays messages at given frames, and may be a bus: what it hears comes out again."""

    def __init__(self, name: str) -> None:
        self._client = connect_client(name)
        self._todo: deque[tuple[int, bytes]] = deque()
        self._start: int | None = None
        self._in = self._client.midi_inports.register("in")
        self._out = self._client.midi_outports.register("out")
        self._client.set_process_callback(self._process)
        self._client.activate()

    def play(self, messages: list[tuple[int, bytes]]) -> None:
        """Play (frame from the next period on, message), in order."""
        self._start = None
        self._todo.extend(messages)

    def connect(self, port: str) -> None:
        """Play to a port."""
        self._client.connect(self._out, port)

    def close(self) -> None:
        """Leave the server."""
        self._client.deactivate()
        self._client.close()

    def _process(self, frames: int) -> None:
        now = self._client.last_frame_time
        self._out.clear_buffer()
        for offset, data in self._in.incoming_midi_events():
            self._out.write_midi_event(offset, bytes(data))
        if self._todo and self._start is None:
            self._start = now
        while self._todo and (at := self._todo[0][0] + self._start - now) < frames:
            if self._out.max_event_size < len(self._todo[0][1]):
                return
            self._out.write_midi_event(max(at, 0), self._todo.popleft()[1])


class Baton:
    """Conducts JACK's transport, and is its timebase if asked to."""

    def __init__(self) -> None:
        self._client = connect_client("conductor")
        self._tempo = 0.0
        self._tempi: list[tuple[int, float, float]] = []
        """From which frame on, how many ticks lie before it, and at which tempo it goes on."""
        self._client.activate()

    def conduct(self, tempo: float) -> None:
        """Say at which tempo the transport goes from where it is now, four beats a bar."""
        conducts, self._tempo = self._tempo > 0, tempo
        if not conducts:
            self._client.set_timebase_callback(self._say)

    def tempi(self) -> list[tuple[int, float, float]]:
        """Return from which frame on how many beats lie before it, and at which tempo it goes on."""
        return [(frame, ticks / 1920, tempo) for frame, ticks, tempo in self._tempi]

    def roll(self) -> None:
        """Let it go."""
        self._client.transport_start()

    def halt(self) -> None:
        """Stop it."""
        self._client.transport_stop()

    def locate(self, frame: int) -> None:
        """Put it at a frame. Where it stands, wait until it is there: a start in the same period would come first."""
        stands = self._state() == STOPPED
        self._client.transport_locate(frame)
        while stands and (self._state() != STOPPED or self._client.transport_frame != frame):
            time.sleep(0.001)

    def close(self) -> None:
        """Leave the server."""
        self._client.transport_stop()
        self._client.deactivate()
        self._client.close()

    def _say(self, _state: int, _frames: int, position: object, _new: bool) -> None:
        ticks, tempo = self._ticks(position.frame), self._tempo
        if not self._tempi or tempo != self._tempi[-1][2]:
            self._tempi = [mark for mark in self._tempi if mark[0] < position.frame]
            self._tempi.append((position.frame, ticks, tempo))
        position.valid = 0x10
        position.beats_per_bar, position.beat_type, position.ticks_per_beat = 4.0, 4.0, 1920.0
        position.beats_per_minute = tempo
        position.bar = int(ticks // (4 * 1920)) + 1
        position.beat = int(ticks // 1920) % 4 + 1
        position.tick = int(ticks % 1920)

    def _state(self) -> int:
        return self._client.transport_query_struct()[0]

    def _ticks(self, at: int) -> float:
        marks = [mark for mark in self._tempi if mark[0] <= at] or self._tempi[:1] or [(0, 0.0, self._tempo)]
        frame, ticks, tempo = marks[-1]
        return ticks + (at - frame) * tempo * 1920 / 60 / self._client.samplerate


class JackManager(BaseManager):
    """Starts the process and makes proxies of what lives in it."""


JackManager.register("Ears", Ears)
JackManager.register("Hands", Hands)
JackManager.register("Baton", Baton)


def start() -> JackManager:
    """Start the process."""
    manager = JackManager(ctx=multiprocessing.get_context("spawn"))
    manager.start(initializer=_go_first)
    return manager


def _go_first() -> None:
    gc.disable()
    sys.setswitchinterval(1e-4)
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
