"""Runs of `pretrain` and `tune` as somebody starts them: processes that may be ended anywhere, and what they leave."""

from __future__ import annotations

import csv
import os
import pty
import resource
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from live_composer.errors import pip_install

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
COMMAND = (sys.executable, "-m", "live_composer")
TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m")
WITHOUT_TORCH = "import sys; sys.modules['torch'] = None; from live_composer.cli import main; main()"
FILES_OF_3000_BYTES = (3000, 3000)
SECONDS = 300


@dataclass(frozen=True)
class Learning:
    """A command that learns, and the options that its tests begin with.

    Attributes:
        name: pretrain or tune.
        source: the option that says what is learnt from.
        options: the others.
    """

    name: str
    source: str
    options: dict[str, str]

    def words(self, source: Path, folder: Path, **changes: str) -> list[str]:
        """Return the command line for a run in a folder."""
        options = {self.source: str(source), "output": str(folder), **self.options, **changes}
        return [self.name, "--json", *(word for name, value in options.items() for word in (f"--{name}", value))]

    def run(
        self, source: Path, folder: Path, command: Sequence[str] = COMMAND, **changes: str
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end."""
        return _finished([*command, *self.words(source, folder, **changes)])

    def stop_after(self, source: Path, folder: Path, rows: int, how: signal.Signals) -> int:
        """Begin a run and stop it once its journal has so many rows; return its exit code."""
        words = self.words(source, folder)
        with subprocess.Popen([*COMMAND, *words], env=ENVIRONMENT, stdout=-1, stderr=-1) as process:
            deadline = time.monotonic() + SECONDS
            while len(journal(folder)) < rows and time.monotonic() < deadline and process.poll() is None:
                time.sleep(0.005)
            process.send_signal(how)
            process.communicate(timeout=SECONDS)
            return process.returncode

    def check_full_disk(self, source: Path, folder: Path) -> None:
        """Run where files cannot grow beyond 3,000 bytes: that is one sentence, and leaves nothing."""

        def few_bytes() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, FILES_OF_3000_BYTES)

        done = _finished([*COMMAND, *self.words(source, folder)], preexec_fn=few_bytes)
        assert done.returncode == 3
        assert "could not be written: file too large; nothing half-written is left" in done.stderr
        assert "Traceback" not in done.stderr
        assert list(folder.iterdir()) == []

    def check_without_torch(self, source: Path, folder: Path) -> None:
        """Run where torch is not installed: what to install is told."""
        done = self.run(source, folder, [sys.executable, "-c", WITHOUT_TORCH])
        assert done.returncode == 5
        assert done.stderr == f"live-composer: Learning needs the extra `learn`: {pip_install('learn')}\n"

    def told_to_a_terminal(self, source: Path, folder: Path, **changes: str) -> str:
        """Run with stderr, alone, at a terminal; return what that was told."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [*COMMAND, *self.words(source, folder, **changes)],
            env={**ENVIRONMENT, "TERM": "xterm", "COLUMNS": "140", "LINES": "50"},
            stdout=subprocess.DEVNULL,
            stderr=theirs,
        )
        os.close(theirs)
        told = b""
        try:
            while chunk := os.read(ours, 4096):
                told += chunk
        except OSError:
            pass  # the other end was closed
        finally:
            os.close(ours)
        assert process.wait(SECONDS) == 0
        return told.decode()


def _finished(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=SECONDS, **options
    )


def journal(folder: Path) -> list[dict[str, str]]:
    """Return the rows, but for the time they took."""
    path = folder / "journal.csv"
    rows = list(csv.DictReader(path.read_text().splitlines())) if path.exists() else []
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def weights(folder: Path) -> bytes:
    """Return the weights that a run ended with, as they are in their file."""
    return (folder / f"{folder.name}.safetensors").read_bytes()


def is_one_sentence(code: int, told: str, advice: str) -> bool:
    """Say whether a command refused, with this advice and without a traceback."""
    return code > 0 and advice in told and "Traceback" not in told
