"""Discovery: rules from installed packages, from the shipped plug-ins, and from folders that the user named.

Later ones win over earlier ones of the same name, and say so. What cannot be used is told in one line and left out; it
never stops a run.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from enum import StrEnum
from importlib.machinery import SourceFileLoader
from importlib.metadata import entry_points
from types import ModuleType
from typing import TYPE_CHECKING

from live_composer import paths
from live_composer.errors import BadFile
from live_composer.rules.check import faults
from live_composer.rules.rule import Rule
from live_composer.rules.trouble import told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from types import CodeType

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
        source: where it comes from: a path, or the package and its entry point.
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

    @property
    def is_file(self) -> bool:
        """Whether it is a file whose rules are not known, because it could not be loaded."""
        return self.rule is None and self.source.endswith(f"{self.name}.py")

    @property
    def told(self) -> str:
        """What became of it, in one line."""
        return f"{self.status} ({self.source}): {self.reason}" if self.reason else str(self.status)


@dataclass(frozen=True)
class Plugins:
    """All that was found.

    Attributes:
        loaded: what can be used, by rule name.
        unusable: what cannot, by rule name or file name.
    """

    loaded: dict[str, Plugin] = field(default_factory=dict[str, Plugin])
    unusable: dict[str, Plugin] = field(default_factory=dict[str, Plugin])

    @property
    def rules(self) -> dict[str, Rule]:
        """The rules that can be used, by name."""
        return {name: plugin.rule for name, plugin in self.loaded.items() if plugin.rule is not None}

    @property
    def notices(self) -> list[str]:
        """One line for each plug-in that cannot be used, and for each that wins over another of its name."""
        wins = [
            f"{plugin.name} of {plugin.source} is used instead of the one of {plugin.replaces}."
            for plugin in self.loaded.values()
            if plugin.replaces
        ]
        return [*(f"{plugin.name} {plugin.told}." for plugin in self.unusable.values()), *wins]


def discover(folders: Iterable[Path] = (), load: Callable[[Path], list[Plugin]] | None = None) -> Plugins:
    """Find every rule: installed packages first, then the shipped plug-ins, then `folders`.

    Args:
        folders: of the user's own rule files.
        load: loads a file of `folders`; without it, `load_file` does.

    Raises:
        BadFile: one of `folders` is no folder.
    """
    found = Plugins()
    for plugin in _all(list(folders), load or load_file):
        if plugin.rule is None:
            found.unusable[plugin.name] = plugin
            continue
        earlier = found.loaded.get(plugin.name)
        wins = earlier is not None and earlier.source != plugin.source
        found.loaded[plugin.name] = replace(plugin, replaces=earlier.source) if earlier and wins else plugin
    return found


def load_file(path: Path) -> list[Plugin]:
    """Return what a rule file holds, each rule proved against its contract."""
    return [_checked(item, str(path)) if isinstance(item, Rule) else item for item in import_file(path)]


def import_file(path: Path) -> list[Rule] | list[Plugin]:
    """Return the rules of a file, unproved, or the one plug-in that says why there are none."""
    if path.suffix != ".py":
        return [Plugin(path.stem, str(path), Status.FAILED, reason="it is no Python file (its name must end in .py)")]
    name = f"live_composer_plugin_{path.stem}"
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module
    try:
        _AsItIsNow(name, str(path)).exec_module(module)
    # Whatever a file of another's raises, SystemExit included, must not stop the music.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        del sys.modules[name]
        return [_failed(path.stem, str(path), error)]
    rules = _rules_of(module)
    if not rules:
        return [Plugin(path.stem, str(path), Status.FAILED, reason="it holds no rule (no @note_rule or @batch_rule)")]
    return rules


class _AsItIsNow(SourceFileLoader):
    """Reads the file itself: compiled code is kept by the second, and a file may be saved twice in one."""

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - a loader loads one module
        return self.source_to_code(self.get_data(self.path), self.path)


def _all(folders: list[Path], load: Callable[[Path], list[Plugin]]) -> Iterator[Plugin]:
    for entry in entry_points(group=GROUP):
        source = f"{entry.dist.name if entry.dist else 'package'}:{entry.value}"
        try:
            rules = _rules_of(entry.load())
        except (Exception, SystemExit) as error:  # noqa: BLE001
            yield _failed(entry.name, source, error)
            continue
        yield from (_checked(rule, source) for rule in rules)
    shipped = paths.shipped("plugins")
    for folder in [shipped, *folders]:
        if not folder.is_dir():
            raise BadFile(f"There is no plug-in folder at {folder}; check --plugins.")
        for path in files_of(folder):
            yield from (load_file if folder == shipped else load)(path)


def files_of(folder: Path) -> list[Path]:
    """Return the rule files of a folder."""
    return [path for path in sorted(folder.glob("*.py")) if not path.name.startswith(("_", "."))]


def _rules_of(value: object) -> list[Rule]:
    """Return the rules of a module, or the one rule that is given."""
    items = [value] if isinstance(value, Rule) else vars(value).values()
    return list({item.name: item for item in items if isinstance(item, Rule)}.values())


def _checked(rule: Rule, source: str) -> Plugin:
    wrong = faults(rule, quick=True)
    if wrong:
        return Plugin(rule.name, source, Status.QUARANTINED, reason=wrong[0])
    return Plugin(rule.name, source, Status.LOADED, rule)


def _failed(name: str, source: str, error: BaseException) -> Plugin:
    return Plugin(name, source, Status.FAILED, reason=told(error, source))
