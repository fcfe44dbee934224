"""What is told of learning: lines, and to a desk what screens are told from it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from live_composer import paths
from live_composer.learn.desk import Desk, News
from live_composer.learn.display import Lines, display
from live_composer.learn.progress import Row
from live_composer.wire import channel
from live_composer.wire.learning import Concluding, Learning, Measured, Moved, Sampled
from live_composer.wire.messages import Hello

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ABOUT = Learning("pretrain toy", "runs/toy", "updates", "validation", rises=False)
ROW = Row(20, 1, 4000, 2.0, 0.001, 2.5, 2.25, 0.4)


def never() -> list[object]:
    raise AssertionError("lines need no melodies")


def test_a_measurement_is_a_line(capsys: pytest.CaptureFixture[str]):
    lines = Lines(ABOUT)
    lines.measured(ROW, never, best=False)
    lines.moved(Moved(20, 0.25, 2000.0, 31.0))
    lines.measured(ROW, never, best=True)
    lines.resumed([ROW], never)
    lines.concluding()
    assert capsys.readouterr().err.splitlines() == [
        "20 updates  train 2.5000  validation 2.2500",
        "20 updates  train 2.5000  validation 2.2500  25%  2,000 steps/s  1:33 left  best",
        "Going on after 20 updates.",
        "Measuring the best model once more ...",
    ]


def test_where_no_socket_can_be_made_there_are_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    (tmp_path / "run").write_text("")
    monkeypatch.setenv("LIVE_COMPOSER_HOME", str(tmp_path))
    with display(ABOUT, screen=True) as shown:
        shown.resumed([ROW], never)
    said = capsys.readouterr().err
    assert "could not be made" in said
    assert "Going on after 20 updates." in said


async def told(where: Path, count: int) -> list[object]:
    """Return the first messages that a screen is told."""
    learner = await channel.connect(where, Hello("screen"))
    heard = [await learner.receive() for _ in range(count)]
    await learner.close()
    return heard


def test_a_screen_that_comes_late_is_told_all_measurements_and_the_newest_of_the_rest():
    news = News(ABOUT)
    desk = Desk(news)
    try:
        news.rows += [Measured(done, {"validation": 2.0}) for done in (1, 2, 3)]
        for done in (2, 3):
            news.moved, news.sampled = Moved(done, 0.5, 10.0, 1.0), Sampled(done, [])
        news.over = Concluding()
        expected = [ABOUT, *news.rows, Sampled(3, []), Moved(3, 0.5, 10.0, 1.0), Concluding()]
        assert asyncio.run(told(desk.where, len(expected))) == expected
        assert asyncio.run(told(desk.where, len(expected))) == expected
    finally:
        desk.close()
    assert not desk.where.exists()
    assert list(paths.runtime().glob("learning-*")) == []
