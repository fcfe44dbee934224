"""Whole daemons with their real processes, on the manual clock: an hour of music in seconds, and no waiting."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from live_composer.live.daemon import Daemon, Setup
from live_composer.live.events import Bar, Event, Stopped
from live_composer.live.values import Values
from live_composer.parameters.table import BY_NAME
from live_composer.policy import checkpoint
from live_composer.port.protocol import Reply, Sent

if TYPE_CHECKING:
    from live_composer.port.protocol import SentMessage


class Heard(NamedTuple):
    """A note as a receiver hears it: beats and MIDI pitch."""

    onset: float
    end: float
    pitch: int


@dataclass
class Rehearsal:
    """A daemon, and all that is heard of it."""

    daemon: Daemon = field(init=False)
    sent: list[SentMessage] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    moves: list[float] = field(default_factory=list)

    @property
    def bars(self) -> list[Bar]:
        return [event for event in self.events if isinstance(event, Bar)]

    @property
    def melody(self) -> list[int]:
        return [event for bar in self.bars for event in bar.events]

    def notes(self) -> list[Heard]:
        """Return what a receiver hears; every note on must find its note off."""
        notes: list[Heard] = []
        sounding: dict[int, float] = {}
        for message in self.sent:
            kind, pitch, velocity = message.data[0] & 0xF0, message.data[1], message.data[2]
            if kind == 0x90 and velocity:
                assert pitch not in sounding, "struck again while it sounds"
                sounding[pitch] = message.beat
            elif kind == 0x80 and pitch in sounding:
                notes.append(Heard(sounding.pop(pitch), message.beat, pitch))
        assert not sounding, "left hanging"
        return sorted(notes)


Rehearse = Callable[..., Awaitable[tuple[Rehearsal, Stopped]]]
OnEvent = Callable[[Rehearsal, Event], None]


@pytest.fixture
def rehearse(random_model: str) -> Rehearse:
    """Return what plays a daemon to its end on the manual clock."""
    vocabulary = checkpoint.load(random_model).shape.vocabulary

    async def play(
        on_event: OnEvent = lambda _rehearsal, _event: None,
        prepare: Callable[[Daemon], None] = lambda _: None,
        **options: Any,
    ) -> tuple[Rehearsal, Stopped]:
        rehearsal = Rehearsal()

        def hear(reply: Reply) -> None:
            if isinstance(reply, Sent):
                rehearsal.sent += reply.messages

        def happen(event: Event) -> None:
            rehearsal.events.append(event)
            on_event(rehearsal, event)

        values = {"model": random_model, "seed": 1} | {
            name: value if isinstance(value, int | float | bool) else str(value)
            for name, value in options.items()
            if name in BY_NAME
        }
        others = {name: value for name, value in options.items() if name not in BY_NAME}
        begin = {"target": "null", "vocabulary": vocabulary, "bars": 64, "clock": "manual", "device": "cpu"}
        setup = Setup(**begin | {"values": Values(values)} | others)
        rehearsal.daemon = Daemon(setup, happen, hear)
        prepare(rehearsal.daemon)
        return rehearsal, await rehearsal.daemon.run()

    return play
