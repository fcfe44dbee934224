"""`live-composer rules list`, `check` and `new`."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from live_composer import files
from live_composer.commands.plugins import folders, limited, print_table, quiet, say
from live_composer.config import RulesCheck, RulesList, RulesNew
from live_composer.errors import BadFile, CannotWrite
from live_composer.rules import book_file, discovery, starting_file
from live_composer.rules import check as kit
from live_composer.rules.rule import Rule

if TYPE_CHECKING:
    from live_composer.rules.discovery import Plugin, Plugins


def show(*, config: RulesList = RulesList()) -> None:
    """List rules and rule books."""
    places = folders(config.plugins)
    with quiet(), limited():
        plugins = discovery.discover(places)
        books = {name: _book(path, plugins) for name, path in book_file.books(places).items()}
    found = [*plugins.loaded.values(), *plugins.unusable.values()]
    if config.json:
        print(json.dumps({"rules": [_plugin(plugin) for plugin in found], "books": books}))
        return
    rows = [(plugin.name, plugin.rule.help, _settings(plugin.rule)) for plugin in found if plugin.rule]
    print_table(("rule", "what it asks for", "parameters"), rows)
    print()
    books_told = [(name, book.get("wrong") or book["help"], str(len(book["weights"]))) for name, book in books.items()]
    print_table(("book", "what it is for", "+rules"), books_told)
    say(plugins.notices)


def check(file: Path, /, *, config: RulesCheck = RulesCheck()) -> int:
    """Prove that the rules of a file keep their contract; the exit code is 1 where one does not.

    Parameters
    ----------
    file
        The rule file.
    """
    files.read_bytes(file, "rule file")
    with quiet(), limited(30.0):
        reports = [_proof(item) for item in discovery.import_file(file.absolute())]
    if config.json:
        print(json.dumps({"file": str(file), "rules": reports}))
    else:
        for report in reports:
            _print_proof(report)
        if not any(report["faults"] for report in reports):
            folder = shlex.quote(str(file.parent))
            print(f"  Hear it: live-composer serve --plugins {folder}, and a on the screen adds it.")
    return int(any(report["faults"] for report in reports))


def new(name: str, /, *, config: RulesNew = RulesNew()) -> None:
    """Write a starting file for a rule of your own into the current folder.

    Parameters
    ----------
    name
        What the rule is called, such as `calm_endings`; the file is NAME.py.
    """
    del config
    text = starting_file.starting_file(name)
    path = Path(f"{name}.py")
    if path.exists():
        raise CannotWrite(f"{path} exists already, and is left as it is; take another name.")
    files.write_text(path, text)
    print(f"{path} is a rule that works. Change it, then: live-composer rules check {path}")


def _plugin(plugin: Plugin) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "status": plugin.status,
        "help": plugin.rule.help if plugin.rule else "",
        "parameters": dict(plugin.rule.parameters) if plugin.rule else {},
        "source": plugin.source,
        "reason": plugin.reason,
        "replaces": plugin.replaces,
    }


def _book(path: Path, plugins: Plugins) -> dict[str, Any]:
    try:
        book = book_file.load(path, plugins)
    except BadFile as error:
        return {"path": str(path), "wrong": str(error), "weights": {}}
    return {
        "path": str(path),
        "help": book.help,
        "key": str(book.key),
        "length": book.length,
        "phrase": book.phrase,
        "weights": book.weights,
        "off": book.quarantined,
    }


def _settings(rule: Rule) -> str:
    return ", ".join(f"{name} = {json.dumps(value)}" for name, value in rule.parameters.items())


def _proof(item: Rule | Plugin) -> dict[str, Any]:
    """Return what the checking kit finds of a rule, or why there is none."""
    if not isinstance(item, Rule):
        return {"rule": item.name, "faults": [f"it {item.status}: {item.reason}"]}
    faults = kit.faults(item)
    return {
        "rule": item.name,
        "help": item.help,
        "forms": [form for form, has in (("note", item.note), ("batch", item.batch_form)) if has],
        "faults": faults,
        "events_per_second": 0 if faults else round(kit.steps_per_second(item)),
    }


def _print_proof(report: dict[str, Any]) -> None:
    if report["faults"]:
        print(f"{report['rule']} cannot be used:")
        for fault in report["faults"]:
            print(f"  - {fault}")
        return
    agree = " Its note form and its batch form agree." if len(report["forms"]) > 1 else ""
    hint = "" if "batch" in report["forms"] else "; enough to play with, and a batch form would make tuning faster"
    print(f"{report['rule']} keeps its contract: causal, finite, repeatable, of the right shape.{agree}")
    print(f"  It judges {report['events_per_second']:,} events a second{hint}.")
