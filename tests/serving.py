"""`serve` as a musician starts it: a process of its own, whose reports are read line by line."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from live_composer.music.melody import Melody
from live_composer.policy import checkpoint
from live_composer.wire import daemons
from live_composer.wire.screen import Command, Frame, Set

if TYPE_CHECKING:
    from live_composer.music.melody import Note
    from live_composer.wire.base import Value
    from live_composer.wire.messages import AnyMessage


class Serving:
    """A running `serve --json`; killed when its block is left, if it has not ended."""

    def __init__(self, port: str, *options: str, model: str = "note-rnn", tempo: float = 120.0) -> None:
        words = ["serve", "--json", "--port", port, "--model", model, "--tempo", str(tempo), *options]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "live_composer", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.reports: list[dict[str, Any]] = []
        self._vocabulary = checkpoint.load(model).shape.vocabulary

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def wait_for(self, event: str, **fields: object) -> dict[str, Any]:
        """Read reports up to the first of this kind and these fields."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.reports.append(json.loads(line))
            if self.reports[-1] | {"event": event} | fields == self.reports[-1]:
                return self.reports[-1]
        assert self.process.stderr
        raise AssertionError(f"serve ended before `{event}`: {self.process.stderr.read()}")

    def end(self) -> dict[str, Any]:
        """Wait until it has ended well; return its figures."""
        stopped = self.wait_for("stopped")
        assert self.process.wait(20) == 0
        return stopped

    def status(self) -> Frame:
        """Ask how it stands; it must have opened."""
        frame = self._ask(Command("status"))
        assert isinstance(frame, Frame)
        return frame

    def set(self, name: str, value: Value | None) -> None:
        """Change a parameter."""
        self._ask(Set(name, value))

    def children(self) -> dict[str, int]:
        """Return the ids of its planner and of its port process."""
        pid = self.process.pid
        pids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        lines = {int(child): Path(f"/proc/{child}/cmdline").read_text() for child in pids}
        return {
            what: next(child for child, line in lines.items() if f"live_composer.{what}" in line)
            for what in ("plan", "port")
        }

    def notes(self) -> list[Note]:
        """Return the notes of the bars reported so far, at sounding pitch."""
        bars = [report for report in self.reports if report["event"] == "bar"]
        melody = Melody.of([event for bar in bars for event in bar["events"]], vocabulary=self._vocabulary)
        return [note._replace(pitch=note.pitch + bars[0]["shift"]) for note in melody.notes()]

    def _ask(self, question: Set | Command) -> AnyMessage | None:
        socket = next(report["socket"] for report in self.reports if report["event"] == "opened")
        return asyncio.run(daemons.ask(Path(socket), question))[1]
