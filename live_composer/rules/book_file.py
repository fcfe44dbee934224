"""Rule books as files: which rules, how heavy, with what parameters, in what key.

A book is a small TOML file::

help = "Folk, but calm."
key = "D dorian"

[rules]
house_key = 1.0
house_leaps = { weight = 0.5, leap = 8 }
"""

from __future__ import annotations

import contextlib
import math
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from live_composer import files, paths
from live_composer.errors import BadFile, BadInput, nearest
from live_composer.music.key import Key
from live_composer.rules import check
from live_composer.rules.book import RuleBook
from live_composer.rules.context import PHRASE
from live_composer.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from live_composer.rules.discovery import Plugins

_KEYS = {"help", "key", "length", "phrase", "rules"}
_LARGEST = 1 << 20


def books(folders: Iterable[Path] = ()) -> dict[str, Path]:
    """Return the files of all books that can be named: the shipped ones, then those of `folders`; the later wins."""
    places = [paths.shipped("plugins"), *folders]
    return {path.stem: path for folder in places for path in sorted(folder.glob("*.toml"))}


def find(name: str, folders: Iterable[Path] = ()) -> Path:
    """Return the file of a book, by name in `folders` or among the shipped ones, or by path.

    Raises:
        BadFile: there is none; the nearest name is told.
    """
    if name.endswith(".toml"):
        return files.given(name)
    known = books(folders)
    if name not in known:
        beside = Path(f"{name}.toml").is_file()
        hint = f"{name}.toml lies here: add --plugins ." if beside else nearest(name, sorted(known))
        raise BadFile(f"There is no rule book `{name}`; {hint}")
    return known[name]


def load(path: Path, plugins: Plugins, *, forgiving: bool = False) -> RuleBook:
    """Read a rule book; its rules are proved anew where it gives them other parameters.

    Args:
        path: the TOML file.
        plugins: the rules that were found; those that are unusable are switched off in the book.
        forgiving: switch off unknown rules too, where a file could not be loaded that may hold them: while music plays,
            a slip in one file is not to cost the whole book.

    Raises:
        BadFile: it is no TOML, has an unknown key, names an unknown rule or parameter, or a weight is no number.
    """
    with _told(path):
        return _book(path.stem, _table(path), plugins, forgiving=forgiving)


def weights(path: Path) -> dict[str, float]:
    """Read which rules a book lists and how heavy they are; no plugin is loaded.

    Raises:
        BadFile: it is no TOML, lists no rules, or a weight is no number.
    """
    with _told(path):
        return {name: _weight(name, entry)[0] for name, entry in _entries(_table(path)).items()}


@contextlib.contextmanager
def _told(path: Path) -> Generator[None]:
    """Name the file in what is said of its faults."""
    try:
        yield
    # Numbers too long and lists too deep for Python are no TOML that anyone means either.
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{path} is no TOML: {error}.") from error
    except BadFile:
        raise
    except BadInput as error:
        raise BadFile(f"{path}: {error}") from error


def _table(path: Path) -> dict[str, Any]:
    return tomllib.loads(files.read_bytes(path, "rule book", _LARGEST).decode())


def _entries(table: dict[str, Any]) -> dict[str, Any]:
    entries = table.get("rules")
    if not isinstance(entries, dict) or not entries:
        raise BadInput("there are no rules; list them under [rules], such as `house_key = 1.0`.")
    return cast("dict[str, Any]", entries)


def _weight(name: str, entry: Any) -> tuple[float, dict[str, Any]]:
    """Return a rule's weight and parameters, as the book gives them."""
    parameters = dict(cast("dict[str, Any]", entry)) if isinstance(entry, dict) else {"weight": entry}
    weight = parameters.pop("weight", 1.0)
    with contextlib.suppress(TypeError, ValueError, OverflowError):
        if not isinstance(weight, bool | str) and math.isfinite(weight):
            return float(weight), parameters
    raise BadInput(f"the weight of `{name}` is {weight!r}, and must be a number.")


def _book(name: str, table: dict[str, Any], plugins: Plugins, *, forgiving: bool) -> RuleBook:
    for key in table:
        if key not in _KEYS:
            raise BadInput(f"`{key}` is no setting of a rule book; {nearest(key, sorted(_KEYS))}")
    entries = _entries(table)
    book = RuleBook(
        name,
        rules=[],
        weights={},
        key=Key.parse(_text(table, "key", str(Key()))),
        length=_count(table, "length"),
        phrase=_count(table, "phrase") or PHRASE,
        help=_text(table, "help", ""),
    )
    for rule, entry in entries.items():
        _add(book, rule, entry, plugins, forgiving=forgiving)
    return book


def _add(book: RuleBook, name: str, entry: Any, plugins: Plugins, *, forgiving: bool) -> None:
    """Add one rule, with the weight and parameters that the book gives it."""
    book.weights[name], parameters = _weight(name, entry)
    known = plugins.rules
    if name in known:
        rule = known[name].having(**parameters)
        wrong = check.faults(rule, quick=True) if parameters else []
        reason = f"with these parameters {wrong[0]}" if wrong else ""
    elif name in plugins.unusable:
        rule, reason = Rule(name), plugins.unusable[name].told
    elif forgiving and (broken := [plugin for plugin in plugins.unusable.values() if plugin.is_file]):
        rule, reason = Rule(name), f"there is no such rule, but perhaps in {broken[0].source}, {broken[0].reason}"
    else:
        raise BadInput(f"there is no rule `{name}`; {nearest(name, sorted(known))}")
    book.rules.append(rule)
    if reason:
        book.quarantined[name] = reason


def _text(table: dict[str, Any], key: str, default: str) -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise BadInput(f"`{key}` is {value!r}, and must be text.")
    return value


def _count(table: dict[str, Any], key: str) -> int | None:
    value = table.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise BadInput(f"`{key}` is {value!r}, and must be a whole number above 0.")
    return value
