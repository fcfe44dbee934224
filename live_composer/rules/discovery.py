"""Discovery: rules from installed packages, from the shipped plug-ins, and from folders that the user named.

Later ones win over earlier ones of the same name, and say so. What cannot be used is told in one line and left out; it
never stops a run.
"""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from live_composer import paths
from live_composer.errors import BadFile
from live_composer.rules.check import faults
from live_composer.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from types import ModuleType

GROUP = "live_composer.rules"
"""The entry-point group of rule packages: each entry names a module that holds rules, or one rule."""


class Status(StrEnum):
    """What became of a plug-in."""

    LOADED = "loaded"
    FAILED = "failed to load"
    QUARANTINED = "quarantined"


@dataclass(frozen=True)
class Plugin:
    """One rule, or one file that gave none.

    Attributes:
        name: the rule's name, or the file's.
        source: where it comes from: a path, or the package's entry point.
        status: what became of it.
        rule: the rule, when loaded.
        reason: why it is not, in one line.
        replaces: the source of the rule of the same name that this one wins over.
    """

    name: str
    source: str
    status: Status
    rule: Rule | None = None
    reason: str = ""
    replaces: str = ""


@dataclass(frozen=True)
class Plugins:
    """All that was found, by name."""

    found: dict[str, Plugin] = field(default_factory=dict[str, Plugin])

    @property
    def rules(self) -> dict[str, Rule]:
        """The rules that can be used, by name."""
        return {name: plugin.rule for name, plugin in self.found.items() if plugin.rule is not None}

    @property
    def troubles(self) -> list[str]:
        """One line for each plug-in that cannot be used."""
        return [
            f"{plugin.name} ({plugin.source}) is {plugin.status}: {plugin.reason}."
            for plugin in self.found.values()
            if plugin.status is not Status.LOADED
        ]


def discover(folders: Iterable[Path] = ()) -> Plugins:
    """Find every rule: installed packages first, then the shipped plug-ins, then `folders`.

    Raises:
        BadFile: one of `folders` is no folder.
    """
    found: dict[str, Plugin] = {}
    for plugin in _all(list(folders)):
        earlier = found.get(plugin.name)
        if earlier is not None and earlier.source != plugin.source:
            plugin = Plugin(**{**vars(plugin), "replaces": earlier.source})  # noqa: PLW2901
        found[plugin.name] = plugin
    return Plugins(found)


def load_file(path: Path) -> list[Plugin]:
    """Return what a rule file holds, each rule checked against its contract."""
    name = f"live_composer_plugin_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    # Whatever a file of another's raises, SystemExit included, must not stop the music.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        return [_failed(path.stem, str(path), error)]
    rules = list(_rules_of(module))
    if not rules:
        return [Plugin(path.stem, str(path), Status.FAILED, reason="it holds no rule (no @note_rule or @batch_rule)")]
    return [_checked(rule, str(path)) for rule in rules]


def _all(folders: list[Path]) -> Iterator[Plugin]:
    for entry in entry_points(group=GROUP):
        source = f"{entry.dist.name if entry.dist else 'package'}:{entry.value}"
        try:
            value: Any = entry.load()
        except (Exception, SystemExit) as error:  # noqa: BLE001
            yield _failed(entry.name, source, error)
            continue
        for rule in [value] if isinstance(value, Rule) else _rules_of(value):
            yield _checked(rule, source)
    for folder in [paths.shipped("plugins"), *folders]:
        if not folder.is_dir():
            raise BadFile(f"There is no plug-in folder at {folder}; check --plugins.")
        for path in sorted(folder.glob("*.py")):
            if not path.name.startswith(("_", ".")):
                yield from load_file(path)


def _rules_of(module: ModuleType) -> Iterator[Rule]:
    seen: set[str] = set()
    for value in list(vars(module).values()):
        if isinstance(value, Rule) and value.name not in seen:
            seen.add(value.name)
            yield value


def _checked(rule: Rule, source: str) -> Plugin:
    wrong = faults(rule, count=4)
    if wrong:
        return Plugin(rule.name, source, Status.QUARANTINED, reason=wrong[0])
    return Plugin(rule.name, source, Status.LOADED, rule)


def _failed(name: str, source: str, error: BaseException) -> Plugin:
    return Plugin(name, source, Status.FAILED, reason=f"{type(error).__name__}: {error}")
