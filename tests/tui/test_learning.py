"""The screen of learning: how it looks, what its keys do, and what the learner is asked for."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from learning_stage import STATES, Deaf, fresh, learning, settle
from pictures import compare, picture

from live_composer.config import Attach
from live_composer.learn.desk import Desk
from live_composer.tui import actions
from live_composer.tui.course import Course, clock
from live_composer.tui.dialogs import Choose, Read
from live_composer.tui.learning import LearningScreen
from live_composer.wire.learning import Learning, Measured

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from textual.pilot import Pilot

from live_composer.learn.desk import News

SIZES = [(80, 24), (120, 36), (200, 50)]


class Watching(NamedTuple):
    app: LearningScreen
    pilot: Pilot[str]
    news: News
    ears: Deaf

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def settle(self) -> None:
        await settle(self.app, self.pilot, self.news)


@pytest.fixture
def desk() -> Iterator[Any]:
    """Make desks that are closed after the test."""
    made: list[Desk] = []

    def make(news: News) -> Desk:
        made.append(Desk(news))
        return made[-1]

    yield make
    for one in made:
        one.close()


@contextlib.asynccontextmanager
async def shown(desk: Any, news: News, size: tuple[int, int], **options: Any) -> AsyncIterator[Watching]:
    ears = Deaf()
    app = LearningScreen(desk(news).where, Attach(**options), hear=ears)
    async with app.run_test(size=size) as pilot:
        watching = Watching(app, pilot, news, ears)
        await watching.settle()
        yield watching


@pytest.fixture
async def watching(desk: Any) -> AsyncIterator[Watching]:
    async with shown(desk, learning(), SIZES[1]) as one:
        yield one


def size_name(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


@pytest.mark.parametrize("size", SIZES, ids=size_name)
@pytest.mark.parametrize("state", STATES)
async def test_a_state_looks_as_before(desk: Any, state: str, size: tuple[int, int]):
    async with shown(desk, STATES[state](), size) as watching:
        await compare(watching.pilot, f"learn-{state}-{size_name(size)}")


@pytest.mark.parametrize("size", SIZES[1:], ids=size_name)
async def test_a_terminal_that_grows_is_filled(desk: Any, size: tuple[int, int]):
    async with shown(desk, learning(), SIZES[0]) as watching:
        await watching.pilot.resize_terminal(*size)
        await watching.settle()
        await compare(watching.pilot, f"learn-learning-{size_name(size)}")


SCREENS = {"where": ("i",), "help": ("f1",), "lower": (*["down"] * 7,), "third": ("right", "right")}


@pytest.mark.parametrize("size", SIZES, ids=size_name)
@pytest.mark.parametrize("screen", SCREENS)
async def test_a_screen_looks_as_before(desk: Any, screen: str, size: tuple[int, int]):
    async with shown(desk, learning(), size) as watching:
        await watching.press(*SCREENS[screen])
        await compare(watching.pilot, f"learn-{screen}-{size_name(size)}")


async def test_the_light_look_looks_as_before(desk: Any):
    async with shown(desk, learning(), SIZES[0], look="light") as watching:
        await compare(watching.pilot, "learn-light-80x24")


async def test_without_colours_all_is_told_by_shape(desk: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with shown(desk, learning(), SIZES[0]) as watching:
        await compare(watching.pilot, "learn-no-colour-80x24")


async def test_what_is_new_is_shown(watching: Watching):
    best = Measured(4_500_000, {**watching.news.rows[0].figures, "J": 321.0})
    watching.news.rows.append(best)
    await watching.settle()
    text = picture(watching.app)
    assert "best: J 321.0 after 4.5M steps, the newest" in text
    assert watching.app.course.best == len(watching.news.rows) - 1


async def test_a_melody_is_heard_and_ended(watching: Watching):
    await watching.press("right", "space")
    assert watching.ears.played == [watching.news.sampled.samples[1]]
    assert "♪" in picture(watching.app)
    before = watching.ears.ended
    await watching.press("space")
    assert watching.ears.ended == before + 1
    assert "♪" not in picture(watching.app)


async def test_where_melodies_are_heard_is_chosen(watching: Watching):
    await watching.press("i")
    assert isinstance(watching.app.screen, Choose)
    await watching.press(*"iac", "enter", "space")
    assert watching.ears.where == "IAC Driver Bus 1"
    assert len(watching.ears.played) == 1


async def test_what_cannot_be_heard_is_told(watching: Watching):
    watching.ears.where = "nothing"
    await watching.press("space")
    assert [note.message for note in watching.app._notifications] == ["No MIDI port fits `nothing`."]
    assert watching.ears.played == []


async def test_before_the_first_measurement_nothing_can_be_heard(desk: Any):
    async with shown(desk, fresh(), SIZES[0]) as watching:
        await watching.press("space", "right", "left")
        assert "no melody yet" in next(iter(watching.app._notifications)).message


async def test_the_melody_before_and_after_and_no_further(watching: Watching):
    numbers = []
    for key in ("right", "right", "right", "left", "left", "left"):
        await watching.press(key)
        numbers.append(watching.app._samples.number)
    assert numbers == [1, 2, 2, 1, 0, 0]


async def test_the_mouse_chooses_a_melody(watching: Watching):
    await watching.pilot.click("#samples", offset=(90, 3))
    assert watching.app._samples.number == 2


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_the_learner_is_asked_to_stop(watching: Watching, key: str, monkeypatch: pytest.MonkeyPatch):
    asked: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: asked.append(number))
    try:
        await watching.press(key)
        while not asked:
            await watching.pilot.pause(0.01)
    finally:
        signal.signal(signal.SIGINT, before)
    assert "It stops after this round" in picture(watching.app)
    assert watching.app.is_running


async def test_the_screen_is_closed_and_learning_goes_on(watching: Watching):
    await watching.pilot.press("d")
    await watching.pilot.pause()
    assert watching.app.return_value == "closed"
    assert watching.app.return_code == 0


async def test_when_the_learner_has_gone_so_has_the_screen(desk: Any):
    made: list[Desk] = []
    async with shown(lambda news: made.append(desk(news)) or made[0], learning(), SIZES[0]) as watching:
        made[0].close()
        while watching.app.return_value is None:
            await watching.pilot.pause(0.01)
        assert watching.app.return_value == "ended"
        assert watching.app.return_code == 0


async def test_where_there_is_no_learner_it_is_said(tmp_path: Path):
    app = LearningScreen(tmp_path / "nobody.sock", hear=Deaf())
    async with app.run_test(size=SIZES[0]) as pilot:
        while app.return_value is None:
            await pilot.pause(0.01)
    assert app.return_code == 6


TRIED = {"hear_sample", "earlier_sample", "later_sample", "hear_where", "close_screen", "end_learning"}


def test_every_action_is_tried():
    assert {action.name for action in actions.of("learning")} == TRIED


async def test_help_troubles_look_and_palette_are_there(watching: Watching):
    await watching.press("f1")
    assert isinstance(watching.app.screen, Read)
    text = " ".join(watching.app.screen._text.split())
    for action in watching.app.OWN:
        assert action.help in text
    await watching.press("escape", "x")
    assert watching.app.screen._text == "All is well."
    await watching.press("escape", "f2")
    assert watching.app.theme == "live-composer-light"
    palette = {command.title for command in watching.app.get_system_commands(watching.app.screen)}
    assert {"Hear", "Stop", "Help", "Light or dark"} <= palette


def test_the_best_is_the_first_of_equals_and_may_be_the_lowest():
    course = Course(Learning("", "", "updates", "loss", rises=False))
    for place, loss in enumerate([3.0, 1.0, 2.0, 1.0]):
        course.hear(Measured(place, {"loss": loss}))
    assert course.best == 1


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (42.9, "0:42"), (725, "12:05"), (12_005, "3 h 20")])
def test_times_are_written_as_people_do(seconds: float, text: str):
    assert clock(seconds) == text
