"""Prove that what is released works where nothing of this checkout is: the wheel and the sdist, on each Python here.

    .venv/bin/python scripts/release_check.py [--keep] [PYTHON ...]

Each Python gets an empty environment and an empty folder. There the wheel is installed in the tested versions and
plays, writes, judges and (on the first, with the extra `learn`) tunes, with every warning an error. Last, pipx installs
the wheel as a stranger would, and what it put on the path plays and learns.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
PYTHONS = ("python3.11", "python3.12", "python3.13")
BASE = {
    "version": "--version",
    "rules list": "rules list",
    "rules check": "rules check mine.py",
    "compose": "compose --bars 8 -o tune.mid",
    "rules explain": "rules explain tune.mid",
    "serve": "serve --port file:take.mid --bars 4 --tempo 400 --plain",
}
LEARN = {"tune": "tune --model note-rnn --steps 4000 -o run --json", "compose what was tuned": "compose -m run/run"}
SIZES = """
import importlib.metadata, pathlib
for found in importlib.metadata.distributions():
    files = [pathlib.Path(found.locate_file(file)) for file in found.files or []]
    print(sum(file.stat().st_size for file in files if file.is_file()), found.metadata["Name"])
"""


def main() -> None:
    """Build, look inside, install, try; end with the first thing that does not work."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pythons", nargs="*", metavar="PYTHON", default=list(filter(answers, PYTHONS)))
    parser.add_argument("--keep", action="store_true", help="leave wheel and sdist in dist/")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wheel, sdist = build(ROOT, Path(folder) / "dist")
        tell(f"{wheel.name}: {megabytes(wheel.stat().st_size)}; {sdist.name}: {megabytes(sdist.stat().st_size)}")
        lacks = missing(ROOT, inside(wheel))
        again, _ = build(unpacked(sdist, Path(folder)), Path(folder) / "again")
        lacks |= dict.fromkeys(inside(wheel) - inside(again), "is not in a wheel made of the sdist")
        if lacks:
            sys.exit("\n".join(f"{name} {reason}" for name, reason in sorted(lacks.items())))
        for number, python in enumerate(asked.pythons):
            try_out(python, wheel, Path(folder) / f"on-{number}", learn=number == 0)
        by_pipx(asked.pythons[0], wheel, Path(folder) / "pipx")
        if asked.keep:
            shutil.copytree(wheel.parent, ROOT / "dist", dirs_exist_ok=True)


def build(tree: Path, folder: Path) -> tuple[Path, Path]:
    """Build the wheel and the sdist of a source tree."""
    run([sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=tree)
    [wheel], [sdist] = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, sdist


def inside(wheel: Path) -> set[str]:
    """Return the names of the files in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def unpacked(sdist: Path, folder: Path) -> Path:
    """Unpack an sdist; return its tree."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return folder / sdist.name.removesuffix(".tar.gz")


def missing(root: Path, names: set[str]) -> dict[str, str]:
    """Return what a wheel should hold and does not, or holds and should not, with the reason."""
    listed = subprocess.run(
        ["git", "ls-files", "live_composer", "models", "plugins"], cwd=root, capture_output=True, text=True, check=True
    )
    shipped = ("models/", "plugins/")
    wanted = {
        f"live_composer/shipped/{name}" if name.startswith(shipped) else name for name in listed.stdout.splitlines()
    }
    found = {name for name in names if ".dist-info/" not in name}
    return dict.fromkeys(wanted - found, "is not in the wheel") | dict.fromkeys(
        found - wanted, "is in the wheel, and not in the repository"
    )


def try_out(python: str, wheel: Path, folder: Path, *, learn: bool) -> None:
    """Install the wheel for one Python into an empty environment, and use it in an empty folder."""
    run([python, "-m", "venv", str(folder / "env")])
    installed = str(folder / "env" / "bin" / "python")
    (folder / "here").mkdir()
    install(installed, str(wheel))
    tell(f"{python}: installed, {size(installed)}")
    run([installed, "-m", "live_composer", "rules", "new", "mine"], cwd=folder / "here")
    use([installed, "-m", "live_composer"], folder / "here", BASE)
    if learn:
        install_torch(installed)
        install(installed, f"{wheel}[learn]")
        tell(f"{python}: with the extra learn, {size(installed)}")
        use([installed, "-m", "live_composer"], folder / "here", LEARN)


def by_pipx(python: str, wheel: Path, folder: Path) -> None:
    """Install the wheel by pipx into an empty home, and use what it put on the path."""
    run([python, "-m", "venv", str(folder / "env")])
    run([str(folder / "env" / "bin" / "pip"), "install", "-qq", "--disable-pip-version-check", "pipx"])
    places = {f"PIPX_{name}": str(folder / name.lower()) for name in ("HOME", "BIN_DIR", "MAN_DIR")}
    command = [str(folder / "env" / "bin" / "pipx"), "install", "--python", python, f"{wheel}[learn]"]
    run([*command, "--pip-args", f"--constraint {LOCK}"], env=dict(os.environ) | places)
    (folder / "here").mkdir()
    program = [str(folder / "bin_dir" / "live-composer")]
    run([*program, "rules", "new", "mine"], cwd=folder / "here")
    tell("by pipx:")
    use(program, folder / "here", BASE | LEARN)


def answers(python: str) -> bool:
    """Say whether there is such a Python: some are names of versions that are not installed."""
    return (
        shutil.which(python) is not None
        and subprocess.run([python, "-V"], check=False, capture_output=True).returncode == 0
    )


def use(program: list[str], folder: Path, commands: dict[str, str]) -> None:
    """Run commands, with every warning an error in them and in the processes that they start."""
    home = {"HOME": str(folder), "LIVE_COMPOSER_HOME": str(folder / "home"), "PYTHONWARNINGS": "error"}
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    for name, words in commands.items():
        run([*program, *words.split()], cwd=folder, env=kept | home)
        tell(f"  {name}: works")


def install(python: str, *what: str) -> None:
    """Install in the tested versions."""
    run([python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--constraint", str(LOCK), *what])


def install_torch(python: str) -> None:
    """Install the CPU build of torch where one is at hand, as `scripts/setup.sh` does; else the extra brings any."""
    [torch] = [line for line in LOCK.read_text().splitlines() if line.startswith("torch==")]
    subprocess.run([python, "-m", "pip", "install", "-qq", "--no-deps", "--no-index", torch], check=False, stderr=-3)


def size(python: str) -> str:
    """Say how large an environment is, and what most of that is."""
    told = subprocess.run([python, "-c", SIZES], capture_output=True, text=True, check=True).stdout
    sizes = sorted(((int(number), name) for number, name in map(str.split, told.splitlines())), reverse=True)
    largest = ", ".join(f"{name} {megabytes(number)}" for number, name in sizes[:4])
    return f"{megabytes(sum(number for number, _ in sizes))} in {len(sizes)} packages ({largest})"


def megabytes(number: int) -> str:
    """Write a number of bytes."""
    return f"{number / 1e6:.1f} MB"


def run(command: list[str], cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    """Run what must succeed; end with what it said, if it does not."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"`{' '.join(command)}` ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def tell(line: str) -> None:
    """Say it at once."""
    print(line, flush=True)


if __name__ == "__main__":
    main()
