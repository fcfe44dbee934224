"""The journal of a run, as a table, as a picture and for TensorBoard."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from live_composer.learn import journal
from live_composer.learn.progress import Row

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [Row(10 * n, 1, 900 * n, 1.5 * n, 0.1, 2.0 - n / 10, 2.1 - n / 10, 0.5) for n in (1, 2, 3)]


def test_the_table_holds_every_row(tmp_path: Path):
    journal.write_table(tmp_path / "journal.csv", ROWS)

    rows = list(csv.DictReader((tmp_path / "journal.csv").read_text().splitlines()))
    assert [float(row["validation"]) for row in rows] == [row.validation for row in ROWS]
    assert list(rows[0]) == list(Row.__struct_fields__)


def test_the_curves_are_a_picture_that_shows_something(tmp_path: Path):
    pyplot = pytest.importorskip("matplotlib.image", reason="the extra `learn` is not installed")
    journal.write_curves(tmp_path / "curves.png", ROWS, {"unigram": 2.2, "5-gram": 1.9})

    picture = pyplot.imread(tmp_path / "curves.png")
    assert picture.shape[:2] == (600, 960)
    assert picture.std() > 0.05
    assert [path.name for path in tmp_path.iterdir()] == ["curves.png"]


@pytest.mark.learn
def test_tensorboard_reads_what_was_written(tmp_path: Path):
    events = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator", reason="the extra `tensorboard` is not installed"
    )
    journal.write_events(tmp_path, ROWS[:1])
    journal.write_events(tmp_path, ROWS)

    found = events.EventAccumulator(str(tmp_path)).Reload()

    assert [event.step for event in found.Scalars("validation")] == [10, 20, 30]
    assert [event.value for event in found.Scalars("train")] == pytest.approx([row.train for row in ROWS])
