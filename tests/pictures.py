"""Pictures of a screen as text: what stands in each line and in which colours, to be held against accepted ones.

They are a tenth of the size of SVG, and a difference can be read. `UPDATE_PICTURES=1 pytest tests/tui` accepts anew.
"""

from __future__ import annotations

import difflib
import io
import itertools
import os
import string
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.segment import Segment

if TYPE_CHECKING:
    from rich.style import Style
    from textual.app import App
    from textual.pilot import Pilot

ACCEPTED = Path(__file__).parent / "tui" / "pictures"
PATIENCE_SECONDS = 5.0
_LETTERS = string.ascii_letters + string.digits + "!#$%&()*+,-./:;<=>?@[]^_{|}~"


def picture(app: App[Any]) -> str:
    """Return what an app shows."""
    width, height = app.size
    console = Console(width=width, height=height, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    update = app.screen._compositor.render_update(full=True, simplify=True)  # as `App.export_screenshot` does
    lines = list(Segment.split_lines(segment for segment in console.render(update) if not segment.control))
    letters: dict[str, str] = {}
    text = ["".join(segment.text for segment in line).rstrip() for line in lines]
    colours = [_colours(line, letters) for line in lines]
    legend = [f"{letter} {name}" for name, letter in letters.items()]
    return "\n".join([*text, "", *colours, "", *legend]) + "\n"


async def compare(pilot: Pilot[Any], name: str) -> None:
    """Hold a screen against the accepted picture of a name; on a busy machine it is drawn a little later."""
    path, now = ACCEPTED / f"{name}.txt", picture(pilot.app)
    if os.environ.get("UPDATE_PICTURES"):
        ACCEPTED.mkdir(exist_ok=True)
        path.write_text(now)
    assert path.exists(), f"no picture of {name} was accepted yet; look at it, then UPDATE_PICTURES=1"
    accepted, deadline = path.read_text(), time.monotonic() + PATIENCE_SECONDS
    while now != accepted and time.monotonic() < deadline:
        await pilot.pause(0.02)
        now = picture(pilot.app)
    changed = list(difflib.unified_diff(accepted.splitlines(), now.splitlines(), "accepted", "now", n=0, lineterm=""))
    assert not changed, "\n" + "\n".join(changed)


def _colours(line: list[Segment], letters: dict[str, str]) -> str:
    """Return the colours of a line: a letter for each, and for how many cells."""
    runs: list[str] = []
    for name, group in itertools.groupby(line, key=lambda segment: _name(segment.style)):
        cells = sum(segment.cell_length for segment in group)
        runs.append(f"{letters.setdefault(name, _LETTERS[len(letters)])}{cells}")
    return " ".join(runs)


def _name(style: Style | None) -> str:
    if style is None:
        return "plain"
    colour, ground = (part.get_truecolor().hex if part else "-" for part in (style.color, style.bgcolor))
    marks = [mark for mark in ("bold", "italic", "underline", "reverse", "dim") if getattr(style, mark)]
    return " ".join([colour, "on", ground, *marks])
