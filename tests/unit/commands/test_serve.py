"""`serve` refuses what cannot be played before anything starts, and says what it plays."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from live_composer.commands import serve_screen
from live_composer.commands.serve import _setup, serve
from live_composer.commands.serve_report import JsonReport, Reporter, TextReport
from live_composer.config import Serve
from live_composer.errors import BadInput, LiveComposerError
from live_composer.live.daemon import Setup
from live_composer.live.events import Bar, Opened, Stopped, Trouble
from live_composer.live.values import Values

SETUP = Setup(target="null", values=Values({"model": "some-model", "key": "D", "seed": 9, "tempo": 96.0}))
OPENED = Opened("IAC Driver Bus 1", "rtmidi", virtual=False, engine="numpy", socket="/run/iac.sock")
STOPPED = Stopped(2, 5, 0.1, 0.4, 1.25, 0, 1, 0, 0, "take.mid")


def bar(number: int, *events: int) -> Bar:
    return Bar(number, [*events, *[1] * (16 - len(events))], 2, ["plan"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"key": "H"}, "`H` is no key"),
        ({"key": "D doric"}, "did you mean `dorian`"),
        ({"metre": "4"}, "no metre"),
        ({"metre": "64/1"}, "too long to be played live"),
        ({"model": "note-rnm"}, "There is no model `note-rnm`"),
        ({"record": Path("/")}, "is a folder"),
        ({"record": Path("/proc/take.mid")}, "no folder that you may write to|could not be written"),
        ({"port": "file:/"}, "is a folder"),
        ({"planner": "box:7765"}, "write wss://HOST:PORT"),
        ({"planner": "ws://box:7765"}, "not encrypted"),
        ({"planner": "wss://box:7765", "planner_token": Path("nowhere")}, "no token file at nowhere"),
        ({"planner": "wss://box:7765", "planner_certificate": Path("nowhere")}, "nowhere is no certificate"),
        ({"planner_token": Path("nowhere")}, "of use with --planner alone"),
        ({"set": ("swing",)}, "`--set swing` says no value; write NAME=VALUE"),
        ({"set": ("swing=99",)}, "swing: 99.0 is no number from 50 to 75"),
        ({"set": ("swung=60",)}, "did you mean `swing`"),
        ({"set": ("book=hause",)}, "There is no rule book `hause`"),
    ],
)
def test_what_cannot_be_played_is_one_sentence(random_model: str, options: dict[str, object], words: str):
    with pytest.raises(LiveComposerError, match=words):
        serve(config=Serve(**{"model": random_model, "port": "null", "bars": 1, "tempo": 400.0} | options))


def test_a_wrong_port_and_a_missing_midi_system_say_what_works(random_model: str):
    environment = os.environ | {"JACK_DEFAULT_SERVER": "nobody", "JACK_NO_START_SERVER": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "live_composer", "serve", "--model", random_model, "--port", "no such port anywhere"],
        capture_output=True, text=True, check=False, timeout=60, env=environment,
    )  # fmt: skip
    assert done.returncode == 4
    assert done.stdout == ""
    assert done.stderr.startswith("live-composer: ")
    assert done.stderr.count("\n") == 1


def test_serve_plays_to_a_file(random_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    options = {"port": f"file:{tmp_path / 'port.mid'}", "record": tmp_path / "take.mid", "key": "D", "tempo": 400.0}
    serve(config=Serve(model=random_model, bars=1, seed=3, json=True, **options))
    opened, played, stopped = map(json.loads, capsys.readouterr().out.splitlines())
    assert (opened["event"], opened["key"], opened["seed"]) == ("opened", "D major", 3)
    assert (played["event"], played["number"], len(played["events"])) == ("bar", 1, 16)
    assert (stopped["event"], stopped["missed_plans"]) == ("stopped", 0)
    assert (tmp_path / "port.mid").stat().st_size > 100
    assert (tmp_path / "take.mid").stat().st_size > 100


def test_text_tells_port_music_and_figures(capsys: pytest.CaptureFixture[str]):
    report = TextReport(SETUP, roll=False)
    for event in (OPENED, bar(1, 16), Trouble("planner", "It broke."), Trouble("planner", ""), STOPPED):
        report.show(event)
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "Playing to IAC Driver Bus 1 (rtmidi)",
        "some-model, D major, 4/4, 96 BPM, channel 1, seed 9",
        "Ctrl-C stops.",
        "",
        "2 bars, 5 notes; 0.1 ms late at the median, 0.4 at p99, 1.2 at most; 1 missed plan",
        "The recording is in take.mid",
    ]
    assert err == "live-composer: It broke.\nlive-composer: The planner is well again.\n"


def test_a_port_that_had_to_be_made_is_told(capsys: pytest.CaptureFixture[str]):
    TextReport(replace(SETUP, target="Sinth", listen="Keys"), roll=False).show(replace(OPENED, virtual=True))
    assert capsys.readouterr().out.splitlines()[:3] == [
        "Playing to IAC Driver Bus 1 (rtmidi), a virtual port: connect it to a synth or a DAW track",
        "No port fits `Sinth`; `live-composer ports` lists those that there are.",
        "some-model, D major, 4/4, 96 BPM, channel 1, seed 9, listening to Keys",
    ]


def test_what_it_begins_with_is_no_change_to_be_put_back(random_model: str):
    values = _setup(Serve(model=random_model, port="null", set=("swing=60", "octave=1"))).values
    assert (values["swing"], values["octave"], values.undo_name) == (60.0, 1, "")
    with pytest.raises(BadInput, match="Nothing was changed"):
        values.undo()


def test_another_daemon_like_it_is_begun_by_the_same_options_wherever(
    random_model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
    given = {"clock": "midi", "input": "keys", "send_clock": True, "plugins": (Path("mine"),), "record": Path("a.mid")}
    assert _setup(Serve(model=random_model, port="null", **given)).options == (
        "--plugins", str(tmp_path / "mine"), "--clock", "midi", "--send-clock", "--input", "keys",
    )  # fmt: skip


def test_the_roll_shows_what_sounds(capsys: pytest.CaptureFixture[str]):
    report = TextReport(SETUP, roll=True)
    report.show(bar(1, 14, 1, 1, 1, 16, 1, 0))
    report.show(bar(2, 14))
    report.show(STOPPED)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        "      1                2",
        "E4   │    ●━          │                │",
        "Eb4  │                │                │",
        "D4   │●━━━            │●━━━━━━━━━━━━━━━│",
    ]


def test_the_roll_goes_on_where_the_metre_is_changed(capsys: pytest.CaptureFixture[str]):
    report = TextReport(SETUP, roll=True)
    for number, steps in ((1, 16), (2, 12), (3, 12), (4, 15), (5, 128), (6, 16)):
        report.show(Bar(number, [1] * (steps - 1) + [14], 0, ["plan"]))
    report.close()
    rows = [line.partition("│")[2] for line in capsys.readouterr().out.splitlines() if line.startswith("C4")]
    assert [[len(bar) for bar in row.strip("│").split("│")] for row in rows] == [[16], [12, 12], [15], [128], [16]]
    assert all(bar.endswith("●") for row in rows for bar in row.strip("│").split("│"))


def test_every_line_of_json_is_an_object(capsys: pytest.CaptureFixture[str]):
    report = JsonReport(SETUP)
    for event in (OPENED, bar(1, 14), Trouble("port", "It went away."), STOPPED):
        report.show(event)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["opened", "bar", "trouble", "stopped"]
    assert (lines[0]["port"], lines[0]["tempo"], lines[0]["model"]) == ("IAC Driver Bus 1", 96.0, "some-model")
    assert lines[1]["origins"] == ["plan"]


def test_a_reader_that_went_away_ends_the_music():
    class Gone(JsonReport):
        def show(self, _event: object) -> None:
            raise BrokenPipeError

    told: list[str] = []
    reporter = Reporter(Gone(SETUP))
    reporter.on_reader_gone = lambda: told.append("gone")
    reporter.tell(STOPPED)
    with pytest.raises(BrokenPipeError), reporter:
        reporter._thread.join(5)
    assert told == ["gone"]


def test_a_terminal_that_stands_still_holds_nobody_up(monkeypatch: pytest.MonkeyPatch):
    import threading

    from live_composer.commands import serve_report

    monkeypatch.setattr(serve_report, "_LAST_WORDS_SECONDS", 0.05)
    stuck = threading.Event()

    class Stuck(JsonReport):
        def show(self, _event: object) -> None:
            stuck.wait(10)

    with Reporter(Stuck(SETUP)) as reporter:
        for _ in range(1000):
            reporter.tell(STOPPED)
    stuck.set()


@pytest.mark.parametrize(
    ("options", "beats", "seconds"),
    [
        ({}, 4.0, 5.0),
        ({"metre": "3/4"}, 3.0, 5.0),
        ({"metre": "6/8", "quantum": 4.0, "freewheel_seconds": 0.5}, 4.0, 0.5),
    ],
    ids=["as it is", "in three", "as asked"],
)
def test_the_port_is_told_the_bar_of_others_and_how_long_to_go_on_alone(
    random_model: str, options: dict[str, object], beats: float, seconds: float
):
    request = _setup(Serve(**{"model": random_model, "port": "null"} | options)).request
    assert (request.quantum, request.freewheel_seconds) == (beats, seconds)


def test_what_a_rule_prints_is_not_taken_for_the_daemons_word(tmp_path: Path):
    log = tmp_path / "serve.log"
    log.write_text("{'pitch': 60}\n{not even that\n{}\n")
    assert serve_screen._socket(log) == ""
    with log.open("a") as more:
        more.write(json.dumps({"event": "opened", "socket": "/run/iac.sock"}) + "\n")
    assert serve_screen._socket(log) == "/run/iac.sock"
