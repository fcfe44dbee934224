"""`live-composer serve`: play live, to a MIDI port."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from live_composer import files
from live_composer.commands.serve_report import JsonReport, Reporter, TextReport
from live_composer.config import Serve
from live_composer.errors import BadInput
from live_composer.live.daemon import Daemon, Setup
from live_composer.live.plan_source import Wishes
from live_composer.music.key import Key
from live_composer.music.metre import Metre
from live_composer.policy import checkpoint

if TYPE_CHECKING:
    from live_composer.commands.serve_report import Report

_LONGEST_BAR = 128
_SEEDS = 1 << 31


def serve(*, config: Serve = Serve()) -> None:
    """Play live, to a MIDI port; Ctrl-C stops, releases every note, and writes the take."""
    setup = _setup(config)
    report = JsonReport(setup) if config.json else TextReport(setup, roll=config.roll)
    asyncio.run(_play(setup, report))


def _setup(config: Serve) -> Setup:
    """Check everything that can be checked before anything is started."""
    metre = Metre.parse(config.metre)
    if metre.steps_per_bar > _LONGEST_BAR:
        raise BadInput(f"A bar of {metre} is too long to be played live; it has at most {_LONGEST_BAR} sixteenths.")
    key = Key.parse(config.key)
    vocabulary = checkpoint.load(config.model).shape.vocabulary
    if config.take:
        files.check_writable(config.take)
    seed = secrets.randbelow(_SEEDS) if config.seed is None else config.seed
    return Setup(
        target=config.port,
        wishes=Wishes(config.model, metre, key, config.temperature, seed, vocabulary),
        tempo=config.tempo,
        channel=config.channel,
        bars=config.bars,
        take=config.take,
        device=config.device,
    )


async def _play(setup: Setup, report: Report) -> None:
    reporter = Reporter(report)
    daemon = Daemon(setup, reporter.tell)
    loop = asyncio.get_running_loop()
    reporter.on_reader_gone = lambda: loop.call_soon_threadsafe(daemon.quit)
    with reporter:
        await daemon.run()
