"""Run every benchmark, or those named, and write what they found to runs/bench.md, under the machine's shape.

    .venv/bin/python scripts/bench.py [--long] [NAME ...]

Those that take long run in short, all of them in half an hour; `--long` runs them as the docs quote them, which takes
some two hours. One that fails is told, the others run on, and the exit code says so in the end.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "benchmarks"
TABLE = ROOT / "runs" / "bench.md"
SHORT = {
    "evaluating": "--melodies 20000",
    "fleet_load": "--musicians 300 --bars 4 --paces .15",
    "lateness": "12 4",
    "learning_screen": "1000000 1",
    "remote_planning": "--bars 8 --links 0,50,150",
    "scene": "1",
    "screen": "15",
    "soak": "1 1",
}
PEERS = ("mido", "python-rtmidi", "isobar", "pretty_midi", "torch", "ray")
"""What others made, and is measured beside ours or built upon."""
PROGRAMS = ("jackd", "fluidsynth", "tmux")
"""What some benchmarks cannot do without."""


def main() -> None:
    """Run them one after the other, for side by side they would measure one another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--long", action="store_true", help="as the docs quote them")
    options = parser.parse_args()
    there = {path.stem: path for path in sorted(FOLDER.glob("*.py")) if path.stem != "machine"}
    asked = options.names or list(there)
    if unknown := [name for name in asked if name not in there]:
        sys.exit(f"There is no benchmark {', '.join(unknown)}; there are: {', '.join(there)}.")
    shape = said([str(FOLDER / "machine.py")])[1].strip()
    head = f"# Benchmarks, {time.strftime('%Y-%m-%d')}\n\n{shape}\n\n{beside()}\n"
    print(head, flush=True)
    sections: list[str] = []
    failed: list[str] = []
    for name in asked:
        words = [] if options.long else SHORT.get(name, "").split()
        title = " ".join([name, *words])
        print(f"{title} ...", flush=True)
        begun = time.monotonic()
        code, text = said([str(there[name]), *words])
        failed += [name] if code else []
        ending = f", ended with {code}" if code else ""
        sections.append(f"## {title}, {time.monotonic() - begun:.0f} s{ending}\n\n```text\n{text.strip()}\n```\n")
        print(f"\n{sections[-1]}", flush=True)
        TABLE.parent.mkdir(exist_ok=True)
        TABLE.write_text("\n".join([head, *sections]))
    print(f"All of it: {os.path.relpath(TABLE)}")
    sys.exit(f"These failed: {', '.join(failed)}." if failed else 0)


def beside() -> str:
    """Say what others made is here to be measured beside, in which version, and what is not."""
    found, lacking = list[str](), [name for name in PROGRAMS if shutil.which(name) is None]
    for name in PEERS:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            lacking.append(name)
    return f"Beside it: {', '.join(found)}. Not here: {', '.join(lacking) or 'nothing'}."


def said(command: list[str]) -> tuple[int, str]:
    """Run a script; return its exit code, and what it printed."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


if __name__ == "__main__":
    main()
