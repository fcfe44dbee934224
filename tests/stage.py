"""A stage for screens: a daemon's socket on which recorded frames are shown, and what is asked for is noted."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import msgspec
from msgspec.structs import replace

from live_composer.parameters import table
from live_composer.rules import book_file
from live_composer.wire import channel
from live_composer.wire.catalogue import BookView, Catalogue, ModelView, PresetView
from live_composer.wire.messages import Hello
from live_composer.wire.screen import (
    ClockView,
    Command,
    Done,
    Failed,
    Frame,
    Lost,
    Notice,
    OwnNote,
    PortView,
    Reasons,
    Set,
    TakeView,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.pilot import Pilot

    from live_composer.wire.channel import Channel

RECORDED = Path(__file__).parent / "tui" / "frames.jsonl"


def recorded() -> list[Frame]:
    """Return the frames that a real daemon showed, one a step."""
    return [msgspec.json.decode(line, type=Frame) for line in RECORDED.read_bytes().splitlines()]


def with_values(frame: Frame, **values: Any) -> Frame:
    """Return a frame whose parameters have other values; `_` stands for `-`."""
    return replace(frame, values=frame.values | {name.replace("_", "-"): value for name, value in values.items()})


def playing() -> Frame:
    """A frame in the middle of the music, with all that a screen can show."""
    frame = recorded()[0]
    own = [OwnNote(frame.beat - 6 + place, 0.75, pitch, 90) for place, pitch in enumerate((62, 65, 69, 67))]
    takes = [
        TakeView(1, "evening", "/home/ada/takes/evening.mid", 8, "D dorian", 120.0, 4, "note-rnn-large", 1),
        TakeView(2, "take-2", "/home/ada/takes/take-2.mid", 16, "G major", 96.0, 4, "note-rnn-large"),
    ]
    rules = [replace(rule, solo=place == 9, muted=place == 3) for place, rule in enumerate(frame.rules)]
    return replace(
        frame,
        own=own,
        takes=takes,
        rules=rules,
        port=PortView("IAC Driver Bus 1", "rtmidi", late_ms={"p50": 0.1, "p99": 0.3, "max": 0.8}, input="KeyLab 49"),
        controls={"temperature": "CC 74"},
        cpu={"daemon": 2.0, "planner": 9.0, "port": 1.0},
        address="/run/user/1000/live-composer/daemon-iac.sock",
    )


def stopped() -> Frame:
    """A daemon that was just started, on a port that it made."""
    frame = recorded()[0]
    return replace(
        frame, transport="stopped", beat=0.0, bar=1, bar_line=0, heard=0, open=0, notes=[], played_notes=0,
        rules=[replace(rule, fired=[], last=0.0, reward=0.0) for rule in frame.rules],
        port=PortView("live-composer", "rtmidi", virtual=True),
    )  # fmt: skip


STATES: dict[str, Frame] = {
    "playing": playing(),
    "stopped": stopped(),
    "no_port": replace(stopped(), port=PortView("null", "null")),
    "paused": replace(playing(), transport="paused"),
    "counting_in": replace(stopped(), transport="counting in", beat=-2.5),
    "searching": replace(stopped(), clock=ClockView("midi", "searching", 120.0)),
    "port_lost": replace(
        playing(),
        port=replace(playing().port, trouble="The JACK server is gone."),
        notices=[Notice("port", "The JACK server is gone; it is looked for.", number=1)],
    ),
    "planner_lost": replace(
        playing(),
        planner=replace(playing().planner, trouble="The planner is gone; another one is started.", missed=3),
        origin="motif",
        notices=[Notice("planner", "The planner is gone; another one is started.", number=1)],
    ),
    "rule_off": replace(
        playing(),
        rules=[
            replace(rule, off="It raised ZeroDivisionError in line 12 of leaps.py." if place == 1 else "")
            for place, rule in enumerate(playing().rules)
        ],
        notices=[Notice("rule house_accents", "It raised ZeroDivisionError in line 12 of leaps.py.", number=2)],
    ),
    "learning": replace(playing(), learning="density"),
    "six_eight": with_values(playing(), metre="6/8", key="Eb major"),
}
"""Every state of a daemon that a screen draws in its own way."""


def reasons(ticket: int, frame: Frame, step: int | None) -> Reasons:
    """Return reasons for a note."""
    note = next((note for note in frame.notes if note.step == step), frame.notes[0])
    said = {"house_key": 0.0, "house_motion": 0.24, "house_leaps": -0.12, "house_motif": 0.4}
    lost = [Lost(note.pitch + 2, 0.22, 0.18, 0.1), Lost(-1, 0.09, 0.02, -0.3), Lost(-2, 0.04, 0.03, 0.0)]
    return Reasons(ticket, note.step, note.pitch, 0.12, 0.46, said, lost)


def catalogue(ticket: int) -> Catalogue:
    """Return what there is to choose from."""
    card = {"learnt from": "3,900 folk tunes", "network": "LSTM, 256 cells", "licence": "MIT"}
    book = book_file.find("house")
    weights = book_file.weights(book)
    return Catalogue(
        ticket,
        [ModelView("note-rnn", card), ModelView("note-rnn-large", card | {"network": "LSTM, 512 cells"})],
        [BookView("house", "For real playing.", dict.fromkeys(weights, "")), BookView("paper", "As published.")],
        [PresetView(1, "slow air", {"tempo": 72.0, "key": "D dorian"})],
        ["IAC Driver Bus 1", "fluidsynth:midi"],
        ["KeyLab 49"],
        {"calm_line": "Move by step.", "house_leaps": "Think twice."},
        ["--clock", "midi", "--input", "KeyLab 49"],
    )


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until the first frame is drawn, and all that was asked for is answered."""
    app = pilot.app
    while app.frame is None:
        await pilot.pause(0.01)
    await pilot.pause()  # what a key asks for begins only when its message was handled
    while any(worker.name != "link" and not worker.is_finished for worker in app.workers):
        await pilot.pause(0.01)
    await pilot.pause()


