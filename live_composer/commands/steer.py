"""`live-composer set`, `status`, `keep`, ...: one thing asked of a daemon that plays."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import msgspec

from live_composer.config import Keep, Status, Steer
from live_composer.parameters.table import GROUPS, TABLE
from live_composer.wire import daemons
from live_composer.wire.screen import Command, Frame, Set, TakeView


def change(name: str, value: str | None = None, /, *, config: Steer = Steer()) -> None:
    """Change a parameter of the music that plays.

    Parameters
    ----------
    name
        The parameter, such as `tempo`, `key` or `rule.house_leaps`.
    value
        Its new value; without one, it is put back to the default.
    """
    _ask(Set(name, value, text=value is not None), config.port)


def play(*, config: Steer = Steer()) -> None:
    """Play on."""
    _ask(Command("play"), config.port)


def pause(*, config: Steer = Steer()) -> None:
    """Pause the music."""
    _ask(Command("pause"), config.port)


def stop(*, config: Steer = Steer()) -> None:
    """Stop the music, release every note, and end the daemon."""
    _ask(Command("quit"), config.port)


def panic(*, config: Steer = Steer()) -> None:
    """Silence every channel now; the music goes on."""
    _ask(Command("panic"), config.port)


def undo(*, config: Steer = Steer()) -> None:
    """Put back the value that was changed last."""
    _ask(Command("undo"), config.port)


def keep(*, config: Keep = Keep()) -> None:
    """Keep the last bars as a take."""
    wanted: dict[str, Any] = {"name": config.name} | ({"bars": config.bars} if config.bars else {})
    _ask(Command("keep", wanted), config.port)


def like(take: int | None = None, /, *, config: Steer = Steer()) -> None:
    """Like what was just played, or a take.

    Parameters
    ----------
    take
        The number of a take; without it, the last bars, which are kept if they are not yet.
    """
    _ask(Command("like", take), config.port)


def dislike(take: int | None = None, /, *, config: Steer = Steer()) -> None:
    """Dislike what was just played, or a take.

    Parameters
    ----------
    take
        The number of a take; without it, the last bars, which are kept if they are not yet.
    """
    _ask(Command("dislike", take), config.port)


def hear(take: int | None = None, /, *, config: Steer = Steer()) -> None:
    """Hear a take again, from the next bar on.

    Parameters
    ----------
    take
        Its number; without it, the last.
    """
    _ask(Command("hear", take), config.port)


def status(*, config: Status = Status()) -> None:
    """Tell what plays, and how well."""
    frame = _ask(Command("status"), config.port)
    assert isinstance(frame, Frame)
    if config.json:
        print(msgspec.json.format(msgspec.json.encode(frame)).decode())
    else:
        print("\n".join(lines(frame)))


def lines(frame: Frame) -> list[str]:
    """Return a frame in words."""
    port, planner, late = frame.port, frame.planner, frame.port.late_ms
    committed = f"{planner.missed} missed, {planner.horizon} steps committed"
    told = [
        f"{frame.transport}, bar {frame.bar}, {frame.played_notes} notes, to {port.name} ({port.backend})",
        f"clock {frame.clock.source}, {frame.clock.state}, {frame.clock.tempo:g} BPM",
        f"planner {planner.where}, {planner.engine}, {planner.plans} plans, {committed}",
        f"  {planner.planning_ms:.0f} ms a plan, {planner.round_trip_ms:.1f} ms there and back (p99)",
        f"notes {late['p50']:.1f} ms late at the median, {late['p99']:.1f} at p99, {late['max']:.1f} at most",
        "",
    ]
    for group in GROUPS:
        values = [f"{entry.name} {entry.show(frame.values[entry.name])}" for entry in TABLE if entry.group == group]
        told.append(f"{group}: {', '.join(values)}")
    told.append("rules: " + ", ".join(_rule(rule.name, rule.weight, rule.off) for rule in frame.rules))
    told += ["", *(_take(take) for take in frame.takes)] if frame.takes else []
    return told + [f"! {notice.what}: {notice.reason}" for notice in frame.notices]


def _take(take: TakeView) -> str:
    return f"take {take.number}: {take.bars} {'bar' if take.bars == 1 else 'bars'}, {take.path}"


def _rule(name: str, weight: float, off: str) -> str:
    return f"{name} {weight:g}{' (off)' if off else ''}"


def _ask(question: Set | Command, port: str | None) -> Any:
    """Ask the daemon; say what it says, and return what it shows."""
    told, shown = asyncio.run(daemons.ask(daemons.find(port), question))
    if told:
        sys.stdout.write(told + "\n")
    return shown
