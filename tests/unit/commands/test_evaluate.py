from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from live_composer.commands.evaluate import evaluate
from live_composer.config import Evaluate
from live_composer.errors import BadFile, BadInput, BadModel, CannotWrite, LiveComposerError
from live_composer.evaluate import folder, published
from live_composer.evaluate.verdict import Verdict, decode
from live_composer.music.midi_file import read_melody
from live_composer.music.vocabulary import Vocabulary
from live_composer.policy import checkpoint
from live_composer.policy.checkpoint import Card, network_of
from live_composer.policy.shape import Shape

PEEKS = """
from live_composer.rules import batch_rule


@batch_rule
def paper_key(melodies, context):
    "Judges each step by the one after it."
    return (melodies != melodies[:, [*range(1, melodies.shape[1]), 0]]) * 1.0
"""


def options(random_model: str, **others: object) -> Evaluate:
    return Evaluate(**{"n": 96, "prior": random_model, "limit": False, "audio": False, "examples": 2, **others})


def told(capsys: pytest.CaptureFixture[str], *models: str, config: Evaluate) -> dict[str, Any]:
    evaluate(*models, config=config)
    return json.loads(capsys.readouterr().out)


def test_the_same_seed_finds_the_same(random_model: str, capsys: pytest.CaptureFixture[str]):
    first, again, other = (
        told(capsys, random_model, config=options(random_model, json=True, seed=seed))["models"] for seed in (1, 1, 2)
    )
    assert first == again != other


def test_a_model_is_as_far_from_itself_as_can_be_no_nearer(random_model: str, capsys: pytest.CaptureFixture[str]):
    [model] = told(capsys, random_model, config=options(random_model, json=True))["models"]
    assert model["kl"]["value"] == 0
    assert model["j"]["value"] == pytest.approx(model["reward"]["value"] / 0.5)
    assert model["reward"]["value"] == pytest.approx(sum(rule["value"] for rule in model["rules"].values()))
    assert model["log_p_step"]["value"] == pytest.approx(model["log_p"]["value"] / 32)
    assert sum(model["by_step"]["reward"]) == pytest.approx(model["reward"]["value"])


def test_the_limit_is_far_above_a_model_that_knows_no_rules(random_model: str, capsys: pytest.CaptureFixture[str]):
    found = told(capsys, random_model, config=options(random_model, json=True, limit=True, walkers=32))
    assert found["models"][0]["j"]["value"] < found["limit"]["drawn"] < found["limit"]["found"]
    assert found["limit"]["by"] == "random"
    assert found["optimum"]["repeated_motif"]["value"] > 0 == found["models"][0]["table"]["repeated_motif"]["value"]
    assert found["optimum"]["repeated_motif"]["low"] is None


def test_the_folder_is_complete_in_itself(random_model: str, tmp_path: Path):
    out = tmp_path / "out"
    evaluate(random_model, config=options(random_model, output=out, beside_paper=True))
    verdict: Verdict = decode((out / folder.JSON).read_bytes(), folder.JSON, Verdict)
    markdown, page = (out / folder.MARKDOWN).read_text(), (out / folder.HTML).read_text()
    linked = re.findall(r"\]\(([^)]+)\)", markdown)
    assert len(linked) >= 3 + 2 * 2
    assert [name for name in linked if not (out / name).is_file()] == []
    assert re.findall(r"<(?:script|link|img)\b|url\(|https?://(?!www\.w3\.org)", page) == []
    assert page.count("<svg") == 3 + 2
    for name in ("Psi", "G"):
        assert f"paper: {name}" in markdown
        assert f"paper: {name}" in page
    assert re.sub(r"\s+", " ", published.DIFFERENCES) in re.sub(r"\s+", " ", markdown)
    for number, events in enumerate(verdict.models[0].examples, 1):
        written = read_melody(out / f"random-{number}.mid").events
        assert written[: len(events)].tolist() == events[: len(written)]


