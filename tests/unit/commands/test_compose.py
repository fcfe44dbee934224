from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from live_composer.commands import plugins
from live_composer.commands.compose import compose
from live_composer.config import Compose
from live_composer.errors import BadFile, BadInput, BadModel, CannotWrite
from live_composer.music.melody import Melody
from live_composer.music.midi_file import read_melody, read_song, write_melody

if TYPE_CHECKING:
    from command_line import CommandLine


def options(random_model: str, tmp_path: Path, **others: object) -> Compose:
    return Compose(**{"model": random_model, "output": tmp_path / "out.mid", "bars": 4, **others})


def test_the_same_seed_writes_the_same_file(random_model: str, tmp_path: Path):
    names = ("a.mid", "b.mid", "c.mid")
    for name, seed in zip(names, (1, 1, 2), strict=True):
        compose(config=options(random_model, tmp_path, output=tmp_path / name, seed=seed))
    first, again, other = ((tmp_path / name).read_bytes() for name in names)
    assert first == again != other


@pytest.mark.parametrize(("metre", "steps"), [("4/4", 64), ("3/4", 48), ("6/8", 48)])
def test_the_file_has_the_bars_key_tempo_and_metre_asked_for(random_model: str, tmp_path: Path, metre: str, steps: int):
    compose(config=options(random_model, tmp_path, metre=metre, key="Eb", tempo=90.0))
    song = read_song(tmp_path / "out.mid")
    assert str(song.metres[0][1]) == metre
    assert song.tempo == pytest.approx(90)
    assert song.length * 4 == steps
    e_flat_major = {3, 5, 7, 8, 10, 0, 2}
    assert {note.pitch % 12 for note in song.tracks[0].notes} <= e_flat_major


def test_a_melody_ends_on_its_tonic_unless_it_may_break_off(tmp_path: Path):
    ends: dict[float, int] = {}
    for close in (0.0, 4.0):
        for seed in range(8):
            given = {"close": close, "seed": seed, "bars": 2, "key": "D"}
            compose(config=options("note-rnn", tmp_path, **given))
            song = read_song(tmp_path / "out.mid")
            last = song.tracks[0].notes[-1]
            at_home = last.pitch % 12 == 2 and song.length - last.onset >= 1
            ends[close] = ends.get(close, 0) + at_home
    assert ends[0.0] <= 3
    assert ends[4.0] >= 6


def test_the_prime_is_kept_and_continued_in_its_own_key(random_model: str, tmp_path: Path):
    prime = Melody.of([16, 1, 18, 1, 20, 1, 21, 1, 23, 1, 25, 1, 27, 1, 28, 1, 28, 1, 23, 1])  # D major, from D4
    write_melody(tmp_path / "prime.mid", prime)
    compose(config=options(random_model, tmp_path, prime=tmp_path / "prime.mid", bars=2))
    melody = read_melody(tmp_path / "out.mid")
    assert len(melody) == 32 + 32
    assert melody.events[:20].tolist() == prime.events.tolist()
    assert {note.pitch % 12 for note in melody.notes()} <= {2, 4, 6, 7, 9, 11, 1}


def test_a_report_as_json(random_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    compose(config=options(random_model, tmp_path, json=True))
    report = json.loads(capsys.readouterr().out)
    assert report["events"] == read_melody(tmp_path / "out.mid").events.tolist()
    assert (report["key"], report["seed"]) == ("C major", 1)


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"key": "H"}, BadInput, "`H` is no key"),
        ({"key": "C dorain"}, BadInput, "did you mean `dorian`"),
        ({"book": "hause"}, BadFile, "no rule book `hause`; did you mean `house`"),
        ({"plugins": (Path("nowhere"),)}, BadFile, "no plug-in folder at nowhere"),
        ({"set": ("swing=60",)}, BadInput, "`--set swing` says nothing to compose"),
        ({"set": ("rule.house_lips=1",)}, BadInput, "did you mean `rule.house_leaps`"),
        ({"metre": "4-4"}, BadInput, "`4-4` is no metre"),
        ({"model": "note-rn"}, BadModel, "no model `note-rn`"),
        ({"prime": Path("nowhere.mid")}, BadFile, "nowhere.mid"),
        ({"output": Path("/dev/null/out.mid")}, CannotWrite, "/dev/null/out.mid"),
        ({"audio": Path("/dev/null/out.wav")}, CannotWrite, "/dev/null/out.wav"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    random_model: str, tmp_path: Path, wrong: dict[str, object], error: type[Exception], words: str
):
    with pytest.raises(error, match=words):
        compose(config=options(random_model, tmp_path, **wrong))


