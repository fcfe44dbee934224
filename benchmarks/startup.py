"""How fast the command line answers, beside a bare Python and beside loading every command at once.

python benchmarks/startup.py [ROUNDS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from machine import machine

EAGER = """
import importlib, pkgutil, sys
import live_composer.commands as commands
for module in pkgutil.iter_modules(commands.__path__, "live_composer.commands."):
    importlib.import_module(module.name)
sys.argv = ["live-composer", "--help"]
from live_composer.cli import main
main()
"""
RUNS = {
    "python -c pass": ["-c", "pass"],
    "live-composer --version": ["-m", "live_composer", "--version"],
    "live-composer --help": ["-m", "live_composer", "--help"],
    "live-composer serve --help": ["-m", "live_composer", "serve", "--help"],
    "--help with every command loaded": ["-c", EAGER],
}


def seconds(arguments: list[str]) -> float:
    """Run Python once and return how long it took."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    for arguments in RUNS.values():
        seconds(arguments)  # to warm the disk's cache
    # In turn, so that whatever else the machine does falls on all alike.
    taken = [[seconds(arguments) for arguments in RUNS.values()] for _ in range(rounds)]
    print(machine())
    for name, column in zip(RUNS, zip(*taken, strict=True), strict=True):
        print(f"{name:34} {statistics.median(column):6.3f} s")


if __name__ == "__main__":
    main()
