"""The musician's own rule files and books in a daemon that plays: heard, saved again, refused, and ended."""

from __future__ import annotations

import itertools
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from live_composer.live.events import Bar, Event, Trouble
from live_composer.live.values import Values
from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.wire.screen import Set

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Rehearsal, Rehearse

    from live_composer.live.plan_source import Used

RULE = """
import time

from live_composer.rules import note_rule


@note_rule(every_step=True)
def mine(note):
    {line}
    return 0.0
"""
LOW = "if (note.pitch or 0) > 60: return -1.0"
HIGH = "if 0 < (note.pitch or 0) < 72: return -1.0"
BOOK = "[rules]\nmine = {weight}\n"
MIDDLE_C, C_ABOVE = 14, 26
"""Their events."""
_FEW = 0.25
"""What the rule forbids; without it, two notes of three are such."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "mine.py").write_text(RULE.format(line=LOW))
    (folder / "ours.toml").write_text(BOOK.format(weight=4.0))
    return folder


def options(random_model: str, folder: Path, bars: int) -> dict[str, Any]:
    given = {"model": random_model, "book": "ours", "seed": 1, "strictness": 8.0}
    return {"values": Values(given, {"mine": 4.0}), "plugins": (folder,), "bars": bars}


def pitches(rehearsal: Rehearsal, *numbers: int) -> list[int]:
    bars = [bar.events for bar in rehearsal.bars if bar.number in numbers]
    return [event for events in bars for event in events if event >= FIRST_PITCH]


def troubles(rehearsal: Rehearsal) -> list[str]:
    return [event.reason for event in rehearsal.events if isinstance(event, Trouble)]


def saving(texts: dict[int, tuple[Path, str]]):
    """Return what saves files when bars were played."""

    def at(_rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Bar) and event.number in texts:
            path, text = texts[event.number]
            path.write_text(text)

    return at


async def test_a_rule_of_ones_own_is_heard_and_heard_anew_when_it_is_saved(
    rehearse: Rehearse, random_model: str, folder: Path
):
    save = saving({8: (folder / "mine.py", RULE.format(line=HIGH))})
    rehearsal, stopped = await rehearse(save, **options(random_model, folder, 24))
    before, after = pitches(rehearsal, *range(1, 9)), pitches(rehearsal, *range(11, 25))
    assert sum(event > MIDDLE_C for event in before) < _FEW * len(before)
    assert sum(event < C_ABOVE for event in after) < _FEW * len(after)
    assert min(len(before), len(after)) > 8
    assert stopped.missed_plans == 0
    assert {origin for bar in rehearsal.bars for origin in bar.origins} <= {"plan", "rest of plan"}
    assert troubles(rehearsal) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [("def mine(:", "SyntaxError"), (RULE.format(line="return 1 / 0"), "ZeroDivisionError: division by zero")],
    ids=["no Python", "raises"],
)
async def test_a_file_with_a_slip_is_refused_with_its_reason_and_plays_on_as_it_was(
    rehearse: Rehearse, random_model: str, folder: Path, text: str, reason: str
):
    rule = folder / "mine.py"
    save = saving({4: (rule, text), 12: (rule, RULE.format(line=HIGH))})
    rehearsal, stopped = await rehearse(save, **options(random_model, folder, 24))
    refused, mended = pitches(rehearsal, *range(1, 13)), pitches(rehearsal, *range(15, 25))
    assert sum(event > MIDDLE_C for event in refused) < _FEW * len(refused)
    assert sum(event < C_ABOVE for event in mended) < _FEW * len(mended)
    told = troubles(rehearsal)
    assert len(told) == 2
    assert "mine" in told[0]
    assert reason in told[0]
    assert told[1] == ""
    assert (stopped.missed_plans, stopped.planners_replaced) == (0, 0)


@pytest.mark.parametrize(
    "line",
    ["while note.context.length is None and note.step > 40: pass", "time.sleep(60 * (note.step > 40))"],
    ids=["in Python", "asleep"],
)
async def test_a_rule_that_does_not_end_is_switched_off_and_the_music_goes_on(
    rehearse: Rehearse, random_model: str, folder: Path, line: str
):
    rule = folder / "mine.py"
    save = saving({4: (rule, RULE.format(line=line)), 12: (rule, RULE.format(line=HIGH))})
    rehearsal, stopped = await rehearse(save, **options(random_model, folder, 24))
    mended = pitches(rehearsal, *range(15, 25))
    assert sum(event < C_ABOVE for event in mended) < _FEW * len(mended)
    told = [reason for reason in troubles(rehearsal) if reason and "planner" not in reason]
    assert len(told) == 1
    assert told[0].startswith("The rule mine is off: ")
    assert "it did not come to an end within 1.5 s (line 9)" in told[0]
    assert (stopped.missed_plans, stopped.planners_replaced) == (0, 1)
    assert troubles(rehearsal)[-1] == ""


@pytest.mark.parametrize("name", ["rules", "règles 規則 🎵"])
async def test_a_rule_that_does_not_end_before_the_music_begins_is_off(
    rehearse: Rehearse, random_model: str, folder: Path, name: str
):
    folder = folder.rename(folder.with_name(name))
    (folder / "mine.py").write_text("while True: pass")
    (folder / "ours.toml").write_text("[rules]\nhouse_key = 1.0\nmine = 4.0\n")
    rehearsal, stopped = await rehearse(**options(random_model, folder, 2))
    assert [reason for reason in troubles(rehearsal) if "The rule mine is off: " in reason and "(line 1)" in reason]
    assert stopped.missed_plans == 0


async def test_what_a_rule_prints_is_in_nobodys_way(rehearse: Rehearse, random_model: str, folder: Path):
    noise = "import os; print('judging ' * 20); os.write(1, b'judging ' * 20)"
    (folder / "mine.py").write_text("print('hello')\n" + RULE.format(line=noise))
    rehearsal, stopped = await rehearse(**options(random_model, folder, 8))
    assert (stopped.missed_plans, stopped.planners_replaced) == (0, 0)
    assert troubles(rehearsal) == []


async def test_a_book_that_is_saved_is_played_by_and_a_slider_that_was_moved_stays(
    rehearse: Rehearse, random_model: str, folder: Path
):
    seen: dict[int, dict[str, float]] = {}

    def save(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Bar):
            seen[event.number] = rehearsal.daemon.values.weights
            if event.number == 4:
                (folder / "ours.toml").write_text("[rules]\nmine = -4.0\nhouse_key = 0.5\n")
            if event.number == 8:
                rehearsal.daemon.ask(Set("rule.house_key", 2.0))
            if event.number == 10:
                (folder / "ours.toml").write_text("[rules]\nmine = 1.0\nhouse_key = 1.5\n")

    rehearsal, _ = await rehearse(save, **options(random_model, folder, 16))
    assert [seen[bar] for bar in (3, 6, 9, 12)] == [
        {"mine": 4.0}, {"mine": -4.0, "house_key": 0.5}, {"mine": -4.0, "house_key": 2.0},
        {"mine": 1.0, "house_key": 2.0},
    ]  # fmt: skip
    before, after = pitches(rehearsal, 1, 2, 3, 4), pitches(rehearsal, 7, 8, 9, 10)
    assert sum(event > MIDDLE_C for event in before) < _FEW * len(before)
    assert sum(event > MIDDLE_C for event in after) > (1 - _FEW) * len(after)


async def test_models_and_books_change_at_the_bar_line_without_a_gap(
    rehearse: Rehearse, random_model: str, folder: Path, tmp_path: Path
):
    for ending in (".json", ".safetensors"):
        shutil.copy(random_model + ending, tmp_path / f"other{ending}")
    asked: list[tuple[str, int]] = []
    used: list[Used] = []

    def swap(rehearsal: Rehearsal, event: Event) -> None:
        swaps = {5: ("model", str(tmp_path / "other")), 9: ("book", "ours"), 13: ("model", random_model)}
        if not isinstance(event, Bar):
            return
        source = rehearsal.daemon.performance.source
        used[:] = source.used(0, source.settled)
        if event.number in swaps:
            rehearsal.daemon.ask(Set(*swaps[event.number]))
            asked.append((swaps[event.number][0], source.settled))

    given = {"model": random_model, "seed": 1, "strictness": 8.0, "book": "house"}
    rehearsal, stopped = await rehearse(swap, values=Values(given), plugins=(folder,), bars=24)
    assert stopped.missed_plans == 0
    assert {origin for bar in rehearsal.bars for origin in bar.origins} <= {"plan", "rest of plan"}
    changes = [
        (what, piece.begin)
        for before, piece in itertools.pairwise(used)
        for what in ("model", "book")
        if getattr(before.request, what) != getattr(piece.request, what)
    ]
    assert [what for what, _ in changes] == ["model", "book", "model"]
    for (_, at), (_, settled) in zip(changes, asked, strict=True):
        assert at % 16 == 0
        assert settled <= at <= settled + 32
