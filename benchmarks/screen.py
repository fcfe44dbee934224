"""What screens cost: the CPU of one while music plays, and how late notes are with three attached and with none.

    python benchmarks/screen.py [SECONDS]

A daemon plays at 120 BPM by RtMidi to a JACK server with a dummy sound card; a recorder notes the frame of each note.
How far notes are from the grid of sixteenths is measured with no screen, with three and with none again, side by side;
the screens are real programs in terminals of 160x45. The last line is the share of a core that each of them takes.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from machine import machine

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from real_parts import RATE, JackServer, Recorder, note_ons, wait_for  # noqa: E402
from terminal import Terminal  # noqa: E402

SCREENS = 3
STEP = 0.125
PERIOD = 128
WIDTH, HEIGHT = 160, 45
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def screens_of(terminals: list[Terminal]) -> list[int]:
    """Return the processes of the screens."""
    shells = [terminal.pid for terminal in terminals]
    found = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = dict(map(int, line.split()) for line in found.splitlines())
    return [pid for pid, parent in parents.items() if parent in shells]


def off_the_grid(recorder: Recorder, seconds: float) -> tuple[np.ndarray, int]:
    """Play for some time; return how far each note was from the grid, in milliseconds, and the server's overruns."""
    notes, overruns = len(note_ons(recorder.events)), recorder.xruns
    time.sleep(seconds)
    at = np.array([frame for frame, _ in note_ons(recorder.events)[notes:]]) / RATE
    # The grid goes through the median note: its phase is the angle of the mean of all notes on the circle of a step.
    angle = np.angle(np.mean(np.exp(2j * np.pi * at / STEP))) / (2 * np.pi)
    off = (at / STEP - angle + 0.5) % 1 - 0.5
    return 1000 * STEP * np.abs(off - np.median(off)), recorder.xruns - overruns


def row(name: str, heard: tuple[np.ndarray, int]) -> str:
    """Return a line of the table."""
    off, overruns = heard
    p50, p99 = np.percentile(off, (50, 99))
    return f"{name:22} {len(off):6} {p50:9.3f} {p99:9.3f} {off.max():9.3f}  {overruns}"


def measure(recorder: Recorder, seconds: float) -> None:
    """Print the tables."""
    print(f"{'':22} {'notes':>6} {'p50 ms':>9} {'p99 ms':>9} {'max ms':>9}  overruns of the server")
    print(row("no screen", off_the_grid(recorder, seconds)), flush=True)
    with contextlib.ExitStack() as stack:
        terminals = [stack.enter_context(Terminal(WIDTH, HEIGHT)) for _ in range(SCREENS)]
        for terminal in terminals:
            terminal.run("attach")
        for terminal in terminals:
            terminal.wait("▶ playing")
        time.sleep(2)
        pids = screens_of(terminals)
        before, began = [cpu_seconds(pid) for pid in pids], time.monotonic()
        print(row(f"{SCREENS} screens", off_the_grid(recorder, seconds)), flush=True)
        passed = time.monotonic() - began
        shares = [100 * (cpu_seconds(pid) - start) / passed for pid, start in zip(pids, before, strict=True)]
    print(row("no screen again", off_the_grid(recorder, seconds)), flush=True)
    print(f"\na screen of {WIDTH}x{HEIGHT} takes {', '.join(f'{share:.1f}' for share in shares)} % of a core")


def main() -> None:
    """Play, and measure."""
    seconds = float(sys.argv[1] if len(sys.argv) > 1 else 30)
    print(f"{machine()}\n{seconds:g} s a row, 120 BPM\n")
    with tempfile.TemporaryDirectory() as home, JackServer(PERIOD), Recorder() as recorder:
        os.environ["LIVE_COMPOSER_HOME"] = home
        command = [sys.executable, "-m", "live_composer", "serve", "--json", "--port", "rtmidi:recorder", "--seed", "4"]
        daemon = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            wait_for(lambda: len(note_ons(recorder.events)) > 8, "music", 60)
            measure(recorder, seconds)
        finally:
            daemon.terminate()
            daemon.wait()


if __name__ == "__main__":
    main()
