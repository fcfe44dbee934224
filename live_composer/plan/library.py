"""The planner's library: models, rule books and rules by name, loaded once, and again when their files change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from live_composer import files, paths
from live_composer.errors import LiveComposerError
from live_composer.plan import engine
from live_composer.policy import checkpoint
from live_composer.rules import book_file, discovery
from live_composer.rules.book import RuleBook
from live_composer.rules.discovery import Plugin, Plugins, Status

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from pathlib import Path

    from live_composer.files import Stamp
    from live_composer.plan.ear import Ear
    from live_composer.plan.guard import Guard
    from live_composer.policy.checkpoint import Checkpoint

MODELS_KEPT = 8


class _Model(NamedTuple):
    stamp: Stamp
    ear: Ear
    prior: str


class _Book(NamedTuple):
    stamp: Stamp
    book: RuleBook


class Library:
    """Models, books and rules, as their files are now.

    What was changed and cannot be used any more is refused with a notice, and its earlier version stays in use.
    """

    def __init__(
        self,
        engine: str,
        folders: Sequence[Path] = (),
        models: Sequence[Path] | None = None,
        guard: Guard | None = None,
    ) -> None:
        """Make a library that has loaded nothing.

        Args:
            engine: what models are made for, as `engine.choose` names it.
            folders: of the user's own rule files and books.
            models: the folders that models come from, by name alone; without any, they are found by path as well.
            guard: watches over what rule files do.
        """
        self._engine, self._folders, self._shelves, self._guard = engine, list(folders), models, guard
        self._models: OrderedDict[str, _Model] = OrderedDict()
        self._books: dict[str, _Book] = {}
        self._plugins = Plugins()
        self._plugins_stamp: Stamp = ()
        self._notices: dict[str, str] = {}
        # Another thread may load what the next plan needs while this one plans.
        self._loading = threading.Lock()

    @property
    def notices(self) -> list[str]:
        """What is wrong with files, one line each."""
        return self.notices_beside(())

    def notices_beside(self, told: Container[str]) -> list[str]:
        """Return what is wrong with files, one line each, but for plug-ins that were told of by their names."""
        unusable = [
            f"{plugin.name} {plugin.told}." for plugin in self._plugins.unusable.values() if plugin.name not in told
        ]
        return [*self._notices.values(), *unusable]

    def prepare(self, models: Iterable[str], book: str, *, rules: bool = False) -> None:
        """Load what is new or was changed.

        Args:
            models: by name.
            book: by name, empty for none.
            rules: whether rules are wanted without a book.

        Raises:
            BadModel, BadFile: one is not there, or damaged, and there is no earlier version of it.
        """
        with self._loading:
            for name in models:
                self._prepare_model(name)
            if book or rules:
                self._prepare_rules()
            if book:
                self._prepare_book(book)

    def model(self, name: str) -> Ear:
        """Return the ear of a model that was prepared."""
        if name not in self._models:  # Many others were asked for since.
            self.prepare([name], "")
        return self._models[name].ear

    def prior_of(self, name: str) -> Ear:
        """Return the ear of the Note RNN that a prepared model was tuned from; of the model itself, if it is none."""
        self.model(name)
        return self.model(self._models[name].prior or name)

    def book(self, name: str, weights: dict[str, float]) -> RuleBook:
        """Return a book that was prepared, with other weights; known rules that it does not have join it.

        Which of its rules are switched off is shared by all who use it, until one of its files is changed.
        """
        book = self._books[name].book if name else RuleBook("", [], {})
        known = self._plugins.rules
        joining = [known[rule] for rule in weights if rule not in book.weights and rule in known]
        changed = {rule: weight for rule, weight in weights.items() if rule in book.weights or rule in known}
        return replace(book, rules=[*book.rules, *joining], weights={**book.weights, **changed})

    def _prepare_model(self, name: str) -> None:
        earlier = self._models.get(name)
        try:
            card = checkpoint.find(name, self._shelves)
            stamp = files.stamp([card, card.with_suffix(".safetensors")])
            if earlier is None or earlier.stamp != stamp:
                loaded = checkpoint.load(name, self._shelves)
                self._models[name] = _Model(stamp, engine.ear(loaded, self._engine), self._prepare_prior(loaded))
            self._notices.pop(name, None)
        except LiveComposerError as error:
            self._refuse(name, error, earlier)
        self._models.move_to_end(name)
        while len(self._models) > MODELS_KEPT:
            self._models.popitem(last=False)

    def _prepare_prior(self, tuned: Checkpoint) -> str:
        """Load the Note RNN that a model was tuned from; return its name, empty if there is none."""
        tuning, notice = tuned.card.tuning, f"prior of {tuned.card.name}"
        self._notices.pop(notice, None)
        if tuning is None:
            return ""
        try:
            same = checkpoint.card(tuning.prior, self._shelves).sha256 == tuning.prior_sha256
        except LiveComposerError:
            same = False
        if not same:
            self._notices[notice] = (
                f"{tuned.card.name} was tuned from {tuning.prior}, which is not at hand as it was then: "
                "rules are judged on top of what it was tuned to."
            )
            return ""
        self._prepare_model(tuning.prior)
        return tuning.prior

    def _prepare_rules(self) -> None:
        folders = [paths.shipped("plugins"), *self._folders]
        stamp = files.stamp([path for folder in folders for path in sorted(folder.glob("*.py"))])
        if stamp != self._plugins_stamp:
            self._plugins = _with_earlier(discovery.discover(self._folders, self._load_file), self._plugins)
            self._plugins_stamp = stamp

    def _load_file(self, path: Path) -> list[Plugin]:
        """Load a file of the user's own, unless an earlier planner did not come to an end in it."""
        if self._guard is None:
            return discovery.load_file(path)
        if trouble := self._guard.trouble(path):
            return [Plugin(path.stem, str(path), Status.QUARANTINED, reason=trouble)]
        with self._guard.limit():
            return discovery.load_file(path)

    def _prepare_book(self, name: str) -> None:
        earlier = self._books.get(name)
        try:
            path = book_file.find(name, self._folders)
            stamp = (*files.stamp([path]), *self._plugins_stamp)
            if earlier is None or earlier.stamp != stamp:
                with self._guard.limit() if self._guard else nullcontext():
                    self._books[name] = _Book(stamp, book_file.load(path, self._plugins, forgiving=True))
            self._notices.pop(name, None)
        except LiveComposerError as error:
            self._refuse(name, error, earlier)

    def _refuse(self, name: str, error: LiveComposerError, earlier: object) -> None:
        if earlier is None:
            raise error
        self._notices[name] = f"{error} The earlier version of {name} is used on."


def _with_earlier(now: Plugins, before: Plugins) -> Plugins:
    """Return the plug-ins that there are now; where a file cannot be used any more, its earlier rules stay."""
    broken = {plugin.source for plugin in now.unusable.values()}
    for name, plugin in before.loaded.items():
        if name not in now.loaded and plugin.source in broken:
            now.loaded[name] = plugin
    return now
