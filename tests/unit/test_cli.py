"""The command line: help, one sentence for each error, completion."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from live_composer import __version__, cli
from live_composer.config import COMMANDS
from live_composer.errors import NoPort

if TYPE_CHECKING:
    from command_line import CommandLine


def child(*tokens: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "live_composer", *tokens]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **options)  # type: ignore[call-overload]


def test_version(run: CommandLine):
    assert run("--version") == (0, f"{__version__}\n", "")


@pytest.mark.parametrize("command", [(), *COMMANDS, ("corpus",)])
def test_help_of_every_command(run: CommandLine, command: tuple[str, ...]):
    code, out, err = run(*command, "--help")
    assert (code, err) == (0, "")
    assert f"Usage: {' '.join(['live-composer', *command])}" in out
    assert "config.toml" in out.replace("\n", "")


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        ("serve --tmpo 90", "Unknown option: --tmpo. Did you mean --tempo?"),
        ("serv", 'Unknown command "serv". Did you mean "serve"?'),
        ("corpus biuld", 'Unknown command "biuld". Did you mean "build"?'),
        ("serve --tempo", "--tempo requires an argument"),
        ("serve --tempo fast", "--tempo"),
    ],
)
def test_a_slip_is_one_line_on_stderr(run: CommandLine, tokens: str, words: str):
    code, out, err = run(*tokens.split())
    assert (code, out) == (2, "")
    assert err.startswith("live-composer: ")
    assert words in err
    assert err.count("\n") == 1


def test_a_slip_is_one_line_in_the_narrowest_window():
    done = child("serve", "--tmpo", "90", env={"COLUMNS": "20", "TERM": "dumb", "PATH": ""})
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "╭" not in done.stderr


def test_bad_config_and_environment_are_one_line(run: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch):
    home.mkdir()
    (home / "config.toml").write_text("[serve]\ntmpo = 1\n")
    code, _, err = run("serve")
    assert (code, err.count("\n")) == (2, 1)
    assert f"live-composer: {home / 'config.toml'}, line 2" in err
    monkeypatch.setenv("LIVE_COMPOSER_SERVE_TMPO", "1")
    code, _, err = run("serve")
    assert (code, err.count("\n")) == (2, 1)
    assert "did you mean `LIVE_COMPOSER_SERVE_TEMPO`?" in err


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [(NoPort("No port."), 4, "live-composer: No port.\n"), (KeyboardInterrupt(), 130, "live-composer: interrupted.\n")],
)
def test_errors_of_commands_have_their_exit_codes(
    run: CommandLine, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, words: str
):
    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "application", fail)
    assert run("serve") == (code, "", words)


def test_ctrl_c_is_told_in_a_line():
    # What reads its input is certainly at work when its input was taken.
    asks = [sys.executable, "-m", "live_composer", "rules", "score"]
    with subprocess.Popen(asks, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdin
        child.stdin.write(b" " * (1 << 17))  # more than a pipe holds
        child.stdin.flush()
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (130, b"live-composer: interrupted.\n")


def shell(command: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which `us` is the command line, whose output is kept until there is much or an end."""
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    line = command.replace("us ", f"'{sys.executable}' -m live_composer ", 1)
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, timeout=60, env=buffered)


def test_a_reader_that_leaves_early_is_no_error():
    done = shell("us --help | head -n 1")
    assert done.stderr == ""
    assert done.stdout.startswith("Usage")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no disk that is always full")
@pytest.mark.parametrize("command", ["us --version", "us host token new bob --tokens '{}/tokens'"])
def test_output_that_cannot_be_written_is_one_line(command: str, tmp_path: Path):
    done = shell(f"{command.format(tmp_path)} > /dev/full")
    assert (done.returncode, done.stderr) == (1, "live-composer: no space left on device.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="needs bash")
def test_short_output_that_nobody_reads_is_no_error(tmp_path: Path):
    # The reader is certainly gone by then: bash waits for it.
    done = shell(f"exec 3> >(:); wait $!; us host token new bob --tokens '{tmp_path}/tokens' >&3")
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.skipif(sys.platform == "win32", reason="needs bash")
def test_where_nobody_listens_the_work_is_done_all_the_same(tmp_path: Path):
    done = shell(f"us compose --bars 1 -o '{tmp_path}/tune.mid' >&- 2>&-")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "tune.mid").read_bytes().startswith(b"MThd")


@pytest.mark.skipif(sys.platform == "win32", reason="needs bash")
def test_where_the_output_has_no_such_letters_others_stand_for_them(run: CommandLine, tmp_path: Path):
    """On Windows a file that is written to by `>` has the letters of one language."""
    assert run("compose", "--bars", "1", "-o", str(tmp_path / "tune.mid")).code == 0
    done = shell(f"PYTHONIOENCODING=cp1252 us rules explain '{tmp_path}/tune.mid'")
    assert (done.returncode, done.stderr) == (0, "")
    assert "the strongest moments" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="names are any bytes on Linux alone")
@pytest.mark.parametrize("command", ["us serve --plain --port $'a\\xfe'", "us host token new $'\\xfe' --tokens tokens"])
def test_a_name_that_is_no_text_is_one_line(command: str, tmp_path: Path):
    done = shell(f"cd '{tmp_path}'; {command}")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "is no text in utf-8" in done.stderr
    assert not (tmp_path / "tokens").exists()


_LONG = "x" * 300


@pytest.mark.parametrize(
    "command",
    [
        f"compose -o a.mid --model {_LONG}",
        f"compose -o a.mid --book {_LONG}",
        f"rules list --plugins {_LONG}",
        f"rules new {_LONG}",
        f"host token new bob --tokens {_LONG}",
        "compose -o a.mid --model .",
        "compose -o a.mid --model ~nobody_of_this_name/tune",
        "compose -o a.mid --book ~nobody_of_this_name/house.toml",
        "rules list --plugins ~nobody_of_this_name/rules",
        "corpus build ~nobody_of_this_name/tunes",
    ],
    ids=lambda command: command[:40],
)
def test_a_name_that_no_file_can_have_is_one_line(
    run: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*command.split())
    assert (code in {1, 2, 3}, out, err.strip().count("\n")) == (True, "", 0)
    assert err.strip().startswith("live-composer: ")
    assert command.rsplit(maxsplit=1)[-1].removesuffix(".toml")[:20] in err


SHELLS = {
    "bash": ("live-composer", "source {script}; complete -p live-composer"),
    "zsh": (
        "_live-composer",
        "fpath=({folder} $fpath); autoload -Uz compinit; compinit -uD; print $_comps[live-composer]",
    ),
}


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_is_installed_and_the_shell_takes_it(shell: str, tmp_path: Path):
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    name, command = SHELLS[shell]
    script = tmp_path / name
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = child("--install-completion", "--shell", shell, "--output", str(script), env=environment)
    assert done.returncode == 0, done.stderr
    for words in COMMANDS:
        assert words[0] in script.read_text()
    told = subprocess.run(
        [shell, "-c", command.format(script=script, folder=tmp_path)],
        capture_output=True, text=True, check=False, timeout=60, env=environment,
    )  # fmt: skip
    assert (told.returncode, told.stderr) == (0, "")
    assert "live-composer" in told.stdout or "_live" in told.stdout
