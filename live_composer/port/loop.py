"""The loop of the port process: one thread plays, one reads the pipe, one writes to it, and none waits for another."""

from __future__ import annotations

import faulthandler
import os
import queue
import threading
import time
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from live_composer.port import protocol
from live_composer.port.protocol import HEARTBEAT_SECONDS, Advance, Close, Command, Heard, Reply, Sent

if TYPE_CHECKING:
    from live_composer.port.input import Ear
    from live_composer.port.sender import Sender

CHECK_SECONDS = 1.0
"""How often the port is looked for."""
CHECK_ROOM = 0.02
"""Looking for it may take some milliseconds; it waits for a gap in the music of so many seconds."""
_FLUSH_SECONDS = 1.0
_GUARD_SECONDS = 1.0
FROZEN_SECONDS = 8.0
"""A process that does not come round for so long ends itself: RtMidi may spin on a dead server, holding the
interpreter, and then the end of the pipe is never seen. A living parent has replaced it long before."""


class Pipe:
    """The parent's pipe: commands come in by a queue, replies leave by another.

    The queue of commands is also what the playing thread sleeps on, so that a deadline and a command both wake it.
    """

    def __init__(self, commands: BinaryIO, replies: BinaryIO) -> None:
        self._inbox: queue.SimpleQueue[Command | Exception | None] = queue.SimpleQueue()
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._woken = False
        threading.Thread(target=self._read, args=(commands,), name="pipe-reader", daemon=True).start()
        self._writer = threading.Thread(target=self._write, args=(replies,), name="pipe-writer", daemon=True)
        self._writer.start()

    def wake(self) -> None:
        """End a wait in `take`; any thread may call."""
        if not self._woken:
            self._woken = True
            self._inbox.put(None)

    def take(self, timeout: float) -> Command | None:
        """Wait for the next command at most `timeout` seconds, and return None when there is none.

        Raises:
            EOFError: the pipe ended.
            ValueError: something that makes no sense came out of it.
        """
        try:
            command = self._inbox.get(timeout=max(timeout, 0.0))
        except queue.Empty:
            return None
        if command is None:
            self._woken = False
        if isinstance(command, Exception):
            raise command
        return command

    def reply(self, message: Reply) -> None:
        """Tell the parent; never waits for it."""
        self._outbox.put(protocol.pack(message))

    def end(self) -> None:
        """Stop as if the parent had gone; safe in a signal handler."""
        self._inbox.put(EOFError())

    def flush(self) -> None:
        """Write the last replies, unless the parent no longer reads."""
        self._outbox.put(None)
        self._writer.join(_FLUSH_SECONDS)

    def _read(self, commands: BinaryIO) -> None:
        try:
            for command in protocol.unpack(commands, protocol.COMMANDS):
                self._inbox.put(command)
        except msgspec.MsgspecError as error:
            self._inbox.put(ValueError(f"the port process was told something that makes no sense: {error}"))
        self._inbox.put(EOFError())

    def _write(self, replies: BinaryIO) -> None:
        try:
            while (data := self._outbox.get()) is not None:
                replies.write(data)
                replies.flush()
        except OSError:
            pass  # The parent is gone; the end of the other pipe tells.


def run(sender: Sender, ear: Ear | None, pipe: Pipe) -> None:
    """Play, and listen if there is an ear, until the parent closes the port.

    Raises:
        EOFError: the parent is gone.
        NoPort: the port is gone.
        ValueError: the parent said something that makes no sense.
    """
    sender.on_news = pipe.wake
    nowhere = os.open(os.devnull, os.O_WRONLY)
    next_heartbeat, next_check, next_guard = 0.0, time.monotonic() + CHECK_SECONDS, 0.0
    while not isinstance(command := pipe.take(min(sender.wait(), next_heartbeat - time.monotonic())), Close):
        if command is not None:
            sender.handle(command)
        if sent := sender.play():
            pipe.reply(Sent(sent))
        if heard := sender.hearing.heard():
            pipe.reply(Heard(heard))
        for state in sender.states():
            pipe.reply(state)
        now = time.monotonic()
        if now >= next_heartbeat or isinstance(command, Advance):
            next_heartbeat = now + HEARTBEAT_SECONDS
            pipe.reply(sender.heartbeat())
        if now >= next_guard:
            next_guard = now + _GUARD_SECONDS
            # Its clock runs in C, without the interpreter.
            faulthandler.dump_traceback_later(FROZEN_SECONDS, exit=True, file=nowhere)
        if now >= next_check and sender.wait() > CHECK_ROOM:
            next_check = now + CHECK_SECONDS
            sender.check()
            if ear and (state := ear.check()):
                pipe.reply(state)
                sender.deaf()
