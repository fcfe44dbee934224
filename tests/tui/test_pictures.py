"""Every screen and state, as it looks at three sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pictures import compare, picture
from stage import STATES, Stage, settle

from live_composer.config import Attach
from live_composer.tui.app import LiveComposer

if TYPE_CHECKING:
    from pathlib import Path

SIZES = [(80, 24), (120, 36), (200, 50)]


def size_name(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


async def look(path: Path, name: str, state: str, size: tuple[int, int], *keys: str, **options: Any) -> None:
    """Compare a screen, after some keys, with what was accepted."""
    with Stage(path / "s.sock", STATES[state]) as stage:
        app = LiveComposer(stage.path, Attach(**options), seconds=lambda: 0.0)
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            for key in keys:
                await pilot.press(key)
                await settle(pilot)
            await compare(pilot, f"{name}-{size_name(size)}")


@pytest.mark.parametrize("size", SIZES, ids=size_name)
@pytest.mark.parametrize("state", STATES)
async def test_a_state_looks_as_before(tmp_path: Path, state: str, size: tuple[int, int]):
    await look(tmp_path, state, state, size)


SCREENS = {
    "playing-panel": ("3",),
    "takes": ("4",),
    "why": ("5",),
    "selected": ("0", "left", "5"),
    "zoomed": ("z",),
    "key": ("y",),
    "metre": ("b",),
    "models": ("m",),
    "books": ("r",),
    "presets": ("p",),
    "ports": ("i",),
    "find": ("slash", "s", "w"),
    "add-rule": ("1", "a"),
    "type-value": ("2", "down", "enter"),
    "help": ("f1",),
    "troubles": ("x",),
    "leave": ("q",),
    "palette": ("ctrl+p",),
}


@pytest.mark.parametrize("size", SIZES, ids=size_name)
@pytest.mark.parametrize("screen", SCREENS)
async def test_a_screen_looks_as_before(tmp_path: Path, screen: str, size: tuple[int, int]):
    await look(tmp_path, screen, "playing", size, *SCREENS[screen])


@pytest.mark.parametrize("size", SIZES[1:], ids=size_name)
async def test_a_terminal_that_grows_is_filled(tmp_path: Path, size: tuple[int, int]):
    with Stage(tmp_path / "s.sock", STATES["playing"]) as stage:
        app = LiveComposer(stage.path, seconds=lambda: 0.0)
        async with app.run_test(size=SIZES[0]) as pilot:
            await settle(pilot)
            await pilot.resize_terminal(*size)
            await settle(pilot)
            await compare(pilot, f"playing-{size_name(size)}")


async def test_the_light_look_looks_as_before(tmp_path: Path):
    await look(tmp_path, "light", "playing", SIZES[0], look="light")


async def test_less_motion_turns_pages(tmp_path: Path):
    await look(tmp_path, "still", "playing", SIZES[0], still=True)


async def test_without_colours_all_is_told_by_shape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_COLOR", "1")
    await look(tmp_path, "no-colour", "playing", SIZES[0])


async def test_a_daemon_that_is_gone_leaves_its_picture(tmp_path: Path):
    with Stage(tmp_path / "s.sock", STATES["playing"]) as stage:
        app = LiveComposer(stage.path, seconds=lambda: 0.0)
        async with app.run_test(size=SIZES[0]) as pilot:
            await settle(pilot)
            stage.end()
            while not app.gone:
                await pilot.pause(0.01)
            await pilot.pause()
            await compare(pilot, "gone")


async def test_where_there_is_no_daemon_it_is_looked_for(tmp_path: Path):
    app = LiveComposer(tmp_path / "nobody.sock", seconds=lambda: 0.0)
    async with app.run_test(size=SIZES[0]) as pilot:
        while not app.gone:
            await pilot.pause(0.01)
        await pilot.pause()
        lines = picture(app).splitlines()
        assert any("No daemon yet; trying again" in line for line in lines)