class Stage:
    """Shows one frame at a time to whoever connects, from a thread of its own; notes what it is asked.

    Attributes:
        asked: every `Set` and `Command`, in order, without their tickets.
        refuses: names that are refused, with the reason.
        waits: names that are not answered.
    """

    def __init__(self, path: Path, frame: Frame) -> None:
        self.path, self._frame = path, replace(frame, address=str(path))
        self.asked: list[Set | Command] = []
        self.refuses: dict[str, str] = {}
        self.waits: set[str] = set()
        self._peers: list[Channel] = []
        self._loop = asyncio.new_event_loop()
        self._stop, self._listening = asyncio.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._listening.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Go away."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10)
            self._loop.close()

    def show(self, frame: Frame) -> None:
        """Show another frame to everybody."""
        asyncio.run_coroutine_threadsafe(self._show(frame), self._loop).result(10)

    def say(self, message: Failed) -> None:
        """Say something to everybody."""
        asyncio.run_coroutine_threadsafe(self._send(self._peers, message), self._loop).result(10)

    def names(self) -> list[str]:
        """Return the names of what was asked so far."""
        return [asked.name for asked in self.asked]

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        async with channel.serve(self.path, Hello("daemon"), self._converse):
            self._listening.set()
            await self._stop.wait()

    async def _converse(self, peer: Channel) -> None:
        self._peers.append(peer)
        await peer.send(self._frame)
        async for message in peer:
            assert isinstance(message, Set | Command)
            self.asked.append(replace(message, ticket=0))
            if message.name in self.waits:
                continue
            await peer.send(self._answer(message))
            if isinstance(message, Set) and message.name not in self.refuses:
                await self._show(self._set(message))
        self._peers.remove(peer)

    def _answer(self, message: Set | Command) -> Done | Failed | Reasons | Catalogue:
        if message.name in self.refuses:
            return Failed(self.refuses[message.name], message.ticket)
        match message:
            case Command(name="why"):
                return reasons(message.ticket, self._frame, message.value)
            case Command(name="catalogue"):
                return catalogue(message.ticket)
            case _:
                return Done(message.ticket, f"{message.name}, done." if isinstance(message, Command) else "")

    def _set(self, message: Set) -> Frame:
        weights = {rule.name: rule.weight for rule in self._frame.rules}
        value = table.find(message.name, weights).default if message.value is None else message.value
        return replace(self._frame, values=self._frame.values | {message.name: value})

    async def _show(self, frame: Frame) -> None:
        self._frame = frame
        await self._send(self._peers, frame)

    async def _send(self, peers: Iterable[Channel], message: Frame | Failed) -> None:
        for peer in list(peers):
            with contextlib.suppress(Exception):
                await peer.send(message)
