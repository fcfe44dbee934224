"""`live-composer tune`, as processes: whatever ends a run, the next one goes on as if nothing had."""

from __future__ import annotations

import csv
import json
import os
import pty
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
from live_composer.music.vocabulary import DEFAULT
from live_composer.policy import checkpoint
from tests.unit.learn.toys import toy_prior

pytest.importorskip("torch", reason="the extra `learn` is not installed")

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = [pytest.mark.learn, pytest.mark.slow]

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
COMMAND = [sys.executable, "-m", "live_composer"]
STEPS = 200_000
OPTIONS = {"steps": str(STEPS), "learning-rate": "0.01", "device": "cpu", "threads": "1"}

RULE = '''
from live_composer.rules import Note, note_rule

@note_rule
def home(note: Note) -> float:
    """Play C."""
    return 1.0 if note.pitch % 12 == 0 else 0.0
'''


@pytest.fixture(scope="module")
def prior(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small Note RNN that has learnt nothing."""
    made = toy_prior(vocabulary=DEFAULT)
    path = tmp_path_factory.mktemp("models") / "small"
    checkpoint.save(path, made.card, made.weights)
    return path


@pytest.fixture(scope="module")
def undisturbed(prior: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("runs") / "toy"
    done = tune(prior, folder)
    assert done.returncode == 0, done.stderr
    return folder


def arguments(prior: Path, folder: Path, **changes: str) -> list[str]:
    options = {"model": str(prior), "output": str(folder), **OPTIONS, **changes}
    return ["tune", "--json", *(word for name, value in options.items() for word in (f"--{name}", value))]


def tune(
    prior: Path, folder: Path, command: Sequence[str] = COMMAND, **changes: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, *arguments(prior, folder, **changes)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def stop_after(prior: Path, folder: Path, rows: int, how: signal.Signals) -> int:
    """Begin a run and stop it once its journal has so many rows; return its exit code."""
    with subprocess.Popen(
        [*COMMAND, *arguments(prior, folder)], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
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


def test_a_run_leaves_a_model_and_its_card_tells_all(prior: Path, undisturbed: Path):
    model = checkpoint.load(str(undisturbed / "toy"))
    metrics, told = model.card.metrics, model.card.tuning

    assert metrics["model"]["J"] > metrics["prior"]["J"] + 20
    assert told is not None
    assert (told.book, told.steps, told.prior_sha256) == ("paper", 32, checkpoint.load(str(prior)).card.sha256)
    assert model.card.command.startswith("live-composer tune --json --model")
    assert len(model.card.rules) == 9
    assert {path.name for path in undisturbed.iterdir()} == {
        "curves.png", "journal.csv", "state.safetensors", "toy.json", "toy.safetensors",
    }  # fmt: skip


def test_what_was_tuned_is_played(undisturbed: Path, tmp_path: Path):
    command = [*COMMAND, "compose", "--model", str(undisturbed / "toy"), "-o", str(tmp_path / "tune.mid")]

    subprocess.run(command, env=ENVIRONMENT, check=True, capture_output=True)

    assert (tmp_path / "tune.mid").stat().st_size > 100


@pytest.mark.parametrize(("how", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_a_run_cut_short_gives_the_same_result(
    prior: Path, undisturbed: Path, tmp_path: Path, how: signal.Signals, code: int
):
    folder = tmp_path / "toy"
    assert stop_after(prior, folder, 3, how) == code
    assert 3 <= len(journal(folder)) < len(journal(undisturbed))
    assert checkpoint.load(str(folder / "toy")).card.tuning is not None

    done = tune(prior, folder)

    assert done.returncode == 0, done.stderr
    assert journal(folder) == journal(undisturbed)
    assert weights(folder) == weights(undisturbed)


def test_the_papers_preset_runs(prior: Path, tmp_path: Path):
    done = tune(prior, tmp_path / "toy", algo="g", preset="paper", steps="2000")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["updates"] == pytest.approx(400, abs=7)
    assert checkpoint.load(str(tmp_path / "toy" / "toy")).card.base is not None


def test_two_processes_learn_what_one_learns(prior: Path, tmp_path: Path):
    folder, alone = tmp_path / "two", tmp_path / "one"
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]

    both = tune(prior, folder, [*torchrun, "-m", "live_composer"], steps="40000")
    one = tune(prior, alone, steps="40000")

    assert (both.returncode, one.returncode) == (0, 0), both.stderr
    assert [row["steps"] for row in journal(folder)] == [row["steps"] for row in journal(alone)]
    # What rounding makes of the first rounds; later ones may draw another event here and there.
    for column in ("J", "log_p", "paper_motif"):
        found, expected = ([float(row[column]) for row in journal(run)[:4]] for run in (folder, alone))
        np.testing.assert_allclose(found, expected, rtol=0.03, atol=0.02)


def test_a_rule_of_ones_own_is_learnt(prior: Path, tmp_path: Path):
    (tmp_path / "home.py").write_text(RULE)
    (tmp_path / "mine.toml").write_text('help = "Home."\nlength = 16\n\n[rules]\nhome = 1.0\n')

    done = tune(prior, tmp_path / "toy", plugins=str(tmp_path), book="mine", steps="600000", c="0.2")

    assert done.returncode == 0, done.stderr
    metrics = json.loads(done.stdout)["metrics"]
    assert metrics["model"]["home"] > metrics["prior"]["home"] + 2


def test_endless_playing_in_three_four(prior: Path, tmp_path: Path):
    done = tune(prior, tmp_path / "toy", book="house", metre="3/4", bars="4", steps="20000")

    assert done.returncode == 0, done.stderr
    told = checkpoint.load(str(tmp_path / "toy" / "toy")).card.tuning
    assert told is not None
    assert (told.metre, told.steps) == ("3/4", 48)


def test_a_full_disk_is_one_sentence(prior: Path, tmp_path: Path):
    def few_bytes() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    done = subprocess.run(
        [*COMMAND, *arguments(prior, tmp_path / "toy")],
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


def test_without_torch_it_says_what_to_install(prior: Path, tmp_path: Path):
    blocked = "import sys; sys.modules['torch'] = None; from live_composer.cli import main; main()"

    done = tune(prior, tmp_path / "toy", [sys.executable, "-c", blocked])

    assert done.returncode == 5
    assert done.stderr == f"live-composer: Learning needs the extra `learn`: {pip_install('learn')}\n"


def damaged(prior: Path, folder: Path) -> Path:
    """A model with a byte changed."""
    path = folder / "damaged"
    path.with_suffix(".json").write_bytes(prior.with_suffix(".json").read_bytes())
    data = bytearray(prior.with_suffix(".safetensors").read_bytes())
    data[-1] ^= 1
    path.with_suffix(".safetensors").write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"model": "note-rn"}, "There is no model `note-rn`; did you mean `note-rnn`?"),
        ({"book": "papr"}, "There is no rule book `papr`"),
        ({"book": "typo.toml"}, "there is no rule `paper_keys`; did you mean `paper_key`?"),
        ({"book": "setting.toml"}, "`lenght` is no setting of a rule book; did you mean `length`?"),
        ({"book": "house"}, "is for endless playing; say how long melodies shall be with --bars"),
        ({"algo": "pg", "preset": "paper"}, "The preset paper has no algorithm pg; it has: psi, q, g."),
        ({"key": "H"}, "H"),
        ({"metre": "4/5"}, "4/5"),
        ({"device": "mps"}, "torch finds no device `mps` here"),
        ({"plugins": "nowhere"}, "There is no plug-in folder at nowhere"),
        ({"c": "0"}, "0.01"),
        ({"model": "damaged"}, "is not the file its card damaged.json speaks of"),
    ],
    ids=lambda value: " ".join(value.values()) if isinstance(value, dict) else "",
)
def test_bad_input_is_one_sentence(prior: Path, tmp_path: Path, change: dict[str, str], advice: str):
    (tmp_path / "typo.toml").write_text("[rules]\npaper_keys = 1.0\n")
    (tmp_path / "setting.toml").write_text("lenght = 32\n[rules]\npaper_key = 1.0\n")
    damaged(prior, tmp_path)
    options = {"model": str(prior), "output": "toy", **OPTIONS, **change}

    done = subprocess.run(
        [*COMMAND, "tune", *(word for name, value in options.items() for word in (f"--{name}", value))],
        cwd=tmp_path,
        env={**ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode not in {0, -signal.SIGSEGV}
    assert advice in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "toy").exists()


def test_where_the_output_is_no_terminal_lines_are_told(prior: Path, tmp_path: Path):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments(prior, tmp_path / "toy", steps="100000")],
        env={**ENVIRONMENT, "TERM": "xterm", "COLUMNS": "140", "LINES": "50"},
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
    lines = seen.decode().splitlines()
    measured = [line for line in lines if "steps/s" in line]
    assert len(measured) == len(journal(tmp_path / "toy")) - 1  # nothing was learnt before the first
    assert all("J " in line and "% " in line and line.removesuffix("  best").endswith("left") for line in measured)
    assert lines[-1] == "Measuring the best model once more ..."
    assert "\x1b" not in seen.decode()
