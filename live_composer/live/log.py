"""The log: one line of JSON for each thing that happened to a daemon, in files that are kept small.

Lines are written by a thread of their own, so that a disk that is slow or full holds nobody up. The port process has no
log: what it has to say comes to the daemon, by pipe.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import queue
import time
import traceback
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

import msgspec

from live_composer import __version__, paths
from live_composer.errors import LiveComposerError
from live_composer.files import cannot_write
from live_composer.live.events import Bar, Event, Opened, Trouble

if TYPE_CHECKING:
    from types import TracebackType

    from live_composer.live.daemon import Daemon
    from live_composer.wire.screen import Command, Set

Level: TypeAlias = Literal["off", "warning", "info", "debug"]

_BYTES, _FILES = 1 << 20, 5
_PULSE_BARS = 32
"""How often it is told how well all goes."""


class Log:
    """Notes what happens to one daemon; to be entered before it runs.

    Levels: `warning` for what does not work, `info` also for what was asked for and how all goes, `debug` also for each
    bar.
    """

    def __init__(self, level: Level) -> None:
        """Open the log.

        Raises:
            CannotWrite: its folder or file cannot be written to.
        """
        self._logger = logging.getLogger("live_composer.serve")
        self._logger.propagate = False
        self._logger.setLevel(logging.CRITICAL + 1)
        self._daemon: Daemon | None = None
        if level == "off":
            return
        path = paths.log_file()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handler = _Quiet(path, maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8")
        except OSError as error:
            raise cannot_write(path, error) from error
        handler.setFormatter(_Json())
        lines: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        self._logger.addHandler(QueueHandler(lines))  # pyright: ignore[reportArgumentType] - any queue will do
        self._logger.setLevel(level.upper())
        self._handler, self._writer = handler, QueueListener(lines, handler)

    def __enter__(self) -> Self:
        if self._logger.handlers:
            self._writer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, LiveComposerError):
            self._note(logging.ERROR, "failed", reason=str(error))
        elif error is not None and not isinstance(error, KeyboardInterrupt | BrokenPipeError):
            self._note(logging.ERROR, "crashed", reason=repr(error), trace=traceback.format_exception(error))
        if self._logger.handlers:
            self._writer.stop()
            self._logger.handlers.clear()
            with contextlib.suppress(OSError):  # The disk is full.
                self._handler.close()

    def follow(self, daemon: Daemon) -> None:
        """Note what is asked of a daemon as well."""
        self._daemon, daemon.on_asked = daemon, self._asked

    def tell(self, event: Event) -> None:
        """Note an event."""
        level = logging.DEBUG if isinstance(event, Bar) else logging.INFO
        if isinstance(event, Trouble) and event.reason:
            level = logging.WARNING
        fields = dataclasses.asdict(event)
        if isinstance(event, Opened) and self._daemon:
            fields |= {"version": __version__, "values": self._daemon.values.all()}
            fields |= {"port_pid": self._daemon.port.pid, "planner_pid": self._daemon.planner.pid}
        self._note(level, type(event).__name__.lower(), **fields)
        if isinstance(event, Bar) and event.number % _PULSE_BARS == 0 and self._daemon:
            self._pulse(self._daemon, event.number)

    def _pulse(self, daemon: Daemon, bar: int) -> None:
        heartbeat, timing, source = daemon.port.heartbeat, daemon.planner.timing, daemon.performance.source
        self._note(
            logging.INFO,
            "pulse",
            bar=bar,
            tempo=daemon.port.tempo,
            late_p50_ms=heartbeat.late_p50_ms,
            late_p99_ms=heartbeat.late_p99_ms,
            late_max_ms=heartbeat.late_max_ms,
            dropped=heartbeat.dropped,
            planning_p99_ms=1000 * timing.planning_99,
            round_trip_p99_ms=1000 * timing.round_trip_99,
            missed_plans=source.missed,
        )

    def _asked(self, asked: Set | Command, refused: str) -> None:
        level = logging.WARNING if refused else logging.INFO
        fields = {key: value for key, value in msgspec.to_builtins(asked).items() if key in {"name", "value"}}
        self._note(level, "asked", what=type(asked).__name__.lower(), **fields, refused=refused)

    def _note(self, level: int, event: str, **fields: Any) -> None:
        self._logger.log(level, event, extra={"fields": fields})


class _Json(logging.Formatter):
    """An object a line; times are UTC."""

    converter = time.gmtime
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        line = {"time": self.formatTime(record), "level": record.levelname.lower(), "pid": record.process}
        return json.dumps({**line, "event": record.msg, **getattr(record, "fields", {})}, default=str)


class _Quiet(RotatingFileHandler):
    """A full disk costs lines, and says nothing into the terminal."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - of logging
        """Do without the line."""
