"""A terminal as a person has it: a program in tmux, keys that are pressed, and what stands on the screen."""

from __future__ import annotations

import shlex
import subprocess
import sys
import uuid
from typing import TYPE_CHECKING, Self

from real_parts import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = f"{shlex.quote(sys.executable)} -m live_composer"


class Terminal:
    """A shell in tmux, on a server of its own that ends with the test."""

    def __init__(self, width: int = 100, height: int = 30) -> None:
        self._socket = f"live-composer-{uuid.uuid4().hex[:8]}"
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height), "sh")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._tmux("kill-server")

    @property
    def pid(self) -> int:
        """The shell's process."""
        return int(self._tmux("display-message", "-p", "#{pane_pid}"))

    @property
    def screen(self) -> str:
        """What stands on the screen."""
        return self._tmux("capture-pane", "-p")

    def run(self, *words: str) -> None:
        """Type a command of ours, and enter it."""
        self._tmux("send-keys", f"clear; {PROGRAM} {shlex.join(words)}; echo ended with $?", "Enter")

    def press(self, *keys: str) -> None:
        """Press keys, by tmux's names of them."""
        for key in keys:
            self._tmux("send-keys", key)

    def type(self, text: str) -> None:
        """Type a text."""
        self._tmux("send-keys", "-l", text)

    def wait(self, *words: str) -> None:
        """Wait until all these words stand on the screen."""
        self.wait_until(lambda screen: all(word in screen for word in words), " and ".join(words))

    def wait_until(self, seen: Callable[[str], bool], what: str) -> None:
        """Wait until the screen is such."""
        try:
            wait_for(lambda: seen(self.screen), what)
        except Exception as error:
            raise AssertionError(f"waited in vain for {what}:\n{self.screen}") from error

    def _tmux(self, *words: str) -> str:
        done = subprocess.run(["tmux", "-L", self._socket, *words], capture_output=True, text=True, check=False)
        return done.stdout
