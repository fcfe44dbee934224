"""The scene on stage: FluidSynth plays what a MIDI clock leads, while the tempo, key, rules, model and place change.

    python benchmarks/scene.py [MINUTES [SECONDS]]     (10 when not given; something new every 8 seconds)

Printed: how far each onset that a recorder heard was from the sixteenths of the clock, how many of them can be heard in
the sound, what was left hanging, and how quiet it was where the clock stood still. Its short form is
tests/end_to_end/test_scene.py.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import numpy as np
from machine import machine

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from real_parts import Conductor, JackServer, Recorder  # noqa: E402
from scene import Scene  # noqa: E402

from live_composer.music import midi_file  # noqa: E402


def main() -> None:
    """Play it, and print what was heard."""
    minutes, chapter = (float(word) for word in (*sys.argv[1:3], *("10", "8")[len(sys.argv) - 1 :]))
    print(machine())
    with tempfile.TemporaryDirectory() as home, JackServer(), Recorder() as recorder:
        os.environ["LIVE_COMPOSER_HOME"] = home
        take, conductor = Path(home) / "take.mid", Conductor()
        try:
            judged = Scene(recorder, conductor).play(60 * minutes, chapter, record=take)
        finally:
            conductor.close()
        late = judged.late_ms
        [track] = midi_file.read_song(take).tracks
    print(f"{minutes:g} minutes; the clock began {len(judged.begins)} times; {judged.overruns} overruns of the server")
    print(
        f"{len(late)} onsets off the clock's grid by p50 {np.median(late):.3f}, p99 {np.percentile(late, 99):.3f},"
        f" max {late.max():.3f} ms; {np.mean(late <= 0.1):.1%} within 0.1 ms"
    )
    print(f"{judged.struck:.1%} of them heard in the sound, {len(track.notes)} in the recording")
    print(f"{len(judged.hanging)} left hanging; music {judged.loudness[0]:.2g}, quiet {judged.loudness[1]:.2g} rms")
    print({name: judged.stopped[name] for name in ("missed_plans", "dropped", "planners_replaced", "ports_replaced")})


if __name__ == "__main__":
    main()