def test_audio_that_cannot_be_rendered_leaves_no_file(
    random_model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Exception, match="install the package `fluidsynth`"):
        compose(config=options(random_model, tmp_path, audio=tmp_path / "out.wav"))
    assert not (tmp_path / "out.wav").exists()
    assert (tmp_path / "out.mid").exists()


def test_the_command_line_runs_it(random_model: str, tmp_path: Path):
    command = [sys.executable, "-m", "live_composer", "compose", "-m", random_model, "--bars", "2", "-o", "x.mid"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "x.mid: 2 bars in C major" in done.stdout
    assert (tmp_path / "x.mid").exists()


def rules(tmp_path: Path, text: str = "return -1.0 if note.pitch > 60 else 0.0") -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    rule = f"from live_composer.rules import note_rule\n\n@note_rule\ndef low(note):\n    {text}\n"
    (folder / "low.py").write_text(rule)
    (folder / "deep.toml").write_text("[rules]\nlow = 4.0\n")
    return folder


def pitches(path: Path) -> list[int]:
    return [note.pitch for note in read_song(path).tracks[0].notes]


def test_a_book_of_ones_own_is_written_by_and_the_same_seed_writes_the_same_file(random_model: str, tmp_path: Path):
    folder = rules(tmp_path)
    for name in ("a.mid", "b.mid"):
        given = {"plugins": (folder,), "book": "deep", "set": ("strictness=8",), "output": tmp_path / name}
        compose(config=options(random_model, tmp_path, bars=8, **given))
    high = {"plugins": (folder,), "book": "deep", "set": ("strictness=8", "rule.low=0")}
    compose(config=options(random_model, tmp_path, bars=8, **high))
    assert (tmp_path / "a.mid").read_bytes() == (tmp_path / "b.mid").read_bytes()
    low, free = pitches(tmp_path / "a.mid"), pitches(tmp_path / "out.mid")
    assert sum(pitch > 60 for pitch in low) < 0.25 * len(low)
    assert sum(pitch > 60 for pitch in free) > 0.5 * len(free)


def test_a_rule_that_does_not_end_is_refused(
    random_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    folder = rules(tmp_path, "while True: pass")
    monkeypatch.setattr("live_composer.commands.compose.limited", lambda: plugins.limited(0.3))
    compose(config=options(random_model, tmp_path, plugins=(folder,), book="deep"))
    assert "TimeoutError: it did not come to an end within 0.3 s (low.py, line 5)" in capsys.readouterr().err


def test_a_rule_that_cannot_be_used_is_told_once(random_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    compose(config=options(random_model, tmp_path, plugins=(rules(tmp_path, "return 1 / 0"),), book="deep"))
    assert capsys.readouterr().err.count("The rule low is off: quarantined") == 1


@pytest.mark.parametrize("text", ['{"more": ' + "[" * 100_000, "[]", "{", '{"name": 1}'], ids=len)
def test_what_is_no_take_cannot_be_made_again(run: CommandLine, tmp_path: Path, text: str):
    (tmp_path / "take.json").write_text(text)
    code, out, err = run("compose", "--again", str(tmp_path / "take.mid"), "-o", str(tmp_path / "again.mid"))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "is no take" in err
