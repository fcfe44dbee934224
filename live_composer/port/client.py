"""The parent's side of the port process: start it, talk to it, end it.

No thread of the caller ever waits for the port: a frozen one is noticed by its missing heartbeats, and killed.
"""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import threading
from typing import IO, TYPE_CHECKING

import msgspec

from live_composer.errors import CannotWrite, LostProcess, NoPort
from live_composer.port import protocol
from live_composer.port.protocol import Close, Command, Failed, Open, Opened, Reply, Sent
from live_composer.port.sounding import Sounding

if TYPE_CHECKING:
    from collections.abc import Callable

OPENING_SECONDS = 10.0
"""How long opening may take: enumerating ports can hang on some systems."""
CLOSING_SECONDS = 3.0


class PortProcess:
    """A running port process.

    It lives in a session of its own, so that Ctrl-C in the terminal reaches only its parent, and ends when the parent's
    end of its pipe closes, however the parent died. (A child that the parent forks without exec would hold that pipe
    open; start children by `subprocess`.)

    Attributes:
        sounding: what the port has told to be sounding; for the next port process to release, should this one be lost.
    """

    def __init__(
        self,
        on_reply: Callable[[Reply], None] = lambda _: None,
        on_end: Callable[[int], None] = lambda _: None,
        stderr: int | IO[bytes] | None = None,
    ) -> None:
        """Start the process.

        Args:
            on_reply: called with each reply after the first, on a thread of this object.
            on_end: called on the same thread with the exit code, once, after the last reply.
            stderr: where its log goes, as for `subprocess.Popen`.
        """
        self.sounding = Sounding()
        self._on_reply, self._on_end = on_reply, on_end
        self._first: queue.SimpleQueue[Reply | None] = queue.SimpleQueue()
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "live_composer.port"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._reader = threading.Thread(target=self._read, name="port-reader", daemon=True)
        self._reader.start()
        threading.Thread(target=self._write, name="port-writer", daemon=True).start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def open(self, request: Open, timeout: float = OPENING_SECONDS) -> Opened:
        """Open the port and wait for the answer.

        Raises:
            NoPort: there is no such port, or it cannot be opened.
            CannotWrite: the file of `file:PATH` cannot be written.
            LostProcess: the process ended or did not answer in time; it is killed.
        """
        self.send(request)
        try:
            reply = self._first.get(timeout=timeout)
        except queue.Empty:
            self.kill()
            raise LostProcess(f"The MIDI system did not answer within {timeout:g} s; is its service hung?") from None
        match reply:
            case Opened():
                return reply
            case Failed(reason, "file"):
                raise CannotWrite(reason)
            case Failed(reason, "port"):
                raise NoPort(reason)
            case Failed(reason):
                raise LostProcess(reason)
            case _:
                raise LostProcess(f"The port process ended with code {self._process.wait()} before it opened a port.")

    def send(self, message: Command) -> None:
        """Tell the port something; never blocks, and says nothing if the process is gone (`on_end` does)."""
        self._outbox.put(protocol.pack(message))

    def close(self, timeout: float = CLOSING_SECONDS) -> int:
        """Release every note, end the process and return its exit code; kill it if it takes longer than `timeout`."""
        self.send(Close())
        self._outbox.put(None)
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self._process.wait()
        if threading.current_thread() is not self._reader:
            self._reader.join(timeout)
        return code

    def kill(self) -> None:
        """End the process at once; what sounds goes on sounding until another one releases it."""
        self._process.kill()
        self._outbox.put(None)

    def _read(self) -> None:
        assert self._process.stdout is not None
        deliver = self._first.put
        try:
            for reply in protocol.unpack(self._process.stdout, protocol.REPLIES):  # pyright: ignore[reportArgumentType]
                if isinstance(reply, Sent):
                    for message in reply.messages:
                        self.sounding.sent(message.data)
                deliver(reply)
                deliver = self._on_reply
        except msgspec.MsgspecError:
            self._process.kill()
        self._process.stdout.close()
        code = self._process.wait()
        self._outbox.put(None)
        self._first.put(None)
        self._on_end(code)

    def _write(self) -> None:
        assert self._process.stdin is not None
        try:
            while (data := self._outbox.get()) is not None:
                self._process.stdin.write(data)
                self._process.stdin.flush()
        except OSError:
            pass  # The process is gone; the reader tells.
        with contextlib.suppress(OSError):
            self._process.stdin.close()
