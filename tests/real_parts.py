"""A real JACK server that runs without sound hardware, and who hears, plays and conducts there."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from difflib import SequenceMatcher
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import jack_ears
import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

RATE = 48_000
PROGRAMS = ("jackd", "jack_lsp", "fluidsynth", "jack_midi_dump")
SOUNDFONTS = [
    Path("/usr/share/sounds/sf2/TimGM6mb.sf2"),
    Path("/usr/share/sounds/sf2/default-GM.sf2"),
    Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),
]
NEARLY = 0.9
LEVELS_AT_ONCE = 500
DEAD_SECONDS = float(os.environ.get("JACK_DEAD_SECONDS", "3"))
"""How long a server is dead; JACK_DEAD_SECONDS=120 tries it as on a bad evening."""
SILENCE, MUSIC = 1e-6, 1e-3
"""Below the one, nothing sounds; above the other, something does (root mean square)."""


def missing() -> list[str]:
    """Return which real parts this machine lacks."""
    lacking = [program for program in PROGRAMS if shutil.which(program) is None]
    lacking += [name for name in ("jack", "rtmidi") if importlib.util.find_spec(name) is None]
    return lacking if any(font.exists() for font in SOUNDFONTS) else [*lacking, "a SoundFont"]


def wait_for(happened: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Wait until something has happened; generously, because the machine may be busy."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds:g} s"
        time.sleep(0.01)


def note_ons(events: list[tuple[int, bytes]]) -> list[tuple[int, int]]:
    """Return (frame, pitch) of every note-on."""
    return [(frame, data[1]) for frame, data in events if data[0] & 0xF0 == 0x90 and data[2]]


def note_offs(events: list[tuple[int, bytes]]) -> list[tuple[int, int]]:
    """Return (frame, pitch) of every note-off."""
    return [
        (frame, data[1]) for frame, data in events if data[0] & 0xF0 == 0x80 or (data[0] & 0xF0 == 0x90 and not data[2])
    ]


class Program:
    """A child process that is ended, by its id, when its block is left, and that does not outlive the tests."""

    def __init__(self, *command: str) -> None:
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(1)
        except subprocess.TimeoutExpired:
            self.kill()

    def await_start(self, ready: Callable[[], bool], what: str) -> None:
        """Wait until it is ready; end it if that fails."""
        try:
            wait_for(lambda: self.process.poll() is not None or ready(), what)
            assert self.process.poll() is None, f"{what} failed"
        except BaseException:
            self.kill()
            raise

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()


class JackServer(Program):
    """A server with a dummy sound card and a name of its own; the environment points every client to it.

    JACK has eight slots for the servers of a machine, and keeps one for a server that was killed until another of the
    same name starts. So names are few, and each is locked by the test that uses it.
    """

    NAMES = 4

    def __init__(self, period: int = 256) -> None:
        self._period = period
        self._lock, self.name = _free_name([f"live-composer-test-{number}" for number in range(self.NAMES)])
        os.environ.update(JACK_DEFAULT_SERVER=self.name, JACK_NO_START_SERVER="1", JACK_NO_AUDIO_RESERVATION="1")
        try:
            self.start()
        except BaseException:
            self._lock.close()
            raise

    def start(self) -> None:
        """Start the server, again after it was killed."""
        real_time = ("-R", "-P70") if _may_run_real_time() else ("-r",)
        super().__init__(
            "jackd", "--name", self.name, *real_time, "-t", "5000",
            "-d", "dummy", "-r", str(RATE), "-p", str(self._period), "-C", "2", "-P", "2",
        )  # fmt: skip
        self.await_start(_answers, "the start of the JACK server")

    def __exit__(self, *details: object) -> None:
        super().__exit__(*details)
        self._lock.close()


class Recorder:
    """Notes every MIDI message with its frame, and hears what sounds."""

    def __init__(self, name: str = "recorder") -> None:
        self._manager = jack_ears.start()
        self._ears = self._manager.Ears(name)
        self._events: list[tuple[int, bytes]] = []
        self._levels: list[tuple[int, float, float]] = []
        self._fetched = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ears.close()
        self._manager.shutdown()

    @property
    def events(self) -> list[tuple[int, bytes]]:
        """(frame, message) so far; may be cleared."""
        new = self._ears.events(self._fetched)
        self._fetched += len(new)
        self._events += new
        return self._events

    @property
    def data(self) -> list[bytes]:
        """The messages so far, without their frames."""
        return [data for _, data in self.events]

    @property
    def xruns(self) -> int:
        """How often the server went on without a late client: what that one had to say is lost, or said twice."""
        return self._ears.xruns()

    def ports(self, pattern: str = "") -> list[str]:
        """Return the names of the MIDI ports of the server."""
        return self._ears.ports(pattern)

    def listen(self, port: str) -> None:
        """Have a MIDI output port played to us."""
        self._ears.listen(port)

    def hear(self, *ports: str) -> bool:
        """Have audio output ports played to us; False if they are not ready for that."""
        return self._ears.hear(*ports)

    def loudness(self, seconds: float = 0.3) -> float:
        """Listen from now on, and return the root mean square."""
        return float(np.sqrt(np.mean(self.listen_for(seconds) ** 2)))

    def listen_for(self, seconds: float) -> np.ndarray:
        """Return what sounds from now on."""
        first = self._ears.periods()
        sound = self._heard(first, lambda sound: len(sound) * len(sound[0][1]) >= seconds * RATE)
        return np.concatenate([samples for _, samples in sound])

    def levels(self) -> list[tuple[int, float, float]]:
        """Return (frame, loudness, brightness) of each period so far; an attack is bright."""
        more = LEVELS_AT_ONCE
        while more == LEVELS_AT_ONCE:
            before = len(self._levels)
            self._levels += self._ears.levels(before, LEVELS_AT_ONCE)
            more = len(self._levels) - before
        return self._levels

    def sound_between(self, first: int, last: int) -> np.ndarray:
        """Return what sounded from one frame to another, to the nearest period."""
        sound = self._heard(0, lambda sound: sound[-1][0] >= last)
        return np.concatenate([samples for frame, samples in sound if first <= frame < last])

    def watch_transport(self) -> None:
        """Note where JACK's transport is, from now on."""
        self._ears.watch()

    @property
    def places(self) -> list[tuple[int, int]]:
        """(frame, the transport's frame) of each period in which it rolled."""
        return self._ears.places()

    def undisturbed(self, attempt: Callable[[], None], attempts: int = 6) -> None:
        """Do something that takes real time, again and again until the server has kept its own time meanwhile."""
        for _ in range(attempts):
            self.events.clear()
            before = self._ears.xruns()
            attempt()
            if self._ears.xruns() == before:
                return
        pytest.fail(f"this machine is too busy: the JACK server overran its periods in each of {attempts} attempts")

    def fairly(self, attempt: Callable[[], None], attempts: int = 4) -> None:
        """Try what takes real time and judges itself; anew where it fails and the server did not keep its own time."""
        for left in reversed(range(attempts)):
            self.events.clear()
            before = self._ears.xruns()
            try:
                attempt()
            except AssertionError:
                if not left or self._ears.xruns() == before:
                    raise
            else:
                return

    def freewheel(self, *, on: bool) -> None:
        """Have the server run as fast as it can, or in real time again."""
        self._ears.freewheel(on)

    def agrees(self, heard: list[Any], played: list[Any]) -> bool:
        """Say whether what was heard is what was played, or nearly so if the server stumbled."""
        if heard == played or not self.xruns:
            return heard == played
        return SequenceMatcher(a=heard, b=played, autojunk=False).ratio() > NEARLY

    def _heard(self, since: int, enough: Callable[[list], bool]) -> list[tuple[int, np.ndarray]]:
        sound: list[tuple[int, np.ndarray]] = []

        def more() -> bool:
            sound.extend(self._ears.sound(since + len(sound)))
            return bool(sound) and enough(sound)

        wait_for(more, "recording")
        return sound


