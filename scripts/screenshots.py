"""Write docs/images/*.svg: the screen as it draws recorded frames, so that pictures cannot show what is not so."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Literal, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import learning_stage  # noqa: E402
from stage import STATES, Stage, settle  # noqa: E402

from live_composer.config import Attach  # noqa: E402
from live_composer.learn.desk import Desk  # noqa: E402
from live_composer.tui.app import LiveComposer  # noqa: E402
from live_composer.tui.learning import LearningScreen  # noqa: E402


class Shot(NamedTuple):
    """A picture: which state, how large, after which keys, in which look."""

    state: str
    size: tuple[int, int]
    keys: tuple[str, ...] = ()
    look: Literal["dark", "light"] = "dark"


SHOTS = {
    "playing": Shot("playing", (120, 34)),
    "why": Shot("playing", (120, 34), ("0", "left", "5"), "light"),
    "learning": Shot("learning", (120, 34)),
}


async def take(shot: Shot, socket: Path) -> str:
    """Return a picture as SVG."""
    return await (_of_learning(shot) if shot.state == "learning" else _of_playing(shot, socket))


async def _of_playing(shot: Shot, socket: Path) -> str:
    with Stage(socket, STATES[shot.state]):
        app = LiveComposer(socket, Attach(look=shot.look), seconds=lambda: 0.0)
        async with app.run_test(size=shot.size) as pilot:
            await settle(pilot)
            await pilot.press(*shot.keys)
            await settle(pilot)
            return app.export_screenshot(title="live-composer")


async def _of_learning(shot: Shot) -> str:
    news = learning_stage.learning()
    desk = Desk(news)
    try:
        app = LearningScreen(desk.where, Attach(look=shot.look), hear=learning_stage.Deaf())
        async with app.run_test(size=shot.size) as pilot:
            await learning_stage.settle(app, pilot, news)
            return app.export_screenshot(title="live-composer tune")
    finally:
        desk.close()


def main() -> None:
    """Write them all."""
    folder = ROOT / "docs" / "images"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as sockets:
        for name, shot in SHOTS.items():
            svg = asyncio.run(take(shot, Path(sockets) / f"{name}.sock"))
            (folder / f"{name}.svg").write_text(svg)
            print(f"docs/images/{name}.svg, {len(svg) / 1024:.0f} KB")


if __name__ == "__main__":
    main()
