"""`live-composer rules list`, `check`, `explain`, `score` and `new`."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table

from live_composer import files
from live_composer.config import RulesCheck, RulesExplain, RulesList, RulesNew, RulesScore
from live_composer.errors import BadFile, BadInput, CannotWrite
from live_composer.music import midi_file
from live_composer.music.key import Key
from live_composer.music.melody import Melody, heard_key
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import Vocabulary
from live_composer.rules import book_file, discovery, starting_file
from live_composer.rules import check as kit
from live_composer.rules.explain import explain as explained
from live_composer.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from live_composer.rules.book import RuleBook
    from live_composer.rules.discovery import Plugins
    from live_composer.rules.explain import Explanation

_ANY_PITCH = Vocabulary(1, 126)
_LARGEST = 1 << 28
_WIDTH = 100


def show(*, config: RulesList = RulesList()) -> None:
    """List rules and rule books."""
    folders = _folders(config.plugins)
    with _quiet():
        plugins = discovery.discover(folders)
        books = {name: _described(path, plugins) for name, path in book_file.books(folders).items()}
    found = [*plugins.loaded.values(), *plugins.unusable.values()]
    if config.json:
        rules = [
            {
                "name": plugin.name,
                "status": plugin.status,
                "help": plugin.rule.help if plugin.rule else "",
                "parameters": dict(plugin.rule.parameters) if plugin.rule else {},
                "source": plugin.source,
                "reason": plugin.reason,
                "replaces": plugin.replaces,
            }
            for plugin in found
        ]
        print(json.dumps({"rules": rules, "books": books}))
        return
    rows = [(plugin.name, plugin.rule.help, _settings(plugin.rule)) for plugin in found if plugin.rule]
    _table(("rule", "what it asks for", "parameters"), rows)
    print()
    _table(("book", "what it is for", "rules"), [(name, *_summary(book)) for name, book in books.items()])
    _say(plugins.notices)


def check(file: Path, /, *, config: RulesCheck = RulesCheck()) -> int:
    """Prove that the rules of a file keep their contract; the exit code is 1 where one does not.

    Parameters
    ----------
    file
        The rule file.
    """
    files.read_bytes(file, "rule file")
    with _quiet():
        reports = [_proved(item) for item in discovery.import_file(file.absolute())]
    if config.json:
        print(json.dumps({"file": str(file), "rules": reports}))
    else:
        for report in reports:
            _print_proof(report)
    return int(any(report["faults"] for report in reports))


def explain(file: Path, /, *, config: RulesExplain = RulesExplain()) -> None:
    """Show which rule of a book paid or blamed which note of a MIDI file.

    Parameters
    ----------
    file
        The MIDI file; its first track with notes is taken.
    """
    melody = midi_file.read_melody(file, _ANY_PITCH)
    key = Key.parse(config.key) if config.key else heard_key(melody)
    with _quiet():
        book = _open(config.book, config.plugins)
        explanation = explained(melody, key, book)
    _say(book.troubles)
    if config.json:
        print(json.dumps(_explanation(explanation, key, book, config.moments)))
        return
    print(f"{file}: {melody.bars:g} bars of {melody.metre} in {key}, judged by the book {book.name}\n")
    print("\n".join(explanation.draw(shutil.get_terminal_size((_WIDTH, 24)).columns)))
    print("\n▲ △ praised (1 and more, less)   ▼ ▽ blamed\n")
    _print_totals(explanation)
    print("\nthe strongest moments")
    for moment in explanation.moments(config.moments):
        print(f"  {moment.value:+6.2f}  {explanation.place(moment.step):<26}  {moment.rule}")


def score(*, config: RulesScore = RulesScore()) -> None:
    """Print every rule's value at every step of melodies, as JSON."""
    with _quiet():
        book = _open(config.book, config.plugins)
        context = book.context(
            key=Key.parse(config.key) if config.key else book.key,
            metre=Metre.parse(config.metre),
            length=config.length or book.length,
        )
        melodies = [_scored(book, melody, context) for melody in _read_events(config.events)]
    _say(book.troubles)
    print(
        json.dumps(
            {
                "book": book.name,
                "key": str(context.key),
                "metre": str(context.metre),
                "length": context.length,
                "weights": book.weights,
                "off": book.quarantined,
                "melodies": melodies,
            }
        )
    )


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


