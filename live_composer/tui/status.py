"""The two lines at the top and the banner: what the transport, clock, port and planner do, in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from live_composer.music import chord
from live_composer.music.metre import Metre
from live_composer.music.units import STEPS_PER_BEAT
from live_composer.tui.text import cut

if TYPE_CHECKING:
    from live_composer.tui.text import Line
    from live_composer.wire.screen import Frame, Notice, PortView

_MARKS = {"playing": ("▶", "good"), "counting in": ("◌", "warn"), "paused": ("‖", "warn"), "stopped": ("■", "dim")}
_STRUCK, _LEFT = "●", "○"
_GAP = "   "
_SLOW_MS = 5.0
"""Lateness from which it is told in another colour: what listeners begin to notice in a melody."""


def lines(frame: Frame, beat: float, width: int) -> list[Line]:
    """Return the two lines at the top.

    Args:
        frame: the newest.
        beat: the beat now.
        width: columns; what does not fit is left out, the least important first.
    """
    return [_fit(_music(frame, beat), width), _fit(_machine(frame), width)]


def _music(frame: Frame, beat: float) -> list[Line]:
    """Return pieces of the first line, the most important first."""
    mark, colour = _MARKS.get(frame.transport, ("?", "warn"))
    values = frame.values
    pieces: list[Line] = [
        [(f" {mark} {frame.transport}", colour)],
        [(f"bar {frame.bar} " if beat >= 0 else "count ", "text"), *_beats(frame, beat)],
        [(f"♩ {frame.clock.tempo:.4g}", "text")],
        [(str(values["metre"]), "text")],
        [(str(values["key"]), "home")],
        [(str(values["model"]), "dim")],
        [(f"rules {values['book']}", "dim")],
    ]
    if frame.chord:
        pieces.insert(5, [(f"over {chord.name(frame.chord)}", "own")])
    if frame.listening:
        pieces.insert(2, [(frame.listening, "own")])
    if frame.transport == "playing" and frame.origin not in {"plan", "take", "rest"}:
        pieces.insert(2, [(f"playing on: {frame.origin}", "warn")])
    if frame.learning:
        pieces.insert(1, [(f"move a knob for {frame.learning}", "warn")])
    return pieces


def _beats(frame: Frame, beat: float) -> Line:
    """Return the beats of the bar, as many struck as have passed; a count-in is counted like any bar."""
    metre = Metre.parse(str(frame.values["metre"]))
    pulses = max(1, metre.steps_per_bar // metre.steps_per_pulse)
    place = math.floor(beat * STEPS_PER_BEAT - frame.bar_line) % metre.steps_per_bar // metre.steps_per_pulse
    struck = min(pulses, place + 1) if frame.transport == "playing" or beat else 0
    return [(_STRUCK * struck, "sounding"), (_LEFT * (pulses - struck), "faint")]


def _machine(frame: Frame) -> list[Line]:
    """Return pieces of the second line, the most important first."""
    port, clock, planner = frame.port, frame.clock, frame.planner
    late = port.late_ms.get("p99", 0.0)
    cpu = sum(frame.cpu.values())
    return [
        [(" → ", "dim"), (_port_words(frame), "bad" if port.trouble else "text")],
        [("clock ", "dim"), (_clock_words(frame), "text" if clock.state == "locked" else "warn")],
        [("plan ", "dim"), (_planner_words(frame), "bad" if planner.trouble else "text")],
        [("late ", "dim"), (f"{late:.1f} ms", "warn" if late > _SLOW_MS else "text")],
        *([[("missed ", "dim"), (str(planner.missed), "warn")]] if planner.missed else []),
        *([[("dropped ", "dim"), (str(port.dropped), "warn")]] if port.dropped else []),
        *([[("← ", "dim"), (port.input, "own")]] if port.input else []),
        *([[("cpu ", "dim"), (f"{cpu:.0f} %", "text")]] if frame.cpu else []),
    ]


def _port_words(frame: Frame) -> str:
    port = frame.port
    if port.trouble:
        return "no port"
    if port.backend == "null":
        return "no port, only shown"
    return port.name + (" (ours)" if port.virtual else "")


def unheard(port: PortView) -> list[str]:
    """Return why nothing may be heard although nothing is wrong."""
    if port.backend == "null":
        return ["Notes are shown and not heard, for there is no MIDI port: i chooses one."]
    if port.virtual:
        return [f"{port.name} is a port of ours: it is heard once something is connected to it. i chooses another."]
    return []


def _clock_words(frame: Frame) -> str:
    clock = frame.clock
    if clock.source in {"internal", "manual"}:
        return clock.source
    error = f" ±{abs(clock.error_ms):.1f} ms" if clock.state == "locked" else ""
    return f"{clock.source}, {clock.state}{error}"


def _planner_words(frame: Frame) -> str:
    """Return where plans are made, how long one takes, and how far they reach."""
    planner = frame.planner
    if planner.trouble:
        return "none"
    where = "" if planner.where == "here" else f"{planner.where} "
    took = planner.round_trip_ms + planner.planning_ms
    ahead = max((note.step + note.length for note in frame.notes), default=0) / STEPS_PER_BEAT - frame.beat
    horizon = f", {max(0.0, ahead):.0f} beats ahead" if frame.transport == "playing" else ""
    return f"{where}{planner.engine} {took:.0f} ms{horizon}"


def _fit(pieces: list[Line], width: int) -> Line:
    """Join as many pieces as fit, the first ones first."""
    line: Line = []
    room = width
    for piece in pieces:
        length = sum(len(text) for text, _ in piece) + (len(_GAP) if line else 0)
        if length > room:
            continue
        line += [(_GAP, "text"), *piece] if line else piece
        room -= length
    return line


def banner(frame: Frame | None, gone: str, width: int) -> Line:
    """Return the line that says what is wrong now, the worst first; empty when all is well."""
    if gone:
        words = "No daemon. The music may play on; trying to reach it again ... q leaves."
        return cut(
            [(" ▲ ", "bad"), (words if frame else "No daemon yet; trying again ... q leaves, x tells why.", "bad")],
            width,
        )
    if frame is None:
        return [(" Reaching the daemon ...", "dim")]
    standing = [notice for notice in frame.notices if notice.standing]
    if standing:
        more = f"  (and {len(standing) - 1} more: x)" if len(standing) > 1 else "  (x tells more)"
        return cut([(" ▲ ", "bad"), (_told(standing[0])[: width - len(more) - 4], "text"), (more, "dim")], width)
    if frame.clock.state in {"searching", "lost"}:
        return cut([(" ◌ ", "warn"), (f"Waiting for the {frame.clock.source} clock: start the leader.", "text")], width)
    if frame.transport == "stopped" and frame.played_notes == 0:
        return cut(_welcome(frame), width)
    return []


def _welcome(frame: Frame) -> Line:
    """Return what to do first."""
    port = frame.port
    if port.backend == "null":
        return [(" space ", "accent"), ("plays. There is no MIDI port, so notes are only shown: ", "text"),
                ("i", "accent"), (" chooses one.", "text")]  # fmt: skip
    connect = f" Connect {port.name} to an instrument first." if port.virtual else ""
    return [(" space ", "accent"), (f"plays.{connect}", "text"), ("  F1 ", "accent"), ("helps.", "text")]


def _told(notice: Notice) -> str:
    return f"{notice.what}: {notice.reason}"
