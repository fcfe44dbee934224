"""The screen stands though its handlers fail: the mistake is told, can be read whole, and is written down."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from stage import STATES, Stage, settle

from live_composer import paths
from live_composer.tui.app import LiveComposer
from live_composer.tui.dialogs import Read
from live_composer.tui.roll import PianoRoll
from live_composer.tui.rules_panel import RulesPanel
from live_composer.tui.sliders import Sliders

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot
    from textual.widget import Widget

MISTAKE = "the slide rule broke"


def broken(*_: Any, **__: Any) -> None:
    raise ZeroDivisionError(MISTAKE)


class Break(NamedTuple):
    """What breaks, and the keys that come to it."""

    owner: type[Widget | LiveComposer]
    method: str
    keys: tuple[str, ...] = ()


BREAKS = {
    "an action": Break(LiveComposer, "action_play", ("space",)),
    "an action of a widget": Break(Sliders, "action_more", ("1", "right")),
    "a message of a widget": Break(LiveComposer, "on_sliders_asked", ("2", "enter")),
    "an event of a widget": Break(PianoRoll, "on_focus", ("0",)),
    "a drawing": Break(RulesPanel, "tail", ("1", "down")),
    "a timer": Break(LiveComposer, "_move"),
    "what a dialog leads to": Break(LiveComposer, "_left", ("q", "d")),
}


@contextlib.asynccontextmanager
async def playing(folder: Path) -> AsyncIterator[tuple[LiveComposer, Pilot[str], Stage]]:
    with Stage(folder / "s.sock", STATES["playing"]) as stage:
        app = LiveComposer(stage.path, seconds=lambda: 0.0)
        async with app.run_test(size=(120, 40)) as pilot:
            await settle(pilot)
            yield app, pilot, stage


async def until_told(app: LiveComposer, pilot: Pilot[str]) -> None:
    """Wait for a mistake; it is an expected one, for which the test need not fail."""
    while not app.mistakes:
        await pilot.pause(0.01)
    await pilot.pause()
    app._exception = None


@pytest.mark.parametrize("what", BREAKS)
async def test_a_mistake_is_told_and_the_screen_stands(what: str, tmp_path: Path):
    breaks = BREAKS[what]
    async with playing(tmp_path) as (app, pilot, stage):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(breaks.owner, breaks.method, broken)
            await pilot.press(*breaks.keys)
            await until_told(app, pilot)
        assert app.is_running
        assert f"ZeroDivisionError: {MISTAKE}. x shows it whole." in next(iter(app._notifications)).message
        # The next keys are heard as ever, and the whole of it can be read and copied.
        await pilot.press("escape", "x")
        await pilot.pause()
        assert isinstance(app.screen, Read)
        assert MISTAKE in app.screen._text
        assert "in broken" in app.screen._text
        await pilot.press("c", "escape", "0", "right", "k")
        await settle(pilot)
        assert MISTAKE in app.clipboard
        assert stage.names()[-1] == "keep"
        assert MISTAKE in (paths.runtime() / "screen.log").read_text()


async def test_the_same_mistake_again_is_told_once(tmp_path: Path):
    async with playing(tmp_path) as (app, pilot, _):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(LiveComposer, "action_play", broken)
            await pilot.press("space", "space", "space")
            await until_told(app, pilot)
        assert len(app.mistakes) == len(app._notifications) == 1


async def test_where_nothing_can_be_written_it_is_told_nevertheless(tmp_path: Path):
    async with playing(tmp_path) as (app, pilot, _):
        (tmp_path / "file").write_text("")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LIVE_COMPOSER_HOME", str(tmp_path / "file"))
            patch.setattr(LiveComposer, "action_play", broken)
            await pilot.press("space")
            await until_told(app, pilot)
        assert app._notifications


async def test_a_test_fails_by_a_mistake_that_it_does_not_expect(tmp_path: Path):
    async def press() -> None:
        async with playing(tmp_path) as (_, pilot, _):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(LiveComposer, "action_play", broken)
                await pilot.press("space")
                await pilot.pause()

    with pytest.raises(ZeroDivisionError, match=MISTAKE):
        await press()
