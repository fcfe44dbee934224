"""How well a MIDI clock is followed: ticks that come exactly or jitter, at a steady tempo, after a jump, in a ramp.

    python benchmarks/clock_following.py

Ticks of 40 seconds are made, delayed as a MIDI system would, and given to the filter that the port process uses. `off`
is how far the beat it believes in is from the true one (less the constant part of the delay), root mean square.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from machine import machine

from live_composer.port.tick_filter import TickFilter

if TYPE_CHECKING:
    from collections.abc import Callable

TICKS_PER_BEAT = 24
SECONDS = 40.0
RATE = 48_000
CHANGE = 20.0
"""When the tempo jumps."""


def by_periods(frames: int) -> Callable[[np.ndarray], np.ndarray]:
    """Tell ticks at the start of the next audio period, as RtMidi on JACK does."""
    return lambda ticks: np.ceil(ticks * RATE / frames) * frames / RATE


def late(ticks: np.ndarray) -> np.ndarray:
    """Tell ticks late by 2 ms on average, as a busy machine does."""
    return np.maximum.accumulate(ticks + np.random.default_rng(1).exponential(0.002, len(ticks)))


COMING = {
    "to the frame": by_periods(1),
    "by periods of 256 frames": by_periods(256),
    "by periods of 1024 frames": by_periods(1024),
    "late by 2 ms on average": late,
}
TEMPI: dict[str, tuple[Callable[[float], float], float, float]] = {
    "123 BPM": (lambda _: 123.0, 8.0, SECONDS),
    "2 s after 120 to 140 BPM": (lambda now: 120.0 if now < CHANGE else 140.0, CHANGE, CHANGE + 2),
    "in a ramp of 4 BPM a second": (lambda now: 120.0 + min(max(now - 15, 0) * 4, 40), 16.0, 25.0),
}


def ticks_of(tempo: Callable[[float], float]) -> np.ndarray:
    """Return when ticks truly are."""
    ticks = [0.0]
    while ticks[-1] < SECONDS:
        ticks.append(ticks[-1] + 60 / tempo(ticks[-1]) / TICKS_PER_BEAT)
    return np.array(ticks)


def main() -> None:
    """Print the table."""
    print(f"{machine()}\n")
    for name, (tempo, first, last) in TEMPI.items():
        print(f"{name:32} {'off, ms':>9} {'tempo seen':>18}")
        ticks = ticks_of(tempo)
        within = (ticks >= first) & (ticks < last)
        for way, come in COMING.items():
            told, line = come(ticks), TickFilter(60 / 120 / TICKS_PER_BEAT)
            seen: list[tuple[float, float]] = []
            for tick in told:
                line.tick(tick)
                seen.append((line.phase, 60 / TICKS_PER_BEAT / line.period))
            phases, tempi = np.array(seen).T
            off = 1000 * (phases - ticks - np.median(told - ticks))[within]
            print(f"  {way:30} {np.sqrt(np.mean(off**2)):9.3f} {tempi[within].min():9.2f} {tempi[within].max():8.2f}")


if __name__ == "__main__":
    main()
