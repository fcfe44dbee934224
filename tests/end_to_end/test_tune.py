"""`live-composer tune`, as processes: whatever ends a run, the next one goes on as if nothing had."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from learning_runs import TORCHRUN, Learning, is_one_sentence, journal, weights

from live_composer.music.vocabulary import DEFAULT
from live_composer.policy import checkpoint
from tests.unit.learn.toys import toy_prior

pytest.importorskip("torch", reason="the extra `learn` is not installed")

if TYPE_CHECKING:
    from command_line import CommandLine

pytestmark = [pytest.mark.learn, pytest.mark.slow]

LEARNING = Learning("tune", "model", {"steps": "200_000", "learning-rate": "0.01", "device": "cpu", "threads": "1"})

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
    done = LEARNING.run(prior, folder)
    assert done.returncode == 0, done.stderr
    return folder


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


def test_what_was_tuned_is_played(run: CommandLine, undisturbed: Path, tmp_path: Path):
    assert run("compose", "--model", str(undisturbed / "toy"), "-o", str(tmp_path / "tune.mid")).code == 0

    assert (tmp_path / "tune.mid").stat().st_size > 100


@pytest.mark.parametrize("more", [(), ("--no-resume",)])
def test_the_model_that_is_tuned_is_not_written_over(run: CommandLine, undisturbed: Path, more: tuple[str, ...]):
    before = (undisturbed / "toy.safetensors").read_bytes()

    told = run(*LEARNING.words(undisturbed / "toy", undisturbed), *more)

    assert is_one_sentence(told.code, told.err, "would be written over; choose another -o.")
    assert (undisturbed / "toy.safetensors").read_bytes() == before


@pytest.mark.parametrize(("how", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_a_run_cut_short_gives_the_same_result(
    prior: Path, undisturbed: Path, tmp_path: Path, how: signal.Signals, code: int
):
    folder = tmp_path / "toy"
    assert LEARNING.stop_after(prior, folder, 3, how) == code
    assert 3 <= len(journal(folder)) < len(journal(undisturbed))
    assert checkpoint.load(str(folder / "toy")).card.tuning is not None

    done = LEARNING.run(prior, folder)

    assert done.returncode == 0, done.stderr
    assert journal(folder) == journal(undisturbed)
    assert weights(folder) == weights(undisturbed)


def test_the_papers_preset_runs(run: CommandLine, prior: Path, tmp_path: Path):
    done = run(*LEARNING.words(prior, tmp_path / "toy", algo="g", preset="paper", steps="2000"))

    assert done.code == 0, done.err
    assert json.loads(done.out)["updates"] == pytest.approx(400, abs=7)
    assert checkpoint.load(str(tmp_path / "toy" / "toy")).card.base is not None


def test_two_processes_learn_what_one_learns(prior: Path, tmp_path: Path):
    folder, alone = tmp_path / "two", tmp_path / "one"
    both = LEARNING.run(prior, folder, [*TORCHRUN, "live_composer"], steps="40000")
    one = LEARNING.run(prior, alone, steps="40000")

    assert (both.returncode, one.returncode) == (0, 0), both.stderr
    assert [row["steps"] for row in journal(folder)] == [row["steps"] for row in journal(alone)]
    # What rounding makes of the first rounds; later ones may draw another event here and there.
    for column in ("J", "log_p", "paper_motif"):
        found, expected = ([float(row[column]) for row in journal(run)[:4]] for run in (folder, alone))
        np.testing.assert_allclose(found, expected, rtol=0.03, atol=0.02)


def test_a_rule_of_ones_own_is_learnt(run: CommandLine, prior: Path, tmp_path: Path):
    (tmp_path / "home.py").write_text(RULE)
    (tmp_path / "mine.toml").write_text('help = "Home."\nlength = 16\n\n[rules]\nhome = 1.0\n')

    done = run(*LEARNING.words(prior, tmp_path / "toy", plugins=str(tmp_path), book="mine", steps="600000", c="0.2"))

    assert done.code == 0, done.err
    metrics = json.loads(done.out)["metrics"]
    assert metrics["model"]["home"] > metrics["prior"]["home"] + 2


def test_endless_playing_in_three_four(run: CommandLine, prior: Path, tmp_path: Path):
    done = run(*LEARNING.words(prior, tmp_path / "toy", book="house", metre="3/4", bars="4", steps="20000"))

    assert done.code == 0, done.err
    told = checkpoint.load(str(tmp_path / "toy" / "toy")).card.tuning
    assert told is not None
    assert (told.metre, told.steps) == ("3/4", 48)


def test_a_full_disk_is_one_sentence(prior: Path, tmp_path: Path):
    LEARNING.check_full_disk(prior, tmp_path / "toy")


def test_without_torch_it_says_what_to_install(prior: Path, tmp_path: Path):
    LEARNING.check_without_torch(prior, tmp_path / "toy")


@pytest.fixture
def faulty(prior: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with books of wrong words and a model with a byte changed."""
    monkeypatch.chdir(tmp_path)
    Path("typo.toml").write_text("[rules]\npaper_keys = 1.0\n")
    Path("setting.toml").write_text("lenght = 32\n[rules]\npaper_key = 1.0\n")
    path = Path("damaged")
    path.with_suffix(".json").write_bytes(prior.with_suffix(".json").read_bytes())
    data = bytearray(prior.with_suffix(".safetensors").read_bytes())
    data[-1] ^= 1
    path.with_suffix(".safetensors").write_bytes(data)
    return tmp_path


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
def test_bad_input_is_one_sentence(run: CommandLine, prior: Path, faulty: Path, change: dict[str, str], advice: str):
    told = run(*LEARNING.words(Path(change.get("model", prior)), Path("toy"), **change))

    assert is_one_sentence(told.code, told.err, advice)
    assert not (faulty / "toy").exists()


def test_where_the_output_is_no_terminal_lines_are_told(prior: Path, tmp_path: Path):
    told = LEARNING.told_to_a_terminal(prior, tmp_path / "toy", steps="100000")

    lines = told.splitlines()
    measured = [line for line in lines if "steps/s" in line]
    assert len(measured) == len(journal(tmp_path / "toy")) - 1  # nothing was learnt before the first
    assert all("J " in line and "% " in line and line.removesuffix("  best").endswith("left") for line in measured)
    assert lines[-1] == "Measuring the best model once more ..."
    assert "\x1b" not in told
