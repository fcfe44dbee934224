"""The scene on stage: a synthesizer plays what a MIDI clock leads, while key, rules and model change; and its judge.

The clock is `jack_midi_clock`, which nobody here wrote; it changes its tempo, stops, goes on, and goes on elsewhere. A
recorder hears the clock, the notes and the sound.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import cycle, pairwise
from typing import TYPE_CHECKING

import numpy as np
from grid import Onset, hanging, onsets, steps_of_ticks
from real_parts import RATE, Conductor, Recorder, note_ons, wait_for
from real_programs import FluidSynth, MidiClockLeader
from serving import Serving

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

CLOCK = "jack_midi_clock:mclk_out"
ATTACK, BEFORE = RATE // 20, RATE // 50
BRIGHTER = 1.1
RINGING = 0.6
"""Seconds after a stop in which a piano may still ring."""


@dataclass
class Judgement:
    """What was heard.

    Attributes:
        heard: every note-on, with the sixteenth of the clock that it is nearest to.
        begins: the indices in `heard` at which the clock was started, or went on.
        hanging: pitches left hanging.
        struck: the share of the onsets at which the sound became brighter, as it does when a piano is struck.
        loudness: the most of the music, and of the quiet after stops (root mean square of a period).
        stopped: the daemon's figures.
        overruns: of the audio server.
    """

    heard: list[Onset]
    begins: list[int]
    hanging: list[int]
    struck: float
    loudness: tuple[float, float]
    stopped: dict[str, object]
    overruns: int

    @property
    def late_ms(self) -> np.ndarray:
        """How far each onset was from the clock's grid, in milliseconds."""
        return np.array([abs(onset.late) for onset in self.heard]) * 1000 / RATE

    @property
    def in_order(self) -> bool:
        """Whether no sixteenth was played twice or too early, from each start of the clock to the next."""
        parts = [self.heard[begin:end] for begin, end in pairwise([*self.begins, len(self.heard)])]
        return all(before.step < after.step for part in parts for before, after in pairwise(part))


class Scene:
    """Plays the scene, chapter after chapter, until its time is over."""

    def __init__(self, recorder: Recorder, conductor: Conductor) -> None:
        self._recorder, self._conductor = recorder, conductor
        self._quiet: list[tuple[int, int]] = []
        self._begins: list[int] = []

    def play(self, seconds: float, chapter: float, *, tempo: float = 120.0, record: Path | None = None) -> Judgement:
        """Play for so long, with something new every `chapter` seconds."""
        recorder, conductor = self._recorder, self._conductor
        conductor.locate(0)
        conductor.conduct(tempo)
        options = ["--clock", "midi", "--input", "jack:jack_midi_clock", "--seed", "4"]
        with (
            FluidSynth(recorder),
            MidiClockLeader(recorder, tempo, resync_delay=0.3),
            Serving("fsynth", *options, *(("--record", str(record)) if record else ()), model="house") as serving,
        ):
            serving.wait_for("opened")
            serving.set("gate", 60)  # A note that has ended hides no attack of the next.
            wait_for(lambda: serving.status().transport == "playing", "the first plan")
            recorder.listen(CLOCK)
            recorder.listen(next(port for port in recorder.ports("live-composer:") if not port.endswith(":in")))
            overruns = recorder.xruns
            self._begin()
            self._chapters(serving, tempo, chapter, time.monotonic() + seconds)
            self._halt(serving)
            serving.process.terminate()
            return self._judge(serving.end(), recorder.xruns - overruns)

    def _chapters(self, serving: Serving, tempo: float, chapter: float, end: float) -> None:
        conduct = self._conductor.conduct
        chapters: Sequence[Callable[[], object]] = (
            lambda: serving.set("key", "D dorian"),
            lambda: conduct(tempo * 1.2),
            lambda: serving.set("rule.house_leaps", 2.0),
            lambda: self._rest(serving),
            lambda: serving.set("model", "note-rnn-large"),
            lambda: conduct(tempo * 0.8),
            lambda: serving.set("key", "Eb"),
            lambda: self._rest(serving, place=RATE * 60),
            lambda: serving.set("rule.house_motif", 0.0),
            lambda: conduct(tempo),
            lambda: serving.set("model", "house"),
        )
        for turn in cycle(chapters):
            time.sleep(min(chapter, max(0.0, end - time.monotonic())))
            if time.monotonic() >= end:
                return
            turn()

    def _begin(self) -> None:
        self._begins.append(len(note_ons(self._recorder.events)))
        self._conductor.roll()

    def _rest(self, serving: Serving, place: int | None = None) -> None:
        """Stop, be quiet, and go on from there or from elsewhere."""
        self._halt(serving)
        if place is not None:
            self._conductor.locate(place)
        self._begin()

    def _halt(self, serving: Serving) -> None:
        self._conductor.halt()
        wait_for(lambda: not serving.status().clock.rolling and not hanging(self._recorder.events), "the stop")
        time.sleep(RINGING + 0.2)
        [*_, (last, _, _)] = self._recorder.levels()
        self._quiet.append((last - RATE // 10, last))

    def _judge(self, stopped: dict[str, object], overruns: int) -> Judgement:
        events = self._recorder.events
        heard = onsets(events, steps_of_ticks(events))
        frames, loudness, brightness = (np.array(column) for column in zip(*self._recorder.levels(), strict=True))

        def most(levels: np.ndarray, first: int, last: int) -> float:
            return float(levels[(frames >= first) & (frames < last)].max(initial=0.0))

        begins = [onset.frame for onset in heard]
        grew = [most(brightness, at, at + ATTACK) > BRIGHTER * most(brightness, at - BEFORE, at) for at in begins]
        quiet = max(most(loudness, *span) for span in self._quiet)
        loud = most(loudness, begins[0], begins[-1])
        return Judgement(heard, self._begins, hanging(events), float(np.mean(grew)), (loud, quiet), stopped, overruns)
