"""The commands of the pages run: every block marked `sh`, from top to bottom, in one shell and a home of its own.

What takes long runs shortened, by the environment; what cannot run here says why. `make walk` runs more of it: a clone
that sets itself up, and learning.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from live_composer.music import midi_file

ROOT = Path(__file__).parents[2]
GENERATED = {"keys.md", "options.md", "parameters.md", "rule-books.md", "wire.md"}
PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*/README.md")]
    if path.name not in GENERATED
)
LANGUAGES = {"sh", "python", "toml", "text", "json", "ini"}
WALK = os.environ.get("EVERY_COMMAND") == "1"
"""Whether to run what takes minutes, too."""

SHORTENED = {
    "SERVE_BARS": "1", "SERVE_TEMPO": "400", "SERVE_PORT": "null", "SERVE_MODEL": "note-rnn",
    "COMPOSE_MODEL": "note-rnn",
    "EVALUATE_N": "100", "EVALUATE_LIMIT": "false", "EVALUATE_AUDIO": "false",
    "TUNE_STEPS": "2000", "PRETRAIN_UPDATES": "20", "PRETRAIN_HIDDEN": "16",
}  # fmt: skip
"""Options by the environment; what a command says itself counts more."""

REPLACED = {
    r"git clone ADDRESS-OF-THIS-REPOSITORY (.*)": rf"git clone -q '{ROOT}' \1",
    # It goes on for as long as there is a daemon, and somebody who reads.
    r"live-composer attach": "playing & reached; attached",
    r"live-composer serve --wait --plain &": (
        "env -u LIVE_COMPOSER_SERVE_BARS live-composer serve --wait --plain >/dev/null &"
    ),
    r"sh evening\.sh": "sh evening.sh 3",
    # Beside the environment that the tests share, not in it.
    r"pip install -e \.": (
        "python -m pip install -q --no-deps --no-build-isolation --target site . && export PYTHONPATH=$PWD/site"
    ),
    r"pytest": "python -m pytest -q tests",
    # 1 says that something is missing on this machine, such as a MIDI system.
    r"live-composer doctor": "live-composer doctor || [ $? = 1 ]",
}
"""Commands that are run as another one."""

AT_LENGTH = (
    r"git clone .*", r"make play", r"make setup", r"live-composer doctor", r"live-composer tune .*",
    r"live-composer pretrain --corpus .*", r"live-composer corpus build default.*",
    r"live-composer evaluate runs/mine/mine .*",
)  # fmt: skip
"""What `make walk` alone runs."""

ONCE = (r"live-composer attach", r"live-composer serve --model .*")
"""What is the same on several pages, and run for the first of them alone."""

NOT_HERE = {
    r"sudo apt install .*": "it changes the machine; `.ci/run` installs the same",
    r"ssh .*|live-composer attach ssh:.*": "test_tunnel.py comes to a daemon by a real SSH server",
    r"(BOX=|openssl|live-composer host token|live-composer host --listen|live-composer serve --planner).*": (
        "test_hosted.py runs these lines of the page, on two machines in one"
    ),
    r"printf 'least.*|live-composer host --fleet .*": "test_fleet.py runs a fleet where Ray is installed",
    r"pip install -e '.*sweep\]'|live-composer sweep .*": "test_sweep.py runs a sweep where Ray Tune is installed",
    r"torchrun .*": "test_pretrain.py and test_tune.py learn with several processes",
    r"live-composer pretrain (--hidden|--bfloat16).*": "hours; the models' cards say that they were made so",
}
"""What no test of this file runs, and why."""

PRELUDE = """
playing() { live-composer serve --wait --plain >/dev/null; }
attached() {
    live-composer attach >attached & screen=$!
    until grep -q stopped attached; do kill -0 $screen || return; done
    kill -INT $screen
}
reached() { until live-composer status >/dev/null 2>&1; do kill -0 $! || return; done; }
trap 'live-composer stop >/dev/null 2>&1 || :' EXIT
"""

TUNE = "X:{number}\nT:{number}\nM:4/4\nL:1/8\nK:C\n{bars}|\n"
LETTERS = "CDEFGABc"


class Fence(NamedTuple):
    """A block of a page: how it is marked, what it holds, and the paragraph before it."""

    language: str
    text: str
    before: str


def fences(page: Path) -> list[Fence]:
    parts = re.split(r"^```([^\n]*)\n(.*?)^```$", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    paragraphs = [text.strip().rpartition("\n\n")[2] for text in parts[::3]]
    return [Fence(*fence) for fence in zip(parts[1::3], parts[2::3], paragraphs, strict=False)]


def commands(block: str) -> list[str]:
    """Return the commands of a block, without what they say to the reader."""
    lines = [re.sub(r"(^|\s+)#( .*)?$", "", line) for line in block.replace("\\\n", " ").splitlines()]
    return [re.sub(r"\s+", " ", line).strip() for line in lines if line.strip()]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def fits(patterns: object, command: str) -> bool:
    assert isinstance(patterns, dict | tuple)
    return any(re.fullmatch(pattern, command) for pattern in patterns)


def script_of(page: Path) -> str:
    """Return what is run of a page, as a script that says each command before it is run."""
    lines = [PRELUDE]
    for fence in fences(page):
        if fence.language == "toml" and (named := re.search(r"`([\w-]+\.toml)`", fence.before)):
            lines.append(f"cat > {named[1]} <<'END'\n{fence.text}END")
        for command in commands(fence.text) if fence.language == "sh" else ():
            if fits(NOT_HERE, command) or (fits(AT_LENGTH, command) and not WALK):
                continue
            if fits(ONCE, command) and page != ROOT / "README.md":
                continue
            run = command
            for pattern, other in REPLACED.items():
                run = re.sub(f"^{pattern}$", lambda match, other=other: match.expand(other), run)
            lines.append(f"cat <<'END' >&2\n$ {command}\nEND\n{run}")
    return "\n".join(lines)


ALL = {
    command for page in PAGES for fence in fences(page) if fence.language == "sh" for command in commands(fence.text)
}
RUN = [page for page in PAGES if "\n$ " in script_of(page)]


@pytest.fixture
def stranger(tmp_path: Path, home: Path) -> dict[str, str]:
    """Prepare the home and the folder of somebody who has some tunes and two models; return the environment."""
    for folder in ("Music/tunes", "Music/songs", "work/scores", "work/runs/mine", "work/runs/psi"):
        (tmp_path / folder).mkdir(parents=True)
    tunes = [TUNE.format(number=number, bars=bars(number)) for number in range(1, 41)]
    for place in ("Music/tunes", "Music/songs", ".", "work/scores"):
        (tmp_path / place / "tunes.abc").write_text("\n".join(tunes))
    for name in ("mine", "psi"):
        for ending in ("json", "safetensors"):
            shutil.copy(ROOT / "models" / f"note-rnn.{ending}", tmp_path / "work" / "runs" / name / f"{name}.{ending}")
    (tmp_path / "work" / ".venv").symlink_to(ROOT / ".venv")
    notes = [midi_file.SongNote(beat, 1.0, pitch, 90, 0) for beat, pitch in enumerate((60, 62, 64, 65, 67, 69, 71, 72))]
    midi_file.write_notes(tmp_path / "work" / "tune.mid", notes, 8.0, tempos=[(0.0, 120.0)])
    short = {f"LIVE_COMPOSER_{name}": value for name, value in SHORTENED.items()}
    path = f"{ROOT}/.venv/bin:{os.environ['PATH']}"
    others = {"HOME": str(tmp_path), "SHELL": "/bin/bash", "PATH": path, "OMP_NUM_THREADS": "1"}
    return dict(os.environ) | short | others


def bars(number: int) -> str:
    """Return eight bars that are no other tune's."""
    letters = [LETTERS[(number * place + place * place // (1 + number % 5)) % len(LETTERS)] for place in range(64)]
    return "|".join("".join(letters[first : first + 8]) for first in range(0, 64, 8))


@pytest.mark.parametrize("page", RUN, ids=name_of)
def test_the_commands_of_a_page_run(page: Path, stranger: dict[str, str], tmp_path: Path):
    if page.is_relative_to(ROOT / "examples"):
        shutil.copytree(page.parent, tmp_path / "work", dirs_exist_ok=True)
    done = subprocess.run(
        ["sh", "-e"],
        input=script_of(page),
        cwd=tmp_path / "work",
        env=stranger,
        capture_output=True,
        text=True,
        timeout=900 if WALK else 120,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_says_what_it_is(page: Path):
    assert {fence.language for fence in fences(page)} <= LANGUAGES
    others = "".join(fence.text for fence in fences(page) if fence.language != "sh")
    assert not re.search(r"^(live-composer|make) ", others, re.MULTILINE), "commands are `sh`"


@pytest.mark.parametrize("pattern", [*REPLACED, *AT_LENGTH, *ONCE, *NOT_HERE])
def test_every_exception_is_still_needed(pattern: str):
    assert any(re.fullmatch(pattern, command) for command in ALL)
