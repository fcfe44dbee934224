"""`live-composer pretrain`, as processes: whatever ends a run, the next one goes on as if nothing had."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from learning_runs import TORCHRUN, Learning, is_one_sentence, journal, weights

from live_composer.policy import checkpoint
from tests.unit.learn.tunes import toy_corpus

pytest.importorskip("torch", reason="the extra `learn` is not installed")

if TYPE_CHECKING:
    from command_line import CommandLine

pytestmark = [pytest.mark.learn, pytest.mark.slow]

UPDATES = 1600
LEARNING = Learning("pretrain", "corpus", {"hidden": "8", "updates": str(UPDATES), "device": "cpu", "threads": "1"})


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy_corpus(tmp_path_factory.mktemp("corpora") / "toys").folder


@pytest.fixture(scope="module")
def undisturbed(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("runs") / "toy"
    assert LEARNING.run(corpus, folder).returncode == 0
    return folder


def test_a_run_leaves_a_model_and_its_card_tells_all(corpus: Path, undisturbed: Path):
    model = checkpoint.load(str(undisturbed / "toy"))
    test = model.card.metrics["test"]

    assert test["model"]["nats"] < test["unigram"]["nats"]
    assert test["5-gram"]["nats"] < test["unigram"]["nats"]
    assert test["model"]["perplexity"] == pytest.approx(np.exp(test["model"]["nats"]), rel=0.001)
    assert model.card.command.startswith("live-composer pretrain --json --corpus")
    assert model.shape.hidden == 8
    assert "toys (60 melodies)" in model.card.data
    assert "nobody's" in model.card.licence
    assert {path.name for path in undisturbed.iterdir()} == {
        "curves.png", "journal.csv", "state.safetensors", "toy.json", "toy.safetensors",
    }  # fmt: skip


def test_a_killed_run_gives_the_same_result(corpus: Path, undisturbed: Path, tmp_path: Path):
    folder = tmp_path / "toy"
    assert LEARNING.stop_after(corpus, folder, 2, signal.SIGKILL) == -signal.SIGKILL
    assert 2 <= len(journal(folder)) < len(journal(undisturbed))

    done = LEARNING.run(corpus, folder)

    assert done.returncode == 0, done.stderr
    assert weights(folder) == weights(undisturbed)
    assert journal(folder) == journal(undisturbed)


def test_an_interrupted_run_keeps_the_best_and_goes_on(corpus: Path, undisturbed: Path, tmp_path: Path):
    folder = tmp_path / "toy"
    assert LEARNING.stop_after(corpus, folder, 2, signal.SIGINT) == 130
    assert "test" in checkpoint.load(str(folder / "toy")).card.metrics

    assert LEARNING.run(corpus, folder).returncode == 0

    assert weights(folder) == weights(undisturbed)
    assert journal(folder) == journal(undisturbed)


def test_a_finished_run_only_reports(run: CommandLine, corpus: Path, undisturbed: Path):
    before = weights(undisturbed)

    told = run(*LEARNING.words(corpus, undisturbed))

    assert json.loads(told.out)["updates"] >= UPDATES
    assert weights(undisturbed) == before


def test_another_run_in_the_same_folder_is_refused(run: CommandLine, corpus: Path, undisturbed: Path):
    told = run(*LEARNING.words(corpus, undisturbed, seed="2"))

    assert told.code == 2
    assert "other settings (seed: 1 there, 2 asked for)" in told.err


def test_two_processes_learn_what_one_learns(corpus: Path, undisturbed: Path, tmp_path: Path):
    folder, alone = tmp_path / "two", tmp_path / "one"
    # Without dropout: each process draws its own.
    both = LEARNING.run(corpus, folder, [*TORCHRUN, "live_composer"], dropout="0", updates="600")
    one = LEARNING.run(corpus, alone, dropout="0", updates="600")

    assert (both.returncode, one.returncode) == (0, 0), both.stderr
    for column in ("validation", "train"):
        found, expected = ([float(row[column]) for row in journal(run)] for run in (folder, alone))
        np.testing.assert_allclose(found, expected, rtol=0.02)
    assert json.loads(both.stdout)["metrics"]["test"].keys() == {"model", "unigram", "5-gram"}


def test_a_full_disk_is_one_sentence(corpus: Path, tmp_path: Path):
    LEARNING.check_full_disk(corpus, tmp_path / "toy")


def test_without_torch_it_says_what_to_install(corpus: Path, tmp_path: Path):
    LEARNING.check_without_torch(corpus, tmp_path / "toy")


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"corpus": "nowhere"}, "There is no corpus in nowhere; build one"),
        ({"device": "mps"}, "torch finds no device `mps` here"),
        ({"hidden": "100000"}, "not one this program plays"),
        ({"preset": "pa"}, "paper"),
    ],
)
def test_bad_options_are_one_sentence(
    run: CommandLine, corpus: Path, tmp_path: Path, change: dict[str, str], advice: str
):
    asked = {"corpus": str(corpus), **change}
    told = run(*LEARNING.words(Path(asked.pop("corpus")), tmp_path / "toy", **asked))

    assert is_one_sentence(told.code, told.err, advice)
    assert not (tmp_path / "toy").exists()


def test_a_corpus_without_a_test_split_is_refused(run: CommandLine, tmp_path: Path):
    toy_corpus(tmp_path / "few", count=4)

    told = run(*LEARNING.words(tmp_path / "few", tmp_path / "toy"))

    assert told.code == 2
    assert "has no melody in its test split" in told.err


def test_each_line_tells_the_rate_and_the_time_left(corpus: Path, tmp_path: Path):
    text = LEARNING.told_to_a_terminal(corpus, tmp_path / "toy", updates="600")

    assert "steps/s" in text
    assert re.search(r"\b\d+:\d\d left\b", text)
    assert "validation" in text
