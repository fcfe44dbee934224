"""The documentation speaks of what there is: commands, options, files and pages."""

from __future__ import annotations

import re
import shlex
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import scripts
from live_composer.cli import application

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
GENERATED = {"keys": "keys", "options": "options", "parameters": "parameters", "rules": "rule-books", "wire": "wire"}
"""Which script of `make docs` writes which page."""
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def commands_in(text: str) -> list[str]:
    """Return every `live-composer ...` of a page: lines of code blocks, and code within lines."""
    blocks = re.findall(r"^```.*?\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    within = re.findall(r"`(live-composer [^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))
    return [line for line in [*lines, *within] if line.startswith("live-composer ")]


def test_commands_are_found_in_blocks_and_lines():
    assert commands_in("`live-composer ports` and\n```\n$ live-composer serve \\\n  --bars 1  # hear\nls\n```\n") == [
        "live-composer serve    --bars 1  # hear",
        "live-composer ports",
    ]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_of_a_page_is_understood(page: Path):
    for command in commands_in(page.read_text()):
        tokens = shlex.split(re.split(r" [|>&]|; ", command)[0], comments=True)[1:]
        if any("..." in token or token.isupper() for token in tokens if not token.startswith("-")):
            continue  # a form, not a command
        application().parse_args(tokens, exit_on_error=False, print_error=False)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_of_a_page_leads_somewhere(page: Path):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{name_of(page)} links {target}"


def pages_of(nav: list[Any]) -> Iterator[str]:
    for entry in nav:
        for target in entry.values():
            if isinstance(target, str):
                yield target
            else:
                yield from pages_of(target)


def test_every_page_is_in_the_contents_and_the_reverse():
    nav = tomllib.loads((ROOT / "zensical.toml").read_text())["project"]["nav"]
    there = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")}
    assert set(pages_of(nav)) == there


@pytest.mark.parametrize("script", GENERATED)
def test_a_page_that_is_written_by_a_script_is_as_the_program_is(script: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "argv", [script])  # The maker of usage lines looks how this process was started.
    page = ROOT / "docs" / f"{GENERATED[script]}.md"
    assert page.read_text() == scripts.load(f"{script}_page").page(), "run `make docs`"


def test_every_package_is_in_the_architecture():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    for path in sorted((ROOT / "live_composer").iterdir()):
        if path.name.startswith("_") or path.name == "shipped":
            continue
        if path.is_dir() or path.suffix == ".py":
            assert f"  {path.name}{'/' if path.is_dir() else ''}" in text, path.name
