"""How late notes arrive: our two outputs beside mido's `MidiFile.play()`, isobar and a plain sleep loop, in one run.

    python benchmarks/lateness.py [SECONDS [SECONDS]]        (60 of sixteenths and 20 of the rest when not given)

Notes every 125 ms (sixteenths at 120 BPM) and every 20 ms go through a JACK server with a dummy sound card to a
recorder that notes the frame of each. The grid is laid through the median note, so a sender is late or early against
its own beat; drift is how much further the last quarter of the notes lies behind it than the first (the dummy card's
own clock drifts by a period or so). `woke` is how late the sender came to send, by the system's clock, against its own
earliest note. All play one after the other: by themselves, then beside as many processes as cores that plan by torch
without pause and a daemon that plays with its screen in a terminal.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from machine import machine

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from real_parts import RATE, JackServer, Recorder, note_ons  # noqa: E402
from serving import Serving  # noqa: E402
from terminal import Terminal  # noqa: E402

from live_composer.port.client import PortProcess  # noqa: E402
from live_composer.port.protocol import Note, Notes, Open, Reply, Sent, Start  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

STEPS = (0.125, 0.02)
PERIOD = 128
LEAST = 3
_LISTEN = """
import json, sys, time, rtmidi
count, step = int(sys.argv[1]), float(sys.argv[2])
out = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name="sender")
names = out.get_ports()
out.open_port(next(i for i, name in enumerate(names) if name.startswith("recorder:")))
woke = []
def send(data):
    if data[0] == 0x90 and data[2]:
        woke.append(time.monotonic())
    out.send_message(data)
time.sleep(0.5)
"""
_END = """
time.sleep(0.5)
print(json.dumps(woke))
"""
SLEEP_LOOP = """
for _ in range(count):
    send([0x90, 60, 80])
    time.sleep(step / 2)
    send([0x80, 60, 0])
    time.sleep(step / 2)
"""
MIDO = """
import mido
song, track = mido.MidiFile(ticks_per_beat=1000), mido.MidiTrack()  # at 120 BPM: 2 ticks a millisecond
song.tracks.append(track)
half = round(step * 1000)
for n in range(count):
    track.append(mido.Message("note_on", note=60, velocity=80, time=half if n else 0))
    track.append(mido.Message("note_off", note=60, time=half))
for message in song.play():
    send(message.bytes())
"""
ISOBAR = """
import isobar
class Device(isobar.io.OutputDevice):
    def note_on(self, note=60, velocity=64, channel=0):
        send([0x90, note, velocity])
    def note_off(self, note=60, channel=0):
        send([0x80, note, 0])
timeline = isobar.Timeline(120, output_device=Device())
timeline.stop_when_done = True
notes = isobar.PSequence([60], count)
timeline.schedule({"note": notes, "duration": step * 2, "gate": 0.5, "amplitude": 80})
timeline.run()
"""
PLANNING = """
from live_composer.plan import engine
from live_composer.plan.look_ahead import LookAhead
from live_composer.policy import checkpoint
look_ahead = LookAhead(engine.ear(checkpoint.load("note-rnn-large"), "torch cpu"))
while True:
    look_ahead.plan([14, 1] * 64, 128, 32)
"""


def ours(target: str, count: int, step: float) -> list[float]:
    """Play through a port process; return by how many milliseconds it was late."""
    replies: list[Reply] = []
    port = PortProcess(replies.append)
    port.open(Open(target, tempo=120.0))
    port.send(Notes([Note(2 * step * n, step, 0, 60, 80) for n in range(count)]))
    time.sleep(0.5)
    port.send(Start())
    time.sleep(count * step + 1)
    port.close()
    sent = [message for reply in replies if isinstance(reply, Sent) for message in reply.messages]
    late = np.array([message.late_ms for message in sent if message.data[0] == 0x90])
    return list(late - late.min())


def script(source: str, count: int, step: float) -> list[float]:
    """Play by a script of its own; return by how many milliseconds it was late."""
    command = [sys.executable, "-c", _LISTEN + source + _END, str(count), str(step)]
    woke = np.array(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))
    late = 1000 * (woke - step * np.arange(len(woke)))
    return list(late - late.min())


SENDERS = {
    "ours, JACK": lambda *what: ours("jack:recorder", *what),
    "ours, RtMidi": lambda *what: ours("rtmidi:recorder", *what),
    "mido, MidiFile.play()": lambda *what: script(MIDO, *what),
    "isobar": lambda *what: script(ISOBAR, *what),
    "sleep loop": lambda *what: script(SLEEP_LOOP, *what),
}


OTHERS = {"isobar"}
"""Those that may not be installed."""


def row(frames: list[int], woke: list[float], count: int, step: float) -> str:
    """Return lateness and drift of onsets, in milliseconds."""
    woke_50, woke_99 = np.percentile(woke, (50, 99))
    if len(frames) < count:
        return f"{f'{len(frames)} of {count} notes arrived':>39} {woke_50:9.3f} {woke_99:9.3f}"
    late = 1000 * (np.array(frames[:count]) / RATE - np.arange(count) * step)
    late -= np.median(late)
    quarter = count // 4
    drift = np.median(late[-quarter:]) - np.median(late[:quarter])
    p50, p99 = np.percentile(np.abs(late), (50, 99))
    return f"{p50:9.3f} {p99:9.3f} {np.abs(late).max():9.3f} {drift:+9.3f} {woke_50:9.3f} {woke_99:9.3f}"


def table(step: float, count: int, beside: str) -> None:
    """Print one row a sender."""
    print(f"\nevery {1000 * step:g} ms, {count} notes{beside}")
    for name, play in SENDERS.items():
        if name in OTHERS and importlib.util.find_spec(name) is None:
            print(f"{name:32} not installed here")
            continue
        with Recorder() as recorder:
            woke = play(count, step)
            figures = row([frame for frame, _ in note_ons(recorder.events)], woke, count, step)
            print(f"{name:32} {figures}  {recorder.xruns}", flush=True)


@contextlib.contextmanager
def busy() -> Iterator[None]:
    """Plan by torch on every core, and show a daemon's screen."""
    planners = [subprocess.Popen([sys.executable, "-c", PLANNING]) for _ in range(os.cpu_count() or 1)]
    try:
        with tempfile.TemporaryDirectory() as home:
            os.environ["LIVE_COMPOSER_HOME"] = home
            with Serving("null", model="house") as serving, Terminal() as terminal:
                serving.wait_for("bar")
                terminal.run("attach")
                terminal.wait("playing")
                yield
    finally:
        for planner in planners:
            planner.kill()
            planner.wait()


def main() -> None:
    """Print the tables."""
    seconds = [float(word) for word in (*sys.argv[1:3], *("60", "20")[len(sys.argv) - 1 :])]
    print(f"{machine()}\na JACK period of {1000 * PERIOD / RATE:.2f} ms; milliseconds\n")
    head = ("p50", "p99", "max", "drift", "woke p50", "woke p99")
    print(" " * 32, *(f"{word:>9}" for word in head), " overruns of the server")
    with JackServer(PERIOD):
        for beside, load in (("", contextlib.nullcontext), (", beside planning and a screen", busy)):
            with load():
                for step, length in zip(STEPS, seconds, strict=True):
                    table(step, max(LEAST, int(length / step)), beside)


if __name__ == "__main__":
    main()
