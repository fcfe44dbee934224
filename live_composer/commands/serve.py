"""`live-composer serve`: play live, to a MIDI port."""

from __future__ import annotations

import asyncio
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from live_composer import files
from live_composer.commands.plugins import folders, pairs
from live_composer.commands.serve_report import JsonReport, Reporter, TextReport
from live_composer.commands.terminal import wants_screen
from live_composer.config import Serve
from live_composer.errors import BadInput
from live_composer.live.daemon import Daemon, Setup
from live_composer.live.host_link import HostAddress
from live_composer.live.log import Log
from live_composer.live.values import Values
from live_composer.music.metre import Metre
from live_composer.policy import checkpoint
from live_composer.rules import book_file
from live_composer.wire import door, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from live_composer.commands.serve_report import Report
    from live_composer.live.events import Event
    from live_composer.parameters.kinds import Value

_SEEDS = 1 << 31
_LASTING = (
    "clock", "freewheel_seconds", "quantum", "send_clock", "input", "device", "planner", "planner_token",
    "planner_certificate", "log",
)  # fmt: skip
"""What holds on any port, and no parameter tells; but a file is not written twice, nor is OSC's port free."""


def serve(*, config: Serve = Serve()) -> None:
    """Play live, to a MIDI port; Ctrl-C stops, releases every note, and writes the take."""
    if _wants_screen(config):
        from live_composer.commands.serve_screen import serve_with_screen

        serve_with_screen(sys.argv[2:], port_named=config.port is not None)
    setup = _setup(config)
    report = JsonReport(setup) if config.json else TextReport(setup, roll=config.roll)
    with Log(config.log) as log:
        asyncio.run(_play(setup, report, log))


def _wants_screen(config: Serve) -> bool:
    """Say whether to show a screen: on a terminal, for music without an end."""
    return wants_screen(plain=config.plain or config.roll or bool(config.bars), json=config.json)


def _setup(config: Serve) -> Setup:
    """Check everything that can be checked before anything is started."""
    seed = secrets.randbelow(_SEEDS) if config.seed is None else config.seed
    names = ("model", "book", "metre", "key", "tempo", "channel", "temperature")
    given: dict[str, Value] = {name: getattr(config, name) for name in names} | {"seed": seed}
    others, plugins = pairs(config.set), tuple(folders(config.plugins))
    weights = book_file.weights(book_file.find(others.get("book", config.book), plugins))
    if config.clock == "midi" and not config.input:
        raise BadInput("A MIDI clock is heard on an input; say which by --input.")
    values = Values(given, weights)
    for name, text in others.items():
        values.set(name, text, text=True)
    values.begin()
    vocabulary = checkpoint.load(values.word("model")).shape.vocabulary
    if config.record:
        files.check_writable(config.record)
    return Setup(
        target=config.port,
        values=values,
        vocabulary=vocabulary,
        bars=config.bars,
        record=config.record,
        device=config.device,
        plugins=plugins,
        clock=config.clock,
        listen=config.input,
        send_clock=config.send_clock,
        freewheel_seconds=config.freewheel_seconds,
        quantum=config.quantum or Metre.parse(values.word("metre")).beats_per_bar,
        playing=not config.wait,
        osc=config.osc,
        host=_host(config),
        options=tuple(_lasting(config, plugins)),
    )


def _lasting(config: Serve, plugins: Iterable[Path]) -> Iterator[str]:
    """Give the options by which to go on on another port, wherever that is begun."""
    for folder in plugins:
        yield from ("--plugins", str(folder.resolve()))
    for name in _LASTING:
        value, option = getattr(config, name), f"--{name.replace('_', '-')}"
        if value is True:
            yield option
        elif value != getattr(Serve, name):
            yield from (option, str(value.resolve() if isinstance(value, Path) else value))


def _host(config: Serve) -> HostAddress | None:
    if config.planner is None:
        if config.planner_token or config.planner_certificate:
            raise BadInput("--planner-token and --planner-certificate are of use with --planner alone.")
        return None
    encrypted = door.is_encrypted(config.planner)
    return HostAddress(
        config.planner,
        tokens.shown(config.planner_token) if config.planner_token else None,
        door.trust(config.planner_certificate) if encrypted else None,
    )


async def _play(setup: Setup, report: Report, log: Log) -> None:
    reporter = Reporter(report)

    def tell(event: Event) -> None:
        log.tell(event)
        reporter.tell(event)

    daemon = Daemon(setup, tell)
    log.follow(daemon)
    loop = asyncio.get_running_loop()
    reporter.on_reader_gone = lambda: loop.call_soon_threadsafe(daemon.quit)
    with reporter:
        await daemon.run()
