"""Hear a melody from the screen: through a MIDI port, or by FluidSynth where it is installed."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from live_composer import files
from live_composer.errors import LiveComposerError, NoPort
from live_composer.music import audio
from live_composer.music.units import STEPS_PER_BEAT
from live_composer.port.client import PortProcess
from live_composer.port.listing import list_all
from live_composer.port.protocol import Note, Notes, Open, Start, Stop

if TYPE_CHECKING:
    from live_composer.wire.learning import Sample

TEMPO = 120.0
FLUIDSYNTH = "FluidSynth"
_VELOCITY, _CHANNEL = 90, 0
_FAILED_SECONDS = 0.7
"""How soon FluidSynth ends that has no sound card."""
_DRIVERS = ((), ("-a", "jack", "-o", "audio.jack.autoconnect=1"))
"""How FluidSynth comes to the sound card: as it does by itself, or by a JACK server that has it."""


class Hearing:
    """Plays one melody at a time; every call may take a moment, and belongs on a thread.

    Attributes:
        where: the words of a port, `FluidSynth`, or nothing while it is not chosen yet.
    """

    def __init__(self) -> None:
        self.where = ""
        self._port: PortProcess | None = None
        self._opened = ""
        self._synth: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def choices(self) -> list[str]:
        """Return where a melody could be heard, the likeliest first."""
        # What two systems show by one name is one port.
        ports = dict.fromkeys(name for listing in list_all() for name in listing.ports)
        return [*([FLUIDSYNTH] if audio.can_render() else []), *ports]

    def play(self, sample: Sample) -> str:
        """Begin to play a melody; return through what.

        Raises:
            NoPort: there is nothing to hear it by.
            LiveComposerError: the port cannot be opened, or FluidSynth cannot play.
        """
        self.stop()
        if not self.where:
            self.where = next(iter(self.choices()), "")
        if not self.where:
            raise NoPort("There is no MIDI port and no FluidSynth with a SoundFont to hear it by; install one of them.")
        if self.where == FLUIDSYNTH:
            self._play_by_fluidsynth(sample)
            return FLUIDSYNTH
        return self._play_to_port(sample)

    def stop(self) -> None:
        """Be silent."""
        if self._synth:
            self._synth.terminate()
            self._synth.communicate()
            self._synth = None
        if self._folder:
            self._folder.cleanup()
            self._folder = None
        if self._port:
            self._port.send(Stop())

    def close(self) -> None:
        """Be silent, and let the port go."""
        self.stop()
        if self._port:
            self._port.close()
            self._port = None

    def _play_to_port(self, sample: Sample) -> str:
        if self._port is None or self._opened != self.where:
            self.close()
            port = PortProcess(stderr=subprocess.DEVNULL)
            opened = port.open(Open(self.where, virtual=False, tempo=TEMPO))
            self._port, self._opened = port, self.where
            self.where = self._opened = opened.port
        notes = [
            Note(note.step / STEPS_PER_BEAT, note.length / STEPS_PER_BEAT, _CHANNEL, note.pitch, _VELOCITY)
            for note in sample.notes
        ]
        self._port.send(Notes(notes))
        self._port.send(Start())
        return self.where

    def _play_by_fluidsynth(self, sample: Sample) -> None:
        from live_composer.music import midi_file

        notes = [
            midi_file.SongNote(note.step / STEPS_PER_BEAT, note.length / STEPS_PER_BEAT, note.pitch, _VELOCITY, 0)
            for note in sample.notes
        ]
        font = audio.find_soundfont()
        with files.scratch():
            self._folder = tempfile.TemporaryDirectory(prefix="live-composer-")
        melody = Path(self._folder.name) / "melody.mid"
        midi_file.write_notes(melody, notes, sample.steps / STEPS_PER_BEAT, tempos=[(0.0, TEMPO)])
        failures: list[str] = []
        for driver in _DRIVERS:
            self._synth = _start_fluidsynth(*driver, str(font), str(melody))
            try:
                _, said = self._synth.communicate(timeout=_FAILED_SECONDS)
            except subprocess.TimeoutExpired:
                return  # It plays.
            failures += [line for line in said.decode(errors="replace").splitlines() if "rror" in line]
        raise LiveComposerError(f"FluidSynth ended at once: {next(iter(failures), 'it found no sound card')}.")


def _start_fluidsynth(*options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["fluidsynth", "--no-midi-in", "--no-shell", "--quiet", *options],
        env=os.environ | {"JACK_NO_START_SERVER": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def seconds(sample: Sample) -> float:
    """Return how long a melody sounds."""
    return sample.steps / STEPS_PER_BEAT * 60 / TEMPO
