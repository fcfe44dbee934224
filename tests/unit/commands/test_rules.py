"""The commands on rules, as a person meets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from live_composer.commands.explain import explain
from live_composer.commands.rules import check, new, show
from live_composer.commands.score import score
from live_composer.config import RulesCheck, RulesExplain, RulesList, RulesScore
from live_composer.errors import BadFile, BadInput, CannotWrite
from live_composer.music.key import Key
from live_composer.music.midi_file import write_melody
from live_composer.rules.tunes import TUNES

GOLDEN = Path(__file__).parents[1] / "plugins/golden_paper_rules.json"
PRINTS = """
from live_composer.rules import Note, note_rule
print("hello from a rule file")

@note_rule
def chatty(note: Note) -> float:
    print("and from a rule")
    return 0.5
"""
FALLIBLE = """
from live_composer.rules import batch_rule

@batch_rule
def fallible(melodies, context):
    '''Fail at the highest pitch of a long melody only.'''
    if melodies.shape[1] > 200:
        raise ValueError("too long for me")
    return melodies * 0.0
"""


def run(*words: str, stdin: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    root = str(Path(__file__).parents[3])
    environment = {**os.environ, "PYTHONPATH": root}
    command = [sys.executable, "-m", "live_composer", "rules", *words]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, cwd=cwd, env=environment)


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    path = tmp_path / "tune.mid"
    write_melody(path, TUNES["Frère Jacques"], key=Key.parse("D"))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mine"
    made.mkdir()
    (made / "chatty.py").write_text(PRINTS)
    (made / "mine.toml").write_text('help = "Of mine."\n[rules]\nchatty = 2\nhouse_key = 1\n')
    return made


# list


def test_list_names_rules_and_books(capsys: pytest.CaptureFixture[str]):
    show()
    out = capsys.readouterr().out
    for words in ("house_leaps", "Blame every pitch outside the key.", "leap = 6", "paper", "The nine rules of Jaques"):
        assert words in out


def test_list_as_json_tells_what_cannot_be_used(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "bad.py").write_text("oh no\n")
    (folder / "worse.toml").write_text("[rules]\nhouse_kee = 1\n")
    show(config=RulesList(plugins=(folder,), json=True))
    report = json.loads(capsys.readouterr().out)
    rules = {rule["name"]: rule for rule in report["rules"]}
    assert rules["chatty"]["source"] == str(folder / "chatty.py")
    assert (rules["bad"]["status"], rules["house_key"]["status"]) == ("failed to load", "loaded")
    assert report["books"]["mine"]["weights"] == {"chatty": 2, "house_key": 1}
    assert "did you mean `house_key`?" in report["books"]["worse"]["wrong"]


def test_what_cannot_be_used_is_told_beside_the_list(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "bad.py").write_text("oh no\n")
    show(config=RulesList(plugins=(folder,)))
    assert "live-composer: bad failed to load" in capsys.readouterr().err


# check and new


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, empty."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_a_new_file_passes_its_check(here: Path, capsys: pytest.CaptureFixture[str]):
    new("calm_endings")
    assert check(Path("calm_endings.py")) == 0
    out = capsys.readouterr().out
    assert "calm_endings keeps its contract: causal, finite, repeatable, of the right shape." in out
    assert "events a second; enough to play with" in out
    assert "Hear it: live-composer serve --plugins ." in out


def test_nothing_is_overwritten(here: Path):
    (here / "mine.py").write_text("precious\n")
    with pytest.raises(CannotWrite, match=r"mine\.py exists already"):
        new("mine")
    assert (here / "mine.py").read_text() == "precious\n"


@pytest.mark.parametrize("name", ["", "my-rule", "2nd", "class", "_hidden", "a/b", "../up", "naïve", "a b", "x.py"])
def test_names_that_cannot_name_a_rule(name: str, here: Path):
    with pytest.raises(BadInput, match="cannot name a rule"):
        new(name)
    assert list(here.parent.rglob("*.py")) == []


def test_a_broken_rule_is_told_and_the_exit_code_is_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "peeks.py"
    path.write_text(
        "from live_composer.rules import batch_rule\n@batch_rule\ndef peeks(m, c):\n    return m[:, ::-1] * 1\n"
    )
    assert check(path) == 1
    out = capsys.readouterr().out
    assert out.startswith("peeks cannot be used:\n  - it peeks ahead: step ")
    assert check(path, config=RulesCheck(json=True)) == 1
    (report,) = json.loads(capsys.readouterr().out)["rules"]
    assert report["faults"][0].startswith("it peeks ahead")


def test_a_file_that_is_no_rule_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(BadFile, match="no rule file at"):
        check(tmp_path / "nowhere.py")
    with pytest.raises(BadFile, match="is a folder"):
        check(tmp_path)
    path = tmp_path / "empty.py"
    path.write_text("x = 1\n")
    assert check(path) == 1
    assert "it holds no rule" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["house_motif", "paper_leaps"])
def test_shipped_rules_pass_their_check(name: str, capsys: pytest.CaptureFixture[str]):
    assert check(Path(__file__).parents[3] / "plugins" / f"{name}.py") == 0
    assert "Its note form and its batch form agree." in capsys.readouterr().out


# explain


def test_explain_draws_totals_and_moments(tune: Path, capsys: pytest.CaptureFixture[str]):
    explain(tune)
    out = capsys.readouterr().out
    assert "8 bars of 4/4 in what seems to be D major (--key tells it better), judged by the book house" in out
    for words in ("D4   │●━━━", "house_motif", "all together", "the strongest moments", "bar 8, beat 4.75: held"):
        assert words in out


def test_explain_in_another_key_and_book(tune: Path, folder: Path, capsys: pytest.CaptureFixture[str]):
    explain(tune, config=RulesExplain(key="Eb", book="mine", plugins=(folder,), moments=3))
    captured = capsys.readouterr()
    assert "in Eb major, judged by the book mine" in captured.out
    assert "hello" not in captured.out
    assert "and from a rule" in captured.err


def test_explain_as_json(tune: Path, capsys: pytest.CaptureFixture[str]):
    explain(tune, config=RulesExplain(json=True))
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (report["book"], report["key"], report["metre"]) == ("house", "D major", "4/4")
    assert {len(row) for row in report["values"].values()} == {len(report["events"])} == {128}
    assert report["reward"] == pytest.approx(sum(map(sum, report["values"].values())))
    assert [abs(moment["value"]) for moment in report["moments"]] == sorted(
        (abs(moment["value"]) for moment in report["moments"]), reverse=True
    )


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"book": "hose"}, BadFile, "There is no rule book `hose`; did you mean `house`?"),
        ({"key": "H"}, BadInput, "`H` is no key"),
        ({"plugins": (Path("nowhere"),)}, BadFile, "There is no plug-in folder at nowhere"),
    ],
)
def test_explain_says_what_is_wrong(tune: Path, wrong: dict[str, Any], error: type[Exception], words: str):
    with pytest.raises(error) as caught:
        explain(tune, config=RulesExplain(**wrong))
    assert words in str(caught.value)


def test_a_rule_that_fails_on_this_tune_is_named_and_the_rest_goes_on(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
):
    (folder / "fallible.py").write_text(FALLIBLE)
    (folder / "both.toml").write_text("[rules]\nfallible = 1\nhouse_key = 1\n")
    melody = TUNES["Frère Jacques"]
    twice = type(melody).of([*melody.events.tolist()] * 2)
    write_melody(tmp_path / "long.mid", twice)
    explain(tmp_path / "long.mid", config=RulesExplain(book="both", plugins=(folder,)))
    captured = capsys.readouterr()
    assert "live-composer: The rule fallible is off: it raised ValueError: too long for me" in captured.err
    assert "house_key" in captured.out


# score


def test_score_prints_every_value_of_the_golden_melodies(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    golden = json.loads(GOLDEN.read_text())
    path = tmp_path / "events.json"
    path.write_text(json.dumps([melody["events"] for melody in golden["melodies"]]))
    score(config=RulesScore(book="paper", events=path))
    report = json.loads(capsys.readouterr().out)
    assert (report["book"], report["key"], report["length"], report["off"]) == ("paper", "C major", 32, {})
    for ours, theirs in zip(report["melodies"], golden["melodies"], strict=True):
        rows = zip(*(ours["values"][rule] for rule in golden["rules"]), strict=True)
        assert [list(row) for row in rows] == [pytest.approx(row, abs=1e-6) for row in theirs["rewards"]]
        assert ours["reward"] == pytest.approx([sum(row) for row in theirs["rewards"]], abs=1e-5)


def test_score_takes_melodies_of_any_length_key_and_metre(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "events.json"
    path.write_text("[[16, 1, 20], [14], []]")
    with pytest.raises(BadFile, match=r"events\.json, melody 2 has no events"):
        score(config=RulesScore(events=path))
    path.write_text("[[16, 1, 20], [14]]")
    score(config=RulesScore(events=path, key="D major", metre="3/4", length=3))
    report = json.loads(capsys.readouterr().out)
    assert (report["key"], report["metre"], report["length"]) == ("D major", "3/4", 3)
    assert [len(melody["reward"]) for melody in report["melodies"]] == [3, 1]
    assert report["melodies"][0]["values"]["house_key"] == [0, 0, 0]
    assert report["melodies"][1]["values"]["house_key"] == [-1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[14, 1, 99]]", "melody 0: Event 99 at step 2 is not in the vocabulary (0 to 37)"),
        ("[[14], [-1]]", "melody 1: Event -1 at step 0"),
        ("[[99999999999999999999]]", "melody 0 holds a number that is far from any event"),
        ("[[1.5]]", "is no JSON list of lists of events"),
        ("[[true]]", "is no JSON list of lists of events: Expected `int`, got `bool`"),
        ("[14, 1]", "is no JSON list of lists of events: Expected `array`, got `int`"),
        ('{"events": [[14]]}', "is no JSON list of lists of events"),
        ("[[14, 1]", "is no JSON list of lists of events"),
        ("", "is empty"),
        ("\xff", "is no JSON list of lists of events"),
    ],
)
def test_what_is_no_list_of_melodies_is_refused(tmp_path: Path, text: str, words: str):
    path = tmp_path / "events.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(BadFile) as caught:
        score(config=RulesScore(events=path))
    assert str(caught.value).startswith(str(path))
    assert words in str(caught.value)


# On the command line.


def test_score_reads_the_standard_input_and_prints_nothing_but_json(folder: Path):
    done = run("score", "--book", "mine", "--plugins", str(folder), stdin="[[14, 1, 16]]")
    assert json.loads(done.stdout)["melodies"][0]["values"]["chatty"] == [0.5, 0, 0.5]
    assert "hello from a rule file" in done.stderr


def test_folders_can_be_named_more_than_once(folder: Path, tmp_path: Path):
    second = tmp_path / "second"
    second.mkdir()
    (second / "chatty.py").write_text(PRINTS.replace("0.5", "0.25"))
    words = ("score", "--book", "mine", "--plugins", str(folder), "--plugins", str(second))
    done = run(*words, stdin="[[14]]")
    assert json.loads(done.stdout)["melodies"][0]["values"]["chatty"] == [0.25]
    assert "is used instead of the one of" in done.stderr


def test_from_new_to_explained(tmp_path: Path, tune: Path):
    assert run("new", "calm", cwd=tmp_path).returncode == 0
    assert run("check", "calm.py", cwd=tmp_path).returncode == 0
    (tmp_path / "mine.toml").write_text("[rules]\ncalm = 1.0\n")
    done = run("explain", str(tune), "--book", "mine", "--plugins", ".", cwd=tmp_path)
    assert "judged by the book mine" in done.stdout
    assert run("check", "tune.mid", cwd=tmp_path).returncode == 1
    wrong = run("explain", "calm.py", cwd=tmp_path)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == "live-composer: calm.py is not a MIDI file (it does not begin with MThd).\n"
