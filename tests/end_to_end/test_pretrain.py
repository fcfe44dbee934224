"""`live-composer pretrain`, as processes: whatever ends a run, the next one goes on as if nothing had."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from live_composer.errors import pip_install
from live_composer.policy import checkpoint
from tests.unit.learn.tunes import toy_corpus

pytest.importorskip("torch", reason="the extra `learn` is not installed")

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = [pytest.mark.learn, pytest.mark.slow]

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
COMMAND = [sys.executable, "-m", "live_composer"]
UPDATES = 1600
OPTIONS = {"hidden": "8", "updates": str(UPDATES), "device": "cpu", "threads": "1"}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy_corpus(tmp_path_factory.mktemp("corpora") / "toys").folder


@pytest.fixture(scope="module")
def undisturbed(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("runs") / "toy"
    assert pretrain(corpus, folder).returncode == 0
    return folder


def arguments(corpus: Path, folder: Path, **changes: str) -> list[str]:
    options = {"corpus": str(corpus), "output": str(folder), **OPTIONS, **changes}
    return ["pretrain", "--json", *(word for name, value in options.items() for word in (f"--{name}", value))]


def pretrain(
    corpus: Path, folder: Path, command: Sequence[str] = COMMAND, **changes: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, *arguments(corpus, folder, **changes)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def stop_after(corpus: Path, folder: Path, rows: int, how: signal.Signals) -> int:
    """Begin a run and stop it once its journal has so many rows; return its exit code."""
    with subprocess.Popen(
        [*COMMAND, *arguments(corpus, folder)], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        deadline = time.monotonic() + 120
        while len(journal(folder)) < rows and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.005)
        process.send_signal(how)
        process.communicate(timeout=60)
        return process.returncode


def journal(folder: Path) -> list[dict[str, str]]:
    """Return the rows, but for the time they took."""
    path = folder / "journal.csv"
    rows = list(csv.DictReader(path.read_text().splitlines())) if path.exists() else []
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def weights(folder: Path) -> bytes:
    return (folder / f"{folder.name}.safetensors").read_bytes()


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
    assert stop_after(corpus, folder, 2, signal.SIGKILL) == -signal.SIGKILL
    assert 2 <= len(journal(folder)) < len(journal(undisturbed))

    done = pretrain(corpus, folder)

    assert done.returncode == 0, done.stderr
    assert weights(folder) == weights(undisturbed)
    assert journal(folder) == journal(undisturbed)


def test_an_interrupted_run_keeps_the_best_and_goes_on(corpus: Path, undisturbed: Path, tmp_path: Path):
    folder = tmp_path / "toy"
    assert stop_after(corpus, folder, 2, signal.SIGINT) == 130
    assert "test" in checkpoint.load(str(folder / "toy")).card.metrics

    assert pretrain(corpus, folder).returncode == 0

    assert weights(folder) == weights(undisturbed)
    assert journal(folder) == journal(undisturbed)


def test_a_finished_run_only_reports(corpus: Path, undisturbed: Path):
    before = weights(undisturbed)

    done = pretrain(corpus, undisturbed)

    assert json.loads(done.stdout)["updates"] >= UPDATES
    assert weights(undisturbed) == before


def test_another_run_in_the_same_folder_is_refused(corpus: Path, undisturbed: Path):
    done = pretrain(corpus, undisturbed, seed="2")

    assert done.returncode == 2
    assert "other settings (seed: 1 there, 2 asked for)" in done.stderr


def test_two_processes_learn_what_one_learns(corpus: Path, undisturbed: Path, tmp_path: Path):
    folder, alone = tmp_path / "two", tmp_path / "one"
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]

    # Without dropout: each process draws its own.
    both = pretrain(corpus, folder, [*torchrun, "-m", "live_composer"], dropout="0", updates="600")
    one = pretrain(corpus, alone, dropout="0", updates="600")

    assert (both.returncode, one.returncode) == (0, 0), both.stderr
    for column in ("validation", "train"):
        found, expected = ([float(row[column]) for row in journal(run)] for run in (folder, alone))
        np.testing.assert_allclose(found, expected, rtol=0.02)
    assert json.loads(both.stdout)["metrics"]["test"].keys() == {"model", "unigram", "5-gram"}


def test_a_full_disk_is_one_sentence(corpus: Path, tmp_path: Path):
    def few_bytes() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    done = subprocess.run(
        [*COMMAND, *arguments(corpus, tmp_path / "toy")],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=few_bytes,
    )

    assert done.returncode == 3
    assert "could not be written: file too large; nothing half-written is left" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "toy").iterdir()) == []


def test_without_torch_it_says_what_to_install(corpus: Path, tmp_path: Path):
    blocked = "import sys; sys.modules['torch'] = None; from live_composer.cli import main; main()"

    done = pretrain(corpus, tmp_path / "toy", [sys.executable, "-c", blocked])

    assert done.returncode == 5
    assert done.stderr == f"live-composer: Learning needs the extra `learn`: {pip_install('learn')}\n"


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"corpus": "nowhere"}, "There is no corpus in nowhere; build one"),
        ({"device": "mps"}, "torch finds no device `mps` here"),
        ({"hidden": "100000"}, "not one this program plays"),
        ({"preset": "pa"}, "paper"),
    ],
)
def test_bad_options_are_one_sentence(corpus: Path, tmp_path: Path, change: dict[str, str], advice: str):
    asked = {"corpus": str(corpus), **change}
    done = pretrain(Path(asked.pop("corpus")), tmp_path / "toy", **asked)

    assert done.returncode != 0
    assert advice in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "toy").exists()


def test_a_corpus_without_a_test_split_is_refused(tmp_path: Path):
    toy_corpus(tmp_path / "few", count=4)

    done = pretrain(tmp_path / "few", tmp_path / "toy")

    assert done.returncode == 2
    assert "has no melody in its test split" in done.stderr


def test_each_line_tells_the_rate_and_the_time_left(corpus: Path, tmp_path: Path):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments(corpus, tmp_path / "toy")],
        env={**ENVIRONMENT, "TERM": "xterm", "COLUMNS": "140"},
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    seen = b""
    try:
        while chunk := os.read(ours, 4096):
            seen += chunk
    except OSError:
        pass  # the other end was closed
    finally:
        os.close(ours)
    assert process.wait(timeout=60) == 0
    text = seen.decode()
    assert "steps/s" in text
    assert re.search(r"\b\d+:\d\d left\b", text)
    assert "validation" in text
