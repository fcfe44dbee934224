"""How late notes arrive: our two outputs beside mido's `MidiFile.play()` and a plain sleep loop, in one run.

    python benchmarks/lateness.py [SECONDS]

Sixteenths at 120 BPM go through a JACK server with a dummy sound card to a recorder that notes the frame of each. The
grid is laid through the median note, so a sender is late or early against its own beat; drift is how much further the
last quarter of the notes lies behind it than the first. All senders play one after the other, twice: by themselves, and
beside a process that plans without pause (the planner's own code and largest model).
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from machine import machine

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from real_parts import RATE, JackServer, Recorder, note_ons  # noqa: E402

from live_composer.port.client import PortProcess  # noqa: E402
from live_composer.port.protocol import Note, Notes, Open, Start  # noqa: E402

STEP = 0.125
PERIOD = 128
_LISTEN = """
import sys, time, rtmidi
count = int(sys.argv[1])
out = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name="sender")
names = out.get_ports()
out.open_port(next(i for i, name in enumerate(names) if name.startswith("recorder:")))
time.sleep(0.5)
"""
SLEEP_LOOP = (
    _LISTEN
    + """
for step in range(count):
    out.send_message([0x90, 60, 80])
    time.sleep(0.0625)
    out.send_message([0x80, 60, 0])
    time.sleep(0.0625)
time.sleep(0.5)
"""
)
MIDO = (
    _LISTEN
    + """
import mido
song, track = mido.MidiFile(ticks_per_beat=480), mido.MidiTrack()
song.tracks.append(track)
for step in range(count):
    track.append(mido.Message("note_on", note=60, velocity=80, time=60 if step else 0))
    track.append(mido.Message("note_off", note=60, time=60))
for message in song.play():
    out.send_message(message.bytes())
time.sleep(0.5)
"""
)
PLANNING = """
from live_composer.plan.look_ahead import LookAhead
from live_composer.policy import checkpoint
look_ahead = LookAhead(checkpoint.load("note-rnn-large").policy())
while True:
    look_ahead.plan([14, 1] * 64, 128, 32, seed=1)
"""


def ours(target: str, count: int) -> None:
    """Play through a port process."""
    port = PortProcess()
    port.open(Open(target, tempo=120.0))
    port.send(Notes([Note(step / 4, 0.125, 0, 60, 80) for step in range(count)]))
    time.sleep(0.5)
    port.send(Start())
    time.sleep(count * STEP + 1)
    port.close()


def script(source: str, count: int) -> None:
    """Play by a script of its own."""
    subprocess.run([sys.executable, "-c", source, str(count)], check=True)


SENDERS = {
    "ours, JACK": lambda count: ours("jack:recorder", count),
    "ours, RtMidi": lambda count: ours("rtmidi:recorder", count),
    "mido, MidiFile.play()": lambda count: script(MIDO, count),
    "sleep loop": lambda count: script(SLEEP_LOOP, count),
}


def row(frames: list[int], count: int) -> str:
    """Return lateness and drift of onsets, in milliseconds."""
    if len(frames) < count:
        return f"{len(frames)} of {count} notes arrived"
    late = 1000 * (np.array(frames[:count]) / RATE - np.arange(count) * STEP)
    late -= np.median(late)
    quarter = count // 4
    drift = np.median(late[-quarter:]) - np.median(late[:quarter])
    p50, p99 = np.percentile(np.abs(late), (50, 99))
    return f"{p50:9.3f} {p99:9.3f} {np.abs(late).max():9.3f} {drift:+9.3f}"


def main() -> None:
    """Print the table."""
    count = int(float(sys.argv[1] if len(sys.argv) > 1 else 10) / STEP)
    print(f"{machine()}\n{count} notes a row, a JACK period of {1000 * PERIOD / RATE:.2f} ms; milliseconds\n")
    print(f"{'':32} {'p50':>9} {'p99':>9} {'max':>9} {'drift':>9}  overruns of the server")
    with JackServer(PERIOD):
        for planning in (False, True):
            busy = subprocess.Popen([sys.executable, "-c", PLANNING]) if planning else None
            try:
                for name, play in SENDERS.items():
                    with Recorder() as recorder:
                        play(count)
                        figures = row([frame for frame, _ in note_ons(recorder.events)], count)
                        print(f"{name + (', planning' if planning else ''):32} {figures}  {recorder.xruns}", flush=True)
            finally:
                if busy:
                    busy.kill()
                    busy.wait()


if __name__ == "__main__":
    main()