def test_two_models_of_one_name_stand_side_by_side(random_model: str, tmp_path: Path):
    loaded = checkpoint.load(random_model)
    checkpoint.save(tmp_path / "twin", loaded.card, {name: -array for name, array in loaded.weights.items()})
    evaluate(random_model, str(tmp_path / "twin"), config=options(random_model, output=tmp_path / "out"))
    first, second = decode((tmp_path / "out" / folder.JSON).read_bytes(), folder.JSON, Verdict).models
    assert first.name == "random"
    assert second.name.endswith("twin")
    assert second.kl.value > 0


def test_books_without_an_end_are_judged_over_phrases(random_model: str, capsys: pytest.CaptureFixture[str]):
    found = told(capsys, random_model, config=options(random_model, book="house", json=True, limit=None))
    assert (found["steps"], found["limit"]) == (128, None)
    found = told(capsys, random_model, config=options(random_model, book="house", metre="3/4", bars=4, json=True))
    assert (found["steps"], found["metre"]) == (48, "3/4")


def test_a_rule_that_cannot_be_used_is_named_and_left_out(
    random_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "paper_key.py").write_text(PEEKS)
    evaluate(random_model, config=options(random_model, plugins=(tmp_path,)))
    assert "it peeks ahead" in capsys.readouterr().err


def test_the_table_for_people_has_every_row(random_model: str, capsys: pytest.CaptureFixture[str]):
    evaluate(random_model, config=options(random_model, beside_paper=True))
    shown = capsys.readouterr().out
    for words in (
        "notes excessively repeated",
        "63.3 %",
        "J = reward / c - KL",
        "paper_motif (weight 1)",
        "real tunes",
    ):
        assert words in shown


def test_sound_that_cannot_be_made_is_left_out_with_a_word(
    random_model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("PATH", str(tmp_path))
    evaluate(random_model, config=options(random_model, audio=True, output=tmp_path / "out"))
    assert "FluidSynth" in capsys.readouterr().err
    assert not list((tmp_path / "out").glob("*.wav"))
    assert list((tmp_path / "out").glob("*.mid"))


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"book": "papre"}, BadFile, "did you mean `paper`"),
        ({"prior": "note-rn"}, BadModel, "no model `note-rn`"),
        ({"metre": "4-4"}, BadInput, "`4-4` is no metre"),
        ({"output": Path("/dev/null/out")}, CannotWrite, "/dev/null"),
        ({"corpus": Path("nowhere")}, LiveComposerError, "nowhere"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    random_model: str, tmp_path: Path, wrong: dict[str, Any], error: type[Exception], words: str
):
    wrong = {
        name: tmp_path.__class__(value) if name in {"output", "corpus"} else value for name, value in wrong.items()
    }
    with pytest.raises(error, match=words):
        evaluate(random_model, config=options(random_model, **wrong))


def test_models_that_do_not_fit_are_refused(random_model: str, tmp_path: Path):
    shape = Shape(hidden=4, vocabulary=Vocabulary(60, 71))
    weights = {name: np.zeros(size, dtype=np.float32) for name, size in shape.parameters().items()}
    checkpoint.save(tmp_path / "octave", Card("octave", network_of(shape), "", "nothing", "MIT", "", 1, ""), weights)
    with pytest.raises(BadModel, match="vocabulary"):
        evaluate(str(tmp_path / "octave"), config=options(random_model))
    with pytest.raises(BadInput, match="Name a model"):
        evaluate(config=options(random_model))


def test_what_stood_in_the_folder_stays_when_writing_fails(
    random_model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    out = tmp_path / "out"
    evaluate(random_model, config=options(random_model, output=out))
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def full(*_: object, **__: object) -> None:
        raise CannotWrite("The disk is full.")

    monkeypatch.setattr("live_composer.evaluate.folder.midi_file.write_melody", full)
    with pytest.raises(CannotWrite):
        evaluate(random_model, config=options(random_model, output=out, seed=2))
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
