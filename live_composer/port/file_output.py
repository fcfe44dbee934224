"""A MIDI file as a port: what is played is kept, and written whole when the port is closed, however it is closed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from live_composer import files
from live_composer.port.midi_bytes import ALL_SOUND_OFF, CONTROL, SUSTAIN, SYSTEM_EXCLUSIVE
from live_composer.port.protocol import SetTempo, Start, Stop
from live_composer.port.sender import Output

if TYPE_CHECKING:
    from pathlib import Path

    import mido

    from live_composer.port.protocol import Command

TICKS_PER_BEAT = 480
RAMP_STEPS_PER_BEAT = 4
"""A file knows no ramps: so many steps make one."""


class FileOutput(Output):
    """Keeps messages at their beats. Music that is started anew goes on at the next whole beat of the file."""

    def __init__(self, path: Path, tempo: float) -> None:
        """Get ready to write `path`.

        Raises:
            CannotWrite: that can be told already to be impossible; better now than after an hour of music.
        """
        self._path = path
        self._messages: list[tuple[float, bytes]] = []
        self._tempi: list[tuple[float, float]] = [(0.0, tempo)]
        self._shift = self._end = 0.0
        self._pedals: set[int] = set()
        files.check_writable(path)

    def send(self, data: bytes, beat: float) -> None:
        """Keep a message."""
        if self._is_music(data):
            self._end = max(self._end, beat + self._shift)
            self._messages.append((self._end, data))

    def told(self, command: Command, beat: float) -> None:
        """Keep where the tempo changes, and where the music is started anew."""
        match command:
            case SetTempo(tempo, beats):
                self._end_ramp(beat)
                before = self._tempi[-1][1]
                steps = math.ceil(beats * RAMP_STEPS_PER_BEAT)
                for step in range(1, steps + 1):
                    # Evenly in time, so the square of the tempo grows evenly in beats.
                    then = math.sqrt(before**2 + (tempo**2 - before**2) * (step - 0.5) / steps)
                    self._tempi.append((self._end + beats * (step - 1) / steps, then))
                self._tempi.append((self._end + beats, tempo))
            case Stop():
                self._end_ramp(beat)
            case Start(start):
                self._shift = math.ceil(self._end) - (math.floor(start) if self._messages else start)
            case _:
                pass

    def close(self) -> None:
        """Write the file.

        Raises:
            CannotWrite: it cannot be; nothing half-written is left.
        """
        with files.whole_file(self._path) as temporary:
            self._midi_file().save(str(temporary))

    def _end_ramp(self, beat: float) -> None:
        """Forget what was left of a ramp."""
        self._end = max(self._end, beat + self._shift)
        self._tempi = [step for step in self._tempi if step[0] <= self._end]

    def _is_music(self, data: bytes) -> bool:
        """Leave out what a file cannot hold, and what only silences a synth: channel modes, a pedal that is up."""
        if data[0] > SYSTEM_EXCLUSIVE:
            return False
        if data[0] & 0xF0 != CONTROL:
            return True
        channel, controller, value = data[0] & 0x0F, data[1], data[2]
        if controller == SUSTAIN:
            was_down = channel in self._pedals
            (self._pedals.add if value else self._pedals.discard)(channel)
            return bool(value) or was_down
        return controller < ALL_SOUND_OFF

    def _midi_file(self) -> mido.MidiFile:
        import mido

        timed = [(beat, mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo))) for beat, tempo in self._tempi]
        timed += [(beat, mido.Message.from_bytes(data)) for beat, data in self._messages]
        timed.sort(key=lambda pair: pair[0])
        track, last = mido.MidiTrack(), 0
        for beat, message in timed:
            tick = round(beat * TICKS_PER_BEAT)
            message.time, last = tick - last, tick
            track.append(message)
        midi_file = mido.MidiFile(type=0, ticks_per_beat=TICKS_PER_BEAT)
        midi_file.tracks.append(track)
        return midi_file
