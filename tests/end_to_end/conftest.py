"""Real MIDI parts as fixtures; without them the tests are skipped, or fail where REQUIRE_REAL_PARTS=1 asks for them."""

from __future__ import annotations

import os
import queue
from typing import TYPE_CHECKING

import pytest
from real_parts import Conductor, JackServer, Keyboard, Recorder, missing, wait_for
from real_programs import FluidSynth, MidiDump

from live_composer.port.client import PortProcess
from live_composer.port.protocol import Command, Heartbeat, Notes, Open, Opened, Reply, Sent, SentMessage, Start, Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("real") is None or not (lacking := missing()):
        return
    reason = f"this machine lacks {', '.join(lacking)}"
    if os.environ.get("REQUIRE_REAL_PARTS") == "1":
        pytest.fail(f"real parts are required, but {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture
def jack_server() -> Iterator[JackServer]:
    with JackServer() as server:
        yield server


@pytest.fixture
def recorder(jack_server: JackServer) -> Iterator[Recorder]:
    with Recorder() as recorder:
        yield recorder


@pytest.fixture
def fluidsynth(recorder: Recorder) -> Iterator[FluidSynth]:
    with FluidSynth(recorder) as synth:
        yield synth


@pytest.fixture
def make_keyboard(jack_server: JackServer) -> Iterator[Callable[..., Keyboard]]:
    """Make players that go away after the test."""
    keyboards: list[Keyboard] = []

    def make(name: str = "keyboard") -> Keyboard:
        keyboards.append(Keyboard(name))
        return keyboards[-1]

    yield make
    for keyboard in keyboards:
        keyboard.close()


@pytest.fixture
def keyboard(make_keyboard: Callable[..., Keyboard]) -> Keyboard:
    return make_keyboard()


@pytest.fixture
def conductor(jack_server: JackServer) -> Iterator[Conductor]:
    conductor = Conductor()
    yield conductor
    conductor.close()


@pytest.fixture
def bus(make_keyboard: Callable[..., Keyboard]) -> Keyboard:
    return make_keyboard("bus")


@pytest.fixture
def midi_dump(jack_server: JackServer, tmp_path: Path) -> Iterator[MidiDump]:
    with MidiDump(tmp_path) as dump:
        yield dump


class Port(PortProcess):
    """A port process that remembers what it answered."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.ended: queue.SimpleQueue[int] = queue.SimpleQueue()
        super().__init__(self.replies.append, self.ended.put)

    def heard(self, kind: type[Reply]) -> list[Reply]:
        """Return the replies of one kind."""
        return [reply for reply in self.replies if isinstance(reply, kind)]

    @property
    def sent(self) -> list[SentMessage]:
        """Every message that was sent, in order."""
        return [message for reply in self.heard(Sent) for message in reply.messages]

    def play(self, *commands: Command) -> None:
        """Start the music at its beginning, and wait until it has gone two beats past its last note."""
        self.replies.clear()
        for command in commands:
            self.send(command)
        self.send(Start())
        notes = [note for command in commands if isinstance(command, Notes) for note in command.notes]
        self.wait_for_beat(max(note.beat + note.length for note in notes) + 2)
        self.send(Stop())
        wait_for(lambda: self.heard(Heartbeat)[-1].playing is False, "the stop")

    def settle(self) -> None:
        """Wait until it has surely done what it was told so far."""
        before = len(self.heard(Heartbeat))
        wait_for(lambda: len(self.heard(Heartbeat)) >= before + 3, "three heartbeats")

    def wait_for_beat(self, beat: float) -> None:
        """Wait until the music has come so far."""
        wait_for(lambda: any(reply.beat >= beat for reply in self.heard(Heartbeat)), f"beat {beat:g}")


@pytest.fixture
def open_port() -> Iterator[Callable[..., tuple[Port, Opened]]]:
    """Open ports that are closed after the test."""
    ports: list[Port] = []

    def open_one(target: str | None, **options: object) -> tuple[Port, Opened]:
        ports.append(Port())
        return ports[-1], ports[-1].open(Open(target, **options))

    yield open_one
    for port in ports:
        port.close()
