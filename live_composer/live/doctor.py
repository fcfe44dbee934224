"""The doctor: measures this machine as the daemon would use it, and says what follows and what to do."""

from __future__ import annotations

import asyncio
import queue
import shutil
import time
from collections import deque
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from live_composer import paths
from live_composer.errors import LiveComposerError
from live_composer.live.planner_link import PlannerLink
from live_composer.live.timing import MARGIN_SECONDS, percentile
from live_composer.music import audio
from live_composer.music.units import STEPS_PER_BEAT, seconds_per_beat
from live_composer.port.client import PortProcess
from live_composer.port.listing import list_all
from live_composer.port.protocol import Advance, Heartbeat, Note, Notes, Open, Reply, Start
from live_composer.wire.messages import CONTEXT, PlanRequest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Health: TypeAlias = Literal["well", "mind", "ill"]

_NOTES, _BEATS_APART = 100, 0.04
"""What is played to nowhere to see how late it is: a note every 20 ms for two seconds."""
_TRIPS = 50
_PLANS = 12
_STEPS = 32
_TEMPO = 120.0
_LATE_MS = 3.0
"""Lateness that one hears as unsteady, in a melody."""
_LONG_HORIZON_SECONDS = 1.0


class Finding(NamedTuple):
    """What was found.

    Attributes:
        what: was looked at.
        health: `well`; `mind`, it works and could be better; `ill`, something does not work.
        told: what was found, in a sentence.
        advice: what to do; empty where there is nothing.
        figures: what was measured, by name with the unit.
    """

    what: str
    health: Health
    told: str
    advice: str = ""
    figures: dict[str, float] = {}  # noqa: RUF012 - never changed


def examine(model: str, book: str, plugins: Sequence[Path] = ()) -> list[Finding]:
    """Examine this machine; it takes some five seconds."""
    return [
        _clock(),
        _lateness(),
        _round_trip(),
        *asyncio.run(_planning(model, book, plugins)),
        *_midi(),
        _sound(),
        _config(),
    ]


def _clock() -> Finding:
    info = time.get_clock_info("monotonic")
    told = f"time is that of {info.implementation}, in steps of {info.resolution * 1e9:g} ns"
    if info.resolution < MARGIN_SECONDS / 1000:
        return Finding("clock", "well", told, figures={"resolution_ns": info.resolution * 1e9})
    return Finding(
        "clock", "mind", told, "Notes cannot be placed finer than that; play to JACK, whose clock is its own."
    )


def _lateness() -> Finding:
    """Play to nowhere by a port process, and ask it how late it was."""
    beats: list[Heartbeat] = []
    port = PortProcess(lambda reply: beats.append(reply) if isinstance(reply, Heartbeat) else None)
    try:
        port.open(Open("null", tempo=_TEMPO))
        places = [place * _BEATS_APART for place in range(1, _NOTES + 1)]
        port.send(Notes([Note(beat, _BEATS_APART / 2, 0, 60, 80) for beat in places]))
        port.send(Start())
        time.sleep(_NOTES * _BEATS_APART * seconds_per_beat(_TEMPO) + 0.25)
    except LiveComposerError as error:
        return Finding("lateness", "ill", f"the port process does not work: {error}")
    finally:
        port.close()
    last = beats[-1]
    figures = {"p50_ms": last.late_p50_ms, "p99_ms": last.late_p99_ms, "max_ms": last.late_max_ms}
    late = (
        f"{last.late_p50_ms:.2f} ms late at the median, {last.late_p99_ms:.2f} at p99, {last.late_max_ms:.1f} at most"
    )
    told = f"the port process sends notes {late}"
    if last.late_p99_ms <= _LATE_MS:
        return Finding("lateness", "well", told, figures=figures)
    return Finding(
        "lateness", "mind", told, "Close what keeps the machine busy, or play to JACK, which is exact.", figures
    )


