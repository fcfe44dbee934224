"""The whole port process, on ports that exist everywhere."""

from __future__ import annotations

import contextlib
import io
import os
import queue
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import mido
import pytest

from live_composer.errors import CannotWrite, LostProcess, NoPort
from live_composer.port import protocol
from live_composer.port.client import PortProcess
from live_composer.port.protocol import (
    Advance,
    Close,
    Failed,
    Heartbeat,
    Note,
    Notes,
    Open,
    Opened,
    Raw,
    Reply,
    Sent,
    SetTempo,
    Start,
    Stop,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TIMEOUT = 20


class Port(PortProcess):
    """A port process whose replies wait in a queue; the exit code is the last."""

    def __init__(self) -> None:
        self.replies: queue.SimpleQueue[Reply | int] = queue.SimpleQueue()
        self.advances = 0
        super().__init__(self.replies.put, self.replies.put, stderr=subprocess.DEVNULL)

    def advance(self, beats: float) -> tuple[list[tuple[float, bytes]], Heartbeat]:
        """Move the clock, and return what was sent and how things are."""
        self.send(Advance(beats))
        sent: list[tuple[float, bytes]] = []
        self.advances += 1
        while True:
            reply = self.replies.get(timeout=TIMEOUT)
            if isinstance(reply, Sent):
                sent += [(message.beat, message.data) for message in reply.messages]
            if isinstance(reply, Heartbeat) and reply.advances == self.advances:
                return sent, reply

    def last_words(self) -> list[Reply | int]:
        """Return everything up to the exit code."""
        words = [self.replies.get(timeout=TIMEOUT)]
        while not isinstance(words[-1], int):
            words.append(self.replies.get(timeout=TIMEOUT))
        return words


@pytest.fixture
def port() -> Iterator[Port]:
    port = Port()
    yield port
    port.close()


def test_notes_on_the_manual_clock(port: Port):
    assert port.open(Open("null", clock="manual")) == Opened("null", "null")
    port.send(Notes([Note(beat / 4, 0.25, 0, 60 + beat, 80) for beat in range(8)]))
    port.send(Start())
    sent, heartbeat = port.advance(0)
    assert sent == [(0, bytes((0x90, 60, 80)))]
    assert (heartbeat.beat, heartbeat.playing, heartbeat.sounding, heartbeat.sent) == (0, True, 1, 1)
    sent, heartbeat = port.advance(1)
    assert [beat for beat, _ in sent] == [0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 1, 1]
    assert list(port.sounding.notes) == [(0, 64)]
    port.send(Stop())
    port.close()
    assert port.sounding.notes == {}


def test_the_internal_clock_goes_by_itself_and_follows_the_tempo(port: Port):
    port.open(Open("null", tempo=400))
    port.send(Start(2))
    port.send(SetTempo(300))
    beats = []
    while not beats or beats[-1] < 3:
        reply = port.replies.get(timeout=TIMEOUT)
        if isinstance(reply, Heartbeat) and reply.playing:
            assert reply.tempo == 300
            beats.append(reply.beat)
    assert beats == sorted(beats)
    assert beats[0] >= 2


def test_a_take_is_written_when_the_port_is_closed(port: Port, tmp_path: Path):
    path = tmp_path / "take.mid"
    port.open(Open(f"file:{path}", clock="manual"))
    port.send(Notes([Note(0, 1, 0, 60, 80)]))
    port.send(Start())
    port.advance(4)
    assert not path.exists()
    assert port.close() == 0
    assert [message.type for message in mido.MidiFile(str(path)).tracks[0]][1:3] == ["note_on", "note_off"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_a_take_is_written_at_sigterm_and_its_sounding_note_ends(port: Port, tmp_path: Path):
    path = tmp_path / "take.mid"
    port.open(Open(f"file:{path}", clock="manual"))
    port.send(Notes([Note(0, 100, 0, 60, 80)]))
    port.send(Start())
    port.advance(4)
    os.kill(port.pid, signal.SIGTERM)
    assert port.last_words()[-1] == 0
    assert [message.type for message in mido.MidiFile(str(path)).tracks[0]][1:3] == ["note_on", "note_off"]


def test_a_take_is_written_when_the_pipe_ends(tmp_path: Path):
    path = tmp_path / "take.mid"
    words = [Open(f"file:{path}", clock="manual"), Notes([Note(0, 100, 0, 60, 80)]), Start(), Advance(4)]
    done = talk(b"".join(map(protocol.pack, words)) + b"\x00\x00")
    assert done.returncode == 0
    assert [message.type for message in mido.MidiFile(str(path)).tracks[0]][1:3] == ["note_on", "note_off"]


def talk(data: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "live_composer.port"]
    return subprocess.run(command, input=data, capture_output=True, check=False, timeout=60)


@pytest.mark.parametrize(
    "data",
    [b"GET / HTTP/1.1\r\n\r\n", protocol.pack(Start()), protocol.pack(Opened("x", "null"))],
    ids=["http", "no open", "a reply"],
)
def test_nonsense_ends_the_process_with_a_reason(data: bytes):
    done = talk(data)
    [failed] = protocol.unpack(io.BytesIO(done.stdout), protocol.REPLIES)
    assert isinstance(failed, Failed)
    assert failed.kind == "protocol"
    assert done.returncode == 1
    assert done.stderr == b""


def test_nonsense_while_playing_releases_every_note(port: Port):
    port.open(Open("null"))
    port.send(Raw(0, bytes((0x90, 60, 80))))
    port.send(Start())
    while not port.sounding.notes:
        time.sleep(0.01)
    port.send(Raw(1, b"nonsense"))
    words = port.last_words()
    assert words[-1] == 1
    assert any(isinstance(word, Failed) and word.kind == "protocol" for word in words)
    assert port.sounding.notes == {}


def test_a_file_that_cannot_be_written_is_told_when_it_is_opened(port: Port, tmp_path: Path):
    with pytest.raises(CannotWrite, match="is a folder"):
        port.open(Open(f"file:{tmp_path}"))
    assert port.last_words() == [3]


def test_a_file_that_cannot_be_written_in_the_end_is_told(port: Port, tmp_path: Path):
    port.open(Open(f"file:{tmp_path}/folder/take.mid"))
    (tmp_path / "folder").touch()
    port.send(Close())
    *_, failed, code = port.last_words()
    assert isinstance(failed, Failed)
    assert failed.kind == "file"
    assert code == 3


@pytest.mark.parametrize("target", ["file:", "jack:", "rtmidi:x"])
def test_a_port_that_cannot_be_is_told_with_what_works(port: Port, target: str, monkeypatch: pytest.MonkeyPatch):
    with contextlib.suppress(PermissionError):
        monkeypatch.setenv("JACK_DEFAULT_SERVER", "there is none of this name")
    with pytest.raises(NoPort, match=r"file:take\.mid"):
        port.open(Open(target, virtual=False))


def test_a_process_that_ends_before_it_answers_is_lost(port: Port):
    port.kill()
    with pytest.raises(LostProcess):
        port.open(Open("null"))


def test_a_process_that_does_not_answer_is_killed(port: Port):
    os.kill(port.pid, signal.SIGSTOP)
    with pytest.raises(LostProcess, match=r"within 0\.2 s"):
        port.open(Open("null"), timeout=0.2)
    assert port.last_words() == [-signal.SIGKILL]


def test_sending_to_a_frozen_process_never_blocks_and_closing_kills_it(port: Port):
    port.open(Open("null"))
    os.kill(port.pid, signal.SIGSTOP)
    many = Notes([Note(beat, 1, 0, 60, 80) for beat in range(10_000)])
    for _ in range(20):
        port.send(many)
    assert port.close(timeout=0.2) == -signal.SIGKILL


def test_sending_to_a_process_that_ended_is_harmless(port: Port):
    port.open(Open("null"))
    assert port.close() == 0
    port.send(Stop())
    assert port.close() == 0


def test_it_never_spins(port: Port):
    port.open(Open("null"))
    port.send(Notes([Note(step / 4, 0.25, 0, 60, 80) for step in range(100)]))
    port.send(Start())
    before = processor_seconds(port.pid)
    time.sleep(1)
    assert processor_seconds(port.pid) - before < 0.3


def processor_seconds(pid: int) -> float:
    if not sys.platform.startswith("linux"):
        pytest.skip("asks /proc")
    with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
