"""Real MIDI parts that run without sound hardware: a JACK server, a recorder, a synth, a monitor."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import re
import shutil
import signal
import socket
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
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.kill()

    def _await(self, ready: Callable[[], bool], what: str) -> None:
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
        self.start()

    def start(self) -> None:
        """Start the server, again after it was killed."""
        real_time = ("-R", "-P70") if _may_run_real_time() else ("-r",)
        super().__init__(
            "jackd", "--name", self.name, *real_time, "-t", "5000",
            "-d", "dummy", "-r", str(RATE), "-p", str(self._period), "-C", "2", "-P", "2",
        )  # fmt: skip
        self._await(_answers, "the start of the JACK server")

    def __exit__(self, *details: object) -> None:
        super().__exit__(*details)
        self._lock.close()


class Recorder:
    """Notes every MIDI message with its frame, and hears what sounds."""

    def __init__(self, name: str = "recorder") -> None:
        self._manager = jack_ears.start()
        self._ears = self._manager.Ears(name)
        self._events: list[tuple[int, bytes]] = []
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
        return self._ears.levels()

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
        self._manager = jack_ears.start()
        self._hands = self._manager.Hands(name)

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


class MidiClockLeader(Program):
    """A leader that nobody here wrote: it makes a MIDI clock of JACK's transport, on `jack_midi_clock:mclk_out`."""

    def __init__(self, recorder: Recorder, tempo: float, resync_delay: float = 2.0) -> None:
        super().__init__("jack_midi_clock", "-b", str(tempo), "-d", str(resync_delay))
        self._await(lambda: "jack_midi_clock:mclk_out" in recorder.ports(), "the start of jack_midi_clock")


class ClockDump:
    """A follower that nobody here wrote: it prints the clock it hears, on `jack_mclk_dump:mclk_in`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "clock.txt"
        with self._path.open("wb") as output:
            self.process = subprocess.Popen(
                ["stdbuf", "-oL", "jack_mclk_dump", "-n"], stdout=output, stderr=subprocess.DEVNULL
            )
        wait_for(lambda: b"mclk" in _ports(), "the start of jack_mclk_dump")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    @property
    def text(self) -> str:
        """What it printed."""
        return self._path.read_text()

    @property
    def tempi(self) -> list[float]:
        """The tempi that it saw from tick to tick."""
        return [float(text) for text in re.findall(r"cur: *([0-9.]+)\[BPM\]", self.text)]


class FluidSynth(Program):
    """A synthesizer that plays what it hears, on JACK; its MIDI port is `fsynth:midi_00`."""

    def __init__(self, recorder: Recorder) -> None:
        font = next(font for font in SOUNDFONTS if font.exists())
        super().__init__(
            "fluidsynth", "-a", "jack", "-m", "jack", "-i", "-s", "-R", "0", "-C", "0",
            "-r", str(RATE), "-o", "audio.jack.id=fsynth", "-o", "midi.jack.id=fsynth",
            "-o", f"shell.port={_free_port()}", str(font),
        )  # fmt: skip
        self._await(lambda: recorder.hear("fsynth:left", "fsynth:right"), "the start of FluidSynth")


class AmSynth(Program):
    """A synthesizer that ignores "all notes off" and minds the pedal; its MIDI port is `amsynth:midi_in`."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__("amsynth", "-x", "-m", "jack", "-a", "jack")
        self._await(lambda: recorder.hear("amsynth:L out", "amsynth:R out"), "the start of amsynth")


class MidiDump:
    """JACK's own monitor, which prints every message it gets."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "dump.txt"
        command = ["stdbuf", "-oL", "jack_midi_dump", "-a"]
        with self._path.open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL)
        wait_for(lambda: b"midi-monitor:" in _ports(), "the start of jack_midi_dump")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    @property
    def data(self) -> list[bytes]:
        """The messages so far."""
        found = re.findall(r"^\s*\d+:((?: [0-9a-f]{2})+)", self._path.read_text(), re.MULTILINE)
        return [bytes.fromhex(text) for text in found]


def pitch_class(sound: np.ndarray) -> int:
    """Return the pitch class of the strongest frequency: 0 is C."""
    strength = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    frequency = np.argmax(strength) * RATE / len(sound)
    return round(69 + 12 * np.log2(frequency / 440)) % 12


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


def _ports() -> bytes:
    return subprocess.run(["jack_lsp"], check=False, capture_output=True).stdout


def _answers() -> bool:
    # A client that comes while the server starts may crash: better a child of ours than the tests.
    return b"system:playback_1" in _ports()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _may_run_real_time() -> bool:
    return subprocess.run(["chrt", "-f", "1", "true"], check=False, capture_output=True).returncode == 0


def kill(pid: int, number: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal to one process."""
    os.kill(pid, number)
