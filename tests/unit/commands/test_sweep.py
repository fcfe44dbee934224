"""`sweep`: what its file may say, one trial as a library runs it, how results are ranked, and a whole sweep by Ray."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from live_composer.commands import sweep
from live_composer.config import Sweep
from live_composer.errors import BadFile, BadInput
from live_composer.evaluate import ranking
from live_composer.learn.sweep import Setting, Trial, read
from live_composer.measures.estimates import Estimate
from live_composer.policy import checkpoint

if TYPE_CHECKING:
    from pathlib import Path

FILE = """
melodies = 20
[every]
model = "{model}"
steps = 2000
algo = "pg"
[over]
c = [0.25, 0.5]
"weights.paper_key" = [1.0, 2.0]
seed = [1]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text)
    return path


def test_every_combination_is_a_tuning_with_a_name_of_its_own(tmp_path: Path):
    _, trials = read(written(tmp_path, FILE.format(model="note-rnn")))
    assert [trial.name for trial in trials] == [
        "c_0_25-paper_key_1_0-seed_1", "c_0_25-paper_key_2_0-seed_1",
        "c_0_5-paper_key_1_0-seed_1", "c_0_5-paper_key_2_0-seed_1",
    ]  # fmt: skip
    assert trials[1].setting == Setting(algo="pg", c=0.25, steps=2000, seed=1, weights={"paper_key": 2.0})