# Shared.


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Send what rule files print to the error stream: our own output may be read by a machine."""
    with contextlib.redirect_stdout(sys.stderr):
        yield


def _folders(plugins: Iterable[Path]) -> list[Path]:
    return [folder.expanduser() for folder in plugins]


def _open(name: str, plugins: Iterable[Path]) -> RuleBook:
    folders = _folders(plugins)
    path = book_file.find(name, folders)
    found = discovery.discover(folders)
    _say(found.notices)
    return book_file.load(path, found)


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stderr.write(f"live-composer: {line}\n")


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    table = Table(*columns, box=None, padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False, markup=False).print(table)


# list


def _described(path: Path, plugins: Plugins) -> dict[str, Any]:
    try:
        book = book_file.load(path, plugins)
    except BadFile as error:
        return {"path": str(path), "wrong": str(error)}
    return {
        "path": str(path),
        "help": book.help,
        "key": str(book.key),
        "length": book.length,
        "weights": book.weights,
        "off": book.quarantined,
    }


def _summary(book: dict[str, Any]) -> tuple[str, str]:
    return (book["wrong"], "") if "wrong" in book else (book["help"], str(len(book["weights"])))


def _settings(rule: Rule) -> str:
    return ", ".join(f"{name} = {json.dumps(value)}" for name, value in rule.parameters.items())


# check


def _proved(item: Rule | discovery.Plugin) -> dict[str, Any]:
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
    speed, forms = report["events_per_second"], report["forms"]
    print(
        f"{report['rule']} keeps its contract: causal, finite, repeatable, of the right shape, each melody by itself."
    )
    if len(forms) > 1:
        print("  Its note form and its batch form agree.")
    hint = "" if "batch" in forms else "; enough to play with; a batch form would make tuning faster"
    print(f"  It judges {speed:,} events a second{hint}.")


# explain


def _explanation(explanation: Explanation, key: Key, book: RuleBook, moments: int) -> dict[str, Any]:
    return {
        "book": book.name,
        "key": str(key),
        "metre": str(explanation.melody.metre),
        "events": explanation.melody.events.tolist(),
        "lowest": explanation.melody.vocabulary.lowest,
        "off": book.quarantined,
        "values": {name: row.tolist() for name, row in zip(explanation.rules, explanation.values, strict=True)},
        "reward": float(explanation.values.sum()),
        "moments": [
            {"step": moment.step, "place": explanation.place(moment.step), "rule": moment.rule, "value": moment.value}
            for moment in explanation.moments(moments)
        ],
    }


def _print_totals(explanation: Explanation) -> None:
    bars = max(explanation.melody.bars, 1)
    rows = [
        (name, f"{row.sum():+.2f}", f"{row.sum() / bars:+.2f}", str((row > 0).sum()), str((row < 0).sum()))
        for name, row in zip(explanation.rules, explanation.values, strict=True)
    ]
    total = explanation.values.sum()
    _table(
        ("rule", "in all", "a bar", "praised", "blamed"),
        [*rows, ("all rules", f"{total:+.2f}", f"{total / bars:+.2f}", "", "")],
    )


# score


def _read_events(path: Path) -> list[Melody]:
    """Read a JSON list of event lists.

    Raises:
        BadFile: it is none, or holds a number that is no event; melody and step are told.
    """
    if str(path) == "-":
        if sys.stdin.isatty():
            raise BadInput("There are no melodies; give --events FILE, or pipe JSON into this command.")
        data, name = sys.stdin.buffer.read(), "the standard input"
    else:
        data, name = files.read_bytes(path, "list of melodies", _LARGEST), str(path)
    melodies: list[Melody] = []
    try:
        for number, events in enumerate(msgspec.json.decode(data, type=list[list[int]])):
            where = f"{name}, melody {number}"
            if not events:
                raise BadFile(f"{where}: it has no events.")
            melodies.append(Melody.of(events))
    except msgspec.MsgspecError as error:
        raise BadFile(f"{name} is no JSON list of lists of events: {error}.") from error
    except BadInput as error:
        raise error if isinstance(error, BadFile) else BadFile(f"{where}: {error}") from error
    return melodies


def _scored(book: RuleBook, melody: Melody, context: Any) -> dict[str, Any]:
    # Adding 0 makes -0 a plain 0.
    values = book.score(melody.events[None].astype(np.int64), context)[:, 0] + 0.0
    weights = np.array([book.weights[rule.name] for rule in book.rules])
    return {
        "values": {rule.name: row.tolist() for rule, row in zip(book.rules, values, strict=True)},
        "reward": (weights @ values).tolist(),
    }
