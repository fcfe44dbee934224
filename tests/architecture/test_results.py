"""The page of results says what was measured, and speaks of the models that come along."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

import scripts
from live_composer.evaluate.sheet import told
from live_composer.policy import checkpoint

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return scripts.load("results_page")


def test_the_page_is_what_its_figures_say(script: ModuleType):
    assert script.PAGE.read_text() == script.page(script.read()), "run `python scripts/results_page.py`"


def test_another_figure_is_another_page(script: ModuleType):
    verdicts = script.read()
    model = verdicts[0].models[0]
    figure = model.table["motif"]
    other = msgspec.structs.replace(figure, value=0.5 * figure.value)
    changed = msgspec.structs.replace(model, table={**model.table, "motif": other})
    verdicts[0] = msgspec.structs.replace(verdicts[0], models=[changed, *verdicts[0].models[1:]])
    page = script.page(verdicts)
    assert told(other, "share") in page
    assert page != script.PAGE.read_text()


def test_every_tuned_model_that_comes_along_is_told(script: ModuleType):
    """And as it is: the command that made it is the one on its card."""
    measured = {model.name: model.command for verdict in script.read() for model in verdict.models}
    for path in sorted((ROOT / "models").glob("*.json")):
        card = checkpoint.load(str(path)).card
        if card.tuning:
            assert measured.get(card.name) == card.command, "run `make results`"


def test_the_papers_columns_stand_beside_ours(script: ModuleType):
    text = script.PAGE.read_text()
    for words in ("paper: Note RNN", "paper: Q", "paper: Psi", "paper: G", "63.3 %", "J = reward / c - KL"):
        assert words in text
