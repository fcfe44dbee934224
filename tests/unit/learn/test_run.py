"""A run goes on where it stopped, with its own settings alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from live_composer.errors import BadFile, BadInput
from live_composer.learn.learner import Learner
from live_composer.learn.progress import Progress, Row, TuneProgress
from live_composer.learn.run import Run
from live_composer.policy.shape import Shape
from tests.unit.learn.test_learner import ALONE, RECIPE, SHAPE, learnt, weights

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.learn

ROWS = [Row(10, 1, 900, 1.5, 0.1, 2.0, validation, 0.5) for validation in (1.8, 1.6, 1.6, 1.7)]
SETTINGS = {"hidden": 12, "seed": 1}


@pytest.fixture
def learner() -> Learner:
    made = Learner(SHAPE, RECIPE, 1, ALONE)
    learnt(made, range(3))
    return made


def test_everything_comes_back(tmp_path: Path, learner: Learner):
    progress = Progress(epoch=2, batch=3, updates=40, steps=900, seconds=1.25, loss=3.5, scored=7, rows=ROWS)
    Run(tmp_path, SETTINGS, Progress).save(progress, learner)
    other = Learner(SHAPE, RECIPE, 2, ALONE)

    found = Run(tmp_path, dict(reversed(SETTINGS.items())), Progress).restore(other)

    assert found == progress
    assert weights(other) == weights(learner)


def test_an_empty_folder_is_a_run_that_has_not_begun(tmp_path: Path, learner: Learner):
    assert Run(tmp_path / "new", SETTINGS, Progress).restore(learner) == Progress()


def test_other_settings_are_refused_by_name(tmp_path: Path, learner: Learner):
    Run(tmp_path, SETTINGS, Progress).save(Progress(), learner)

    with pytest.raises(BadInput, match=r"hidden: 12 there, 13 asked for.*--no-resume"):
        Run(tmp_path, SETTINGS | {"hidden": 13}, Progress).restore(learner)


def test_a_run_of_another_kind_has_other_settings_and_is_not_damaged(tmp_path: Path, learner: Learner):
    Run(tmp_path, SETTINGS, Progress).save(Progress(rows=ROWS), learner)

    with pytest.raises(BadInput, match=r"holds a run with other settings \(algorithm: None there, psi asked for\)"):
        Run(tmp_path, {"algorithm": "psi"}, TuneProgress).restore(learner)


@pytest.mark.parametrize("name", ["mine.json", "mine.safetensors"])
def test_a_folder_that_is_called_like_a_file_is_refused(tmp_path: Path, name: str):
    with pytest.raises(BadInput, match="leave out the ending"):
        Run(tmp_path / name, SETTINGS, Progress)


@pytest.mark.parametrize("keep", [0, 4, 60, -100])
def test_a_damaged_state_is_refused(tmp_path: Path, learner: Learner, keep: int):
    Run(tmp_path, SETTINGS, Progress).save(Progress(), learner)
    state = tmp_path / "state.safetensors"
    state.write_bytes(state.read_bytes()[:keep])

    with pytest.raises(BadFile, match="begin anew with --no-resume"):
        Run(tmp_path, SETTINGS, Progress).restore(learner)


def test_a_state_of_another_network_is_refused(tmp_path: Path, learner: Learner):
    Run(tmp_path, SETTINGS, Progress).save(Progress(), learner)

    with pytest.raises(BadFile, match="damaged"):
        Run(tmp_path, SETTINGS, Progress).restore(Learner(Shape(hidden=7), RECIPE, 1, ALONE))


def test_the_best_is_the_first_of_the_lowest():
    progress = Progress(rows=ROWS)

    assert progress.best is ROWS[1]
    assert progress.waited == 2
    assert (Progress().best, Progress().waited) == (None, 0)
