"""Programs that nobody here wrote, as real MIDI parts: synthesizers, a leader and a follower of clocks, a monitor."""

from __future__ import annotations

import re
import socket
import subprocess
from typing import TYPE_CHECKING, Self

import numpy as np
from real_parts import RATE, SOUNDFONTS, Program, ports, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from real_parts import Recorder


class FluidSynth(Program):
    """A synthesizer that plays what it hears, on JACK; its MIDI port is `fsynth:midi_00`."""

    def __init__(self, recorder: Recorder) -> None:
        font = next(font for font in SOUNDFONTS if font.exists())
        super().__init__(
            "fluidsynth", "-a", "jack", "-m", "jack", "-i", "-s", "-R", "0", "-C", "0",
            "-r", str(RATE), "-o", "audio.jack.id=fsynth", "-o", "midi.jack.id=fsynth",
            "-o", f"shell.port={_free_port()}", str(font),
        )  # fmt: skip
        self.await_start(lambda: recorder.hear("fsynth:left", "fsynth:right"), "the start of FluidSynth")


class AmSynth(Program):
    """A synthesizer that ignores "all notes off" and minds the pedal; its MIDI port is `amsynth:midi_in`."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__("amsynth", "-x", "-m", "jack", "-a", "jack")
        self.await_start(lambda: recorder.hear("amsynth:L out", "amsynth:R out"), "the start of amsynth")


class MidiClockLeader(Program):
    """Makes a MIDI clock of JACK's transport, on `jack_midi_clock:mclk_out`."""

    def __init__(self, recorder: Recorder, tempo: float, resync_delay: float = 2.0) -> None:
        super().__init__("jack_midi_clock", "-b", str(tempo), "-d", str(resync_delay))
        self.await_start(lambda: "jack_midi_clock:mclk_out" in recorder.ports(), "the start of jack_midi_clock")


class Printer:
    """A client of JACK that prints what it hears, line by line, into a file."""

    def __init__(self, path: Path, port: bytes, *command: str) -> None:
        self._path = path
        with path.open("wb") as output:
            self.process = subprocess.Popen(["stdbuf", "-oL", *command], stdout=output, stderr=subprocess.DEVNULL)
        wait_for(lambda: port in ports(), f"the start of {command[0]}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    @property
    def text(self) -> str:
        """What it printed."""
        return self._path.read_text()


class ClockDump(Printer):
    """Prints the clock it hears, on `jack_mclk_dump:mclk_in`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "clock.txt", b"mclk", "jack_mclk_dump", "-n")

    @property
    def tempi(self) -> list[float]:
        """The tempi that it saw from tick to tick."""
        return [float(text) for text in re.findall(r"cur: *([0-9.]+)\[BPM\]", self.text)]


class MidiDump(Printer):
    """JACK's own monitor, which prints every message it gets."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "dump.txt", b"midi-monitor:", "jack_midi_dump", "-a")

    @property
    def data(self) -> list[bytes]:
        """The messages so far."""
        found = re.findall(r"^\s*\d+:((?: [0-9a-f]{2})+)", self.text, re.MULTILINE)
        return [bytes.fromhex(text) for text in found]


def pitch_class(sound: np.ndarray) -> int:
    """Return the pitch class of the strongest frequency: 0 is C."""
    strength = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    frequency = np.argmax(strength) * RATE / len(sound)
    return round(69 + 12 * np.log2(frequency / 440)) % 12


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
