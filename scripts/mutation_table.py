"""Print what `make mutation` found, a row a package: how many changes of the code some test noticed."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path

from mutmut.stats import status_by_exit_code

MUTANTS = Path("mutants")
COLUMNS = ("killed", "timeout", "survived", "no tests")
CHECKED = {*COLUMNS, "segfault", "suspicious"}


def found() -> dict[str, Counter[str]]:
    """Return how many mutants of each package came to which end; those of an unfinished run are left out."""
    packages: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for path in sorted(MUTANTS.rglob("*.py.meta")):
        statuses = [status_by_exit_code[code] for code in json.loads(path.read_text())["exit_code_by_key"].values()]
        packages[str(path.parent.relative_to(MUTANTS))].update(status for status in statuses if status in CHECKED)
    return {package: ends for package, ends in packages.items() if ends}


def row(name: str, ends: Counter[str]) -> str:
    """Return a row; what the clock ended would have hung, and was noticed."""
    noticed = (ends["killed"] + ends["timeout"]) / ends.total()
    return " | ".join([f"| {name}", *(f"{ends[status]:,}" for status in COLUMNS), f"{noticed:.1%} |"])


def main() -> None:
    """Print the table, as Markdown."""
    packages = found()
    print("| package | killed | timed out | survived | met by no test | noticed |\n|---|--:|--:|--:|--:|--:|")
    for package, ends in packages.items():
        print(row(f"`{package}/`", ends))
    print(row("all", sum(packages.values(), Counter[str]())))


if __name__ == "__main__":
    main()
