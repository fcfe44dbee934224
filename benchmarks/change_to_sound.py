"""How soon a change is heard: from `set` to the first note that obeys it, in a daemon that plays in real time.

    python benchmarks/change_to_sound.py [--changes 20] [--tempo 120] [--model house] [--book house]

The key goes to and fro between C and F# major, at moments that are spread over the beat. `step` is the first sixteenth
that can obey, `note` the first note that must: one that is in the new key and not in the old one. The melody's own
rhythm lies between the two, and notes that are in both keys are passed over.
"""

from __future__ import annotations

import argparse
import asyncio
import time

import numpy as np
from machine import machine

from live_composer.live.daemon import Daemon, Setup
from live_composer.live.values import Values
from live_composer.music.units import STEPS_PER_BEAT, seconds_per_beat
from live_composer.policy import checkpoint
from live_composer.port.protocol import Reply, Sent
from live_composer.rules import book_file
from live_composer.wire.screen import Set

KEYS = {"F# major": {1, 3, 6, 8, 10}, "C major": {0, 2, 4, 7, 9}}
"""The pitch classes of each that the other has not."""
_SETTLED_SECONDS = 2.0
_PATIENCE_SECONDS = 20.0


class Ear:
    """Waits for a note of some pitch classes."""

    def __init__(self) -> None:
        self._wanted: set[int] = set()
        self._heard: asyncio.Future[float] | None = None

    def wait_for(self, wanted: set[int]) -> asyncio.Future[float]:
        """Return when the next of them is struck, once it is."""
        self._wanted, self._heard = wanted, asyncio.get_running_loop().create_future()
        return self._heard

    def hear(self, reply: Reply) -> None:
        """Take in what the port says."""
        if not isinstance(reply, Sent) or self._heard is None or self._heard.done():
            return
        for message in reply.messages:
            if message.data[0] & 0xF0 == 0x90 and message.data[1] % 12 in self._wanted:
                self._heard.set_result(time.monotonic())
                return


async def measure(options: argparse.Namespace) -> tuple[list[float], list[float], int]:
    """Return milliseconds to the first step and to the first note, and how many plans were missed."""
    values = {"model": options.model, "book": options.book, "tempo": options.tempo, "seed": 1, "key": "C major"}
    weights = book_file.weights(book_file.find(options.book))
    vocabulary = checkpoint.load(options.model).shape.vocabulary
    ear = Ear()
    setup = Setup(target="null", values=Values(values, weights), vocabulary=vocabulary, device="cpu")
    daemon = Daemon(setup, on_reply=ear.hear)
    running = asyncio.create_task(daemon.run())
    steps: list[float] = []
    notes: list[float] = []
    step_seconds = seconds_per_beat(options.tempo) / STEPS_PER_BEAT
    chance = np.random.default_rng(1)
    try:
        await asyncio.sleep(4 * _SETTLED_SECONDS)
        for number in range(options.changes):
            key = list(KEYS)[number % 2]
            await asyncio.sleep(_SETTLED_SECONDS + chance.random())
            heard, begin, beat = ear.wait_for(KEYS[key]), time.monotonic(), daemon.port.beat()
            daemon.ask(Set("key", key))
            first = daemon.performance._wishes_from  # noqa: SLF001 - where the new key begins
            steps.append(1000 * max(0.0, first - beat * STEPS_PER_BEAT) * step_seconds)
            notes.append(1000 * (await asyncio.wait_for(heard, _PATIENCE_SECONDS) - begin))
        return steps, notes, daemon.performance.source.missed
    finally:
        daemon.quit()
        await running


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--changes", type=int, default=20)
    parser.add_argument("--tempo", type=float, default=120.0)
    parser.add_argument("--model", default="house")
    parser.add_argument("--book", default="house")
    options = parser.parse_args()
    print(machine())
    steps, notes, missed = asyncio.run(measure(options))
    print(f"{options.changes} changes of key at {options.tempo:g} BPM by {options.model} and {options.book}")
    print(f"{missed} plans missed")
    print(f"{'ms from set to':<18}{'median':>8}{'p90':>8}{'most':>8}")
    for what, values in (("first step", steps), ("first note", notes)):
        print(f"{what:<18}{np.median(values):8.0f}{np.quantile(values, 0.9):8.0f}{max(values):8.0f}")


if __name__ == "__main__":
    main()