@pytest.mark.parametrize(
    ("over", "names"),
    [
        ('"weights.paper_key" = [-1.0, 1.0]', ["paper_key_minus_1_0", "paper_key_1_0"]),
        ('key = ["C", "C# minor"]', ["key_C", "key_C_sharp_minor"]),
        ('key = ["F", "F#"]', ["key_F", "key_F_sharp"]),
    ],
)
def test_what_differs_in_a_sign_has_a_name_of_its_own(tmp_path: Path, over: str, names: list[str]):
    assert [trial.name for trial in read(written(tmp_path, f"[over]\n{over}\n"))[1]] == names


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[over", "TOML|table|Expected|expected"),
        ("", "is empty"),
        ("[over]\n", "length >= 1"),
        ("[over]\nc = 1.0\n", "array"),
        ("[over]\ncc = [1.0]\n", "unknown field `cc`"),
        ("[over]\nc = [-1.0]\n", r">= 0\.01"),
        ("[over]\nalgo = ['ppo']\n", "ppo"),
        ("[over]\nseed = [1, 1]\n", "the same tuning twice"),
        ("[over]\nseed = [1]\n[overt]\n", "unknown field `overt`"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path: Path, text: str, says: str):
    with pytest.raises(BadFile, match=says):
        read(written(tmp_path, text))


def test_the_smallest_is_first_and_equal_ones_share_their_place():
    assert ranking.places([0.5, 0.1, 0.5, 2.0]) == [2.5, 1.0, 2.5, 4.0]


@pytest.mark.learn
def test_a_trial_is_run_once_and_ranked_within_its_objective(
    tmp_path: Path, random_model: str, monkeypatch: pytest.MonkeyPatch
):
    pytest.importorskip("torch", reason="the extra `learn` is not installed")
    monkeypatch.setattr("live_composer.learn.tuning._FINAL", 100)  # Melodies: that they are drawn is enough here.
    _, trials = read(written(tmp_path, FILE.format(model=random_model)))
    sweep.run_trial(tmp_path, trials[1], 20, (), "live-composer sweep mine.toml")
    (result,) = [result for trial in trials if (result := sweep.known(tmp_path, trial, 20))]
    assert result.trial == trials[1]
    assert checkpoint.card(str(tmp_path / trials[1].name / trials[1].name)).command == "live-composer sweep mine.toml"
    results = [result, msgspec.structs.replace(result, trial=trials[2], objective="something else")]
    assert sweep.known(tmp_path, trials[1], 30) is None
    assert sweep.known(tmp_path, Trial(trials[1].name, Setting()), 20) is None
    report = ranking.report(results, {"other": "no such rule"}, "live-composer sweep mine.toml")
    titles = [found.title for found in report.rankings]
    assert [title.partition(":")[0][:10] for title in titles] == ["By J, for ", "By J, for ", "By the pap", "By health"]
    assert "paper (paper_key 2) at c = 0.25 from random" in titles[0]
    assert {line[0] for line in report.rankings[2].lines} == {result.trial.name for result in results}
    names = ["c_1-seed_1", "c_1-seed_2", "c_2-seed_1"]
    js = [1.0, 3.0, 4.0]
    several = [
        msgspec.structs.replace(
            result,
            trial=Trial(name, result.trial.setting),
            judged=msgspec.structs.replace(result.judged, j=Estimate(j)),
        )
        for name, j in zip(names, js, strict=True)
    ]
    over = ranking.report(several, {}, "").rankings[1]
    assert over.lines == [["c_2", "4.0", "4.0", "4.0", "1"], ["c_1", "2.0", "1.0", "3.0", "2"]]
    page = ranking.markdown(report)
    assert trials[2].name in page
    assert "- other: no such rule" in page


@pytest.mark.learn
def test_tunings_to_which_the_prior_counts_otherwise_strive_for_something_else(
    tmp_path: Path, random_model: str, monkeypatch: pytest.MonkeyPatch
):
    pytest.importorskip("torch", reason="the extra `learn` is not installed")
    monkeypatch.setattr("live_composer.learn.tuning._FINAL", 100)
    trials = [
        Trial(f"w{weight}", Setting(algo="pg", model=random_model, steps=100, prior_weight=weight)) for weight in (0, 1)
    ]
    for trial in trials:
        sweep.run_trial(tmp_path, trial, 200, (), "")
    alone, beside = (sweep.known(tmp_path, trial, 200) for trial in trials)
    assert alone is not None
    assert beside is not None
    assert [alone.objective.count("counts 0 times"), beside.objective.count("counts")] == [1, 0]
    for result, weight in ((alone, 0), (beside, 1)):
        model = result.judged
        assert model.j.value == pytest.approx(
            (model.reward.value or 0) / 0.5 - (model.kl.value or 0) + (weight - 1) * (model.log_p.value or 0)
        )


@pytest.mark.learn
def test_a_weight_of_no_rule_is_refused(tmp_path: Path, random_model: str):
    pytest.importorskip("torch", reason="the extra `learn` is not installed")
    trial = Trial("t", Setting(model=random_model, weights={"kee": 1.0}))
    with pytest.raises(BadInput, match="no rule `kee`"):
        sweep.run_trial(tmp_path, trial, 20, (), "")


@pytest.mark.learn
def test_a_sweep_goes_on_where_it_was_interrupted(
    tmp_path: Path, random_model: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    pytest.importorskip("torch", reason="the extra `learn` is not installed")
    pytest.importorskip("ray.tune", reason="the extra `sweep` is not installed")
    file = written(tmp_path, FILE.format(model=random_model).replace("paper_key", "kee").replace("[1.0, 2.0]", "[1.0]"))
    assert sweep.sweep(file, config=Sweep(output=tmp_path / "out", at_once=2)) == BadInput.exit_code
    assert "came to nothing: The book paper has no rule `kee`" in capsys.readouterr().out
    file.write_text(file.read_text().replace("kee", "paper_key"))
    assert sweep.sweep(file, config=Sweep(output=tmp_path / "out", at_once=2, json=True)) is None
    found = json.loads(capsys.readouterr().out)
    assert (found["failed"], len(found["results"])) == ({}, 2)
    monkeypatch.setattr(sweep, "run_trial", None)  # What is done is not done again.
    assert sweep.sweep(file, config=Sweep(output=tmp_path / "out", json=True)) is None
    assert json.loads(capsys.readouterr().out)["results"] == found["results"]
    assert (tmp_path / "out" / "sweep.md").read_text().count("## By J") == 2
    kept = msgspec.json.decode((tmp_path / "out" / "sweep.json").read_bytes(), type=ranking.Report)
    assert len(kept.results) == 2