def _round_trip() -> Finding:
    """Ask a port process for something many times over, and see when it is done."""
    done: queue.SimpleQueue[Reply] = queue.SimpleQueue()
    port = PortProcess(lambda reply: done.put(reply) if isinstance(reply, Heartbeat) else None)
    trips: list[float] = []
    try:
        port.open(Open("null", clock="manual"))
        for number in range(1, _TRIPS + 1):
            begin = time.perf_counter()
            port.send(Advance(0.0))
            while getattr(done.get(timeout=5), "advances", 0) < number:
                pass
            trips.append(1000 * (time.perf_counter() - begin))
    except (LiveComposerError, queue.Empty) as error:
        return Finding("port", "ill", f"the port process does not answer: {error!r}")
    finally:
        port.close()
    middle, most = sorted(trips)[_TRIPS // 2], max(trips)
    told = f"the port process answers in {middle:.2f} ms at the median, {most:.1f} at most"
    return Finding("port", "well", told, figures={"p50_ms": middle, "max_ms": most})


async def _planning(model: str, book: str, plugins: Sequence[Path]) -> list[Finding]:
    """Have melodies planned as `serve` does, and say which look-ahead follows."""
    link = PlannerLink(model, book, plugins=plugins)
    events: list[int] = []
    walls: list[float] = []
    try:
        await link.start()
        for number in range(_PLANS):
            begin = time.perf_counter()
            plan = await link.ask(
                PlanRequest(number, model, events[-CONTEXT:], len(events), _STEPS, book=book, seed=number)
            )
            walls.append(1000 * (time.perf_counter() - begin))
            events += plan.events
    except LiveComposerError as error:
        return [Finding("planner", "ill", f"no plan comes: {error}", "Name another --model or --book.")]
    finally:
        await link.close()
    return _planned(model, book, walls[1:], link)


def _planned(model: str, book: str, walls: list[float], link: PlannerLink) -> list[Finding]:
    step = seconds_per_beat(_TEMPO) / STEPS_PER_BEAT
    horizon = link.timing.commit_horizon(step)
    middle, most = (percentile(deque(walls), share) for share in (0.5, 0.99))
    figures = {"p50_ms": middle, "p99_ms": most}
    told = f"{_STEPS} steps by {model} and {book} on {link.engine}: {middle:.0f} ms at the median, {most:.0f} at p99"
    ahead = (
        f"at {_TEMPO:g} BPM {horizon} steps ({horizon * step:.2f} s) are committed: what you change is heard after that"
    )
    slow = horizon * step > _LONG_HORIZON_SECONDS
    advice = "Take a smaller model (`--model note-rnn`), or have another machine plan (`live-composer host`)."
    return [
        Finding("planner", "mind" if slow else "well", told, advice if slow else "", figures),
        Finding("look-ahead", "mind" if slow else "well", ahead, figures={"steps": horizon, "seconds": horizon * step}),
    ]


def _midi() -> list[Finding]:
    listings = list_all()
    found = [
        Finding(f"MIDI: {listing.system}", "mind", f"not available: {listing.unavailable}")
        if listing.unavailable
        else Finding(f"MIDI: {listing.system}", "well", f"there: {', '.join(listing.ports) or 'no ports yet'}")
        for listing in listings
    ]
    if all(listing.unavailable for listing in listings):
        found.append(
            Finding(
                "MIDI",
                "ill",
                "there is no MIDI system at all, so no DAW and no synth can be played to",
                "Play to a file (`serve --port file:take.mid`), or start JACK; docs/midi-ports.md tells more.",
            )
        )
    return found


def _sound() -> Finding:
    program = shutil.which("fluidsynth")
    if not program:
        return Finding("sound", "mind", "FluidSynth is not installed, so `compose --audio` cannot be heard",
                       "Install the packages `fluidsynth` and a SoundFont such as `fluid-soundfont-gm`.")  # fmt: skip
    try:
        font = audio.find_soundfont()
    except LiveComposerError as error:
        return Finding("sound", "mind", "FluidSynth is there, but no SoundFont", str(error))
    return Finding("sound", "well", f"{program} with {font}; without a DAW: fluidsynth -is {font}")


def _config() -> Finding:
    path = paths.config_file()
    told = f"{path} is in order" if path.exists() else f"there is none at {path}; the defaults are used"
    return Finding("config file", "well", told)
