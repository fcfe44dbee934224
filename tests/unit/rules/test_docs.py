"""What the docs show works, and what there is is told."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rule_music import rules_of

import scripts
from live_composer.config import COMMANDS
from live_composer.rules import Context, Note, Rule, arrays
from live_composer.rules.book_file import load
from live_composer.rules.check import faults
from live_composer.rules.discovery import Status, discover, import_file

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "rules.md").read_text()
RULES = rules_of("*.py")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def public(kind: type) -> set[str]:
    return {name for name in vars(kind) if not name.startswith("_")}


@pytest.mark.parametrize("source", blocks("python"))
def test_the_rules_shown_are_sound(source: str, tmp_path: Path):
    path = tmp_path / "shown.py"
    path.write_text(source)
    rules = import_file(path)
    assert rules
    for rule in rules:
        assert isinstance(rule, Rule), rule
        assert faults(rule) == []


def test_the_books_shown_can_be_used(tmp_path: Path):
    for number, source in enumerate(blocks("python")):
        (tmp_path / f"shown{number}.py").write_text(source)
    plugins = discover([tmp_path])
    books = [text for text in blocks("toml") if "[rules]" in text]
    assert len(books) == 2
    for text in books:
        path = tmp_path / "shown.toml"
        path.write_text(text)
        assert load(path, plugins).troubles == []


def test_all_that_a_rule_may_look_at_is_told():
    told = set(re.findall(r"`note\.(\w+)`", PAGE))
    assert told == public(Note) | {"context", "event", "before"}
    section = PAGE.partition("of the music, in `note.context`")[2].partition("\n\n")[0]
    assert {field.name for field in fields(Context)} | public(Context) - {"PHRASE"} <= set(re.findall(r"\w+", section))


def test_all_answers_about_arrays_are_told():
    functions = {name for name, value in vars(arrays).items() if getattr(value, "__module__", "") == arrays.__name__}
    section = PAGE.partition("## Fast rules")[2].partition("\n## ")[0]
    assert {name for name in functions if name.islower() and not name.startswith("_")} <= set(
        re.findall(r"\w+", section)
    )


def test_every_status_and_command_is_told():
    for status in Status:
        assert f"| {status} |" in PAGE
    for command in COMMANDS:
        if command[0] == "rules":
            assert f"rules {command[1]}" in PAGE


def rules_page() -> ModuleType:
    return scripts.load("rules_page")


def test_the_page_of_the_books_tells_every_rule_and_parameter():
    page = rules_page().page()
    for rule in RULES.values():
        section = page.partition(f"### {rule.name}, weight ")[2].partition("\n### ")[0]
        assert rule.help in section.replace("\n", " ")
        for name in rule.parameters:
            assert re.search(rf"^- `{name} = .*`: \w", section, re.MULTILINE), f"{rule.name} does not tell `{name}`"


def test_every_source_that_a_rule_names_is_listed():
    page, sources = rules_page().page().split("## Sources")
    named = {year for text in re.findall(r"\(([^()]*\d{4}[^()]*)\)", page) for year in re.findall(r"\b\d{4}\b", text)}
    assert len(named) > 8
    for year in named:
        assert f"({year})" in sources, year


def test_the_vocabulary_can_be_printed_as_the_page_says():
    command = [sys.executable, "-m", "live_composer.music.vocabulary"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert "note off" in done.stdout