class Keyboard:
    """Somebody who plays, on `keyboard:out`; what is played to its `in` comes out again, as on a bus."""

    def __init__(self, name: str = "keyboard") -> None:
        self._name, self._manager = name, jack_ears.start()
        self._hands = self._manager.Hands(name)

    def go_and_come_back(self) -> None:
        """Go away, and be there again at once, as a program that is restarted."""
        self._hands.close()
        self._hands = self._manager.Hands(self._name)

    def play(self, *messages: bytes) -> None:
        """Play messages as soon as can be."""
        self._hands.play([(0, data) for data in messages])

    def play_at(self, messages: list[tuple[int, bytes]]) -> None:
        """Play (frame from the next period on, message)."""
        self._hands.play(messages)

    def connect(self, port: str) -> None:
        """Play to a port."""
        self._hands.connect(port)

    def close(self) -> None:
        """Go away."""
        with contextlib.suppress(Exception):
            self._hands.close()
        self._manager.shutdown()


class Conductor:
    """Moves JACK's transport."""

    def __init__(self) -> None:
        self._manager = jack_ears.start()
        self._baton = self._manager.Baton()
        self.conduct, self.tempi = self._baton.conduct, self._baton.tempi
        self.roll, self.halt, self.locate = self._baton.roll, self._baton.halt, self._baton.locate

    def close(self) -> None:
        """Go away."""
        with contextlib.suppress(Exception):
            self._baton.close()
        self._manager.shutdown()


def _free_name(names: list[str]) -> tuple[IO[bytes], str]:
    """Return a name that no other test uses now, and what must be kept open for as long as it is used."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for name in names:
            lock = (Path(tempfile.gettempdir()) / f"{name}.lock").open("wb")
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return lock, name
            lock.close()
        time.sleep(0.1)
    raise TimeoutError("other tests use all JACK servers")


def ports() -> bytes:
    """Return the names of all ports of the server, as JACK's own lister prints them."""
    return subprocess.run(["jack_lsp"], check=False, capture_output=True).stdout


def _answers() -> bool:
    # A client that comes while the server starts may crash: better a child of ours than the tests.
    return b"system:playback_1" in ports()


def _may_run_real_time() -> bool:
    return subprocess.run(["chrt", "-f", "1", "true"], check=False, capture_output=True).returncode == 0


def kill(pid: int, number: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal to one process."""
    os.kill(pid, number)
