"""Run every benchmark, or those named, and write what they found to runs/bench.md, under the machine's shape.

    .venv/bin/python scripts/bench.py [NAME ...]

One that fails is told, the others run on, and the exit code says so in the end.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "benchmarks"
TABLE = ROOT / "runs" / "bench.md"


def main() -> None:
    """Run them one after the other, for side by side they would measure one another."""
    there = {path.stem: path for path in sorted(FOLDER.glob("*.py")) if path.stem != "machine"}
    asked = sys.argv[1:] or list(there)
    if unknown := [name for name in asked if name not in there]:
        sys.exit(f"There is no benchmark {', '.join(unknown)}; there are: {', '.join(there)}.")
    head = f"# Benchmarks, {time.strftime('%Y-%m-%d')}\n\n{said(FOLDER / 'machine.py')[1].strip()}\n"
    sections: list[str] = []
    failed: list[str] = []
    for name in asked:
        begun = time.monotonic()
        code, text = said(there[name])
        failed += [name] if code else []
        ending = f", ended with {code}" if code else ""
        sections.append(f"## {name}, {time.monotonic() - begun:.0f} s{ending}\n\n```\n{text.strip()}\n```\n")
        print(f"\n{sections[-1]}", flush=True)
        TABLE.parent.mkdir(exist_ok=True)
        TABLE.write_text("\n".join([head, *sections]))
    print(f"All of it: {os.path.relpath(TABLE)}")
    sys.exit(f"These failed: {', '.join(failed)}." if failed else 0)


def said(script: Path) -> tuple[int, str]:
    """Run a script; return its exit code, and what it printed."""
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


if __name__ == "__main__":
    main()
