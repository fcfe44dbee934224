"""Rule books: which rules, how heavy, with what parameters, in what key. A book is a small TOML file::

help = "Folk, but calm."
key = "D dorian"

[rules]
house_key = 1.0
house_leaps = { weight = 0.5, widest = 7 }
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from live_composer import files, paths
from live_composer.errors import BadFile, BadInput
from live_composer.music.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from live_composer.rules.context import Context
    from live_composer.rules.rule import Rewards, Rule, Tokens

_KEYS = {"help", "key", "length", "rules"}


@dataclass
class RuleBook:
    """A list of rules with weights.

    Attributes:
        name: the file's name without its ending.
        rules: the rules, with the book's parameters.
        weights: by rule name.
        key: the key of the book.
        length: steps of its melodies, None for endless playing.
        help: what the book is for.
        quarantined: rules that raised or returned nonsense while in use, with the reason; they count as 0 from then on.
    """

    name: str
    rules: list[Rule]
    weights: dict[str, float]
    key: Key = field(default_factory=Key)
    length: int | None = None
    help: str = ""
    quarantined: dict[str, str] = field(default_factory=dict[str, str])

    def score(self, melodies: Tokens, context: Context) -> Rewards:
        """Return every rule's own value, unweighted: (rules, melodies, steps)."""
        return np.stack([self._judge(rule, melodies, context) for rule in self.rules])

    def reward(self, melodies: Tokens, context: Context) -> Rewards:
        """Return the weighted sum of all rules: (melodies, steps)."""
        weights = np.array([self.weights[rule.name] for rule in self.rules])
        return np.tensordot(weights, self.score(melodies, context), axes=1)

    def _judge(self, rule: Rule, melodies: Tokens, context: Context) -> Rewards:
        if rule.name in self.quarantined:
            return np.zeros(melodies.shape)
        try:
            rewards = rule(melodies, context)
            if rewards.shape == melodies.shape and np.isfinite(rewards).all():
                return rewards
            reason = f"it returned {'values that are not finite' if rewards.shape == melodies.shape else rewards.shape}"
        # A rule that raises is switched off and named; the music goes on.
        except Exception as error:  # noqa: BLE001
            reason = f"it raised {type(error).__name__}: {error}"
        self.quarantined[rule.name] = reason
        return np.zeros(melodies.shape)


def find(name: str, folders: Iterable[Path] = ()) -> Path:
    """Return the file of a book, by name in `folders` or among the shipped ones, or by path.

    Raises:
        BadFile: there is none; the nearest name is told.
    """
    places = [*folders, paths.shipped("plugins")]
    for path in [folder / f"{name}.toml" for folder in places]:
        if path.is_file():
            return path
    given = Path(name).expanduser()
    if given.suffix == ".toml" and given.is_file():
        return given
    known = sorted({path.stem for folder in places for path in folder.glob("*.toml")})
    raise BadFile(f"There is no rule book `{name}`; {_hint(name, known)}")


def load(path: Path, known: Mapping[str, Rule]) -> RuleBook:
    """Read a rule book.

    Args:
        path: the TOML file.
        known: the rules that were found, by name.

    Raises:
        BadFile: it is no TOML, has an unknown key, names an unknown rule or parameter, or a weight is no number.
    """
    try:
        table = tomllib.loads(files.read_bytes(path, "rule book", 1 << 20).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadFile(f"{path} is no TOML: {error}.") from error
    for key in table:
        if key not in _KEYS:
            raise BadFile(f"{path}: `{key}` is no setting of a rule book; {_hint(key, _KEYS)}")
    entries = table.get("rules")
    if not isinstance(entries, dict) or not entries:
        raise BadFile(f"{path} has no rules; list them under [rules], such as `house_key = 1.0`.")
    try:
        rules, weights = _read_rules(cast("dict[str, Any]", entries), known)
        key = Key.parse(str(table.get("key", "C major")))
    except BadInput as error:
        raise BadFile(f"{path}: {error}") from error
    length = table.get("length")
    if length is not None and not (isinstance(length, int) and length > 0):
        raise BadFile(f"{path}: length is {length!r}, and must be a number of steps.")
    return RuleBook(path.stem, rules, weights, key, length, str(table.get("help", "")))


def _read_rules(entries: dict[str, Any], known: Mapping[str, Rule]) -> tuple[list[Rule], dict[str, float]]:
    rules: list[Rule] = []
    weights: dict[str, float] = {}
    for name, entry in entries.items():
        if name not in known:
            raise BadInput(f"there is no rule `{name}`; {_hint(name, known)}")
        parameters = dict(cast("dict[str, Any]", entry)) if isinstance(entry, dict) else {"weight": entry}
        weight = parameters.pop("weight", 1.0)
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not np.isfinite(weight):
            raise BadInput(f"the weight of `{name}` is {weight!r}, and must be a number.")
        rules.append(known[name].having(**parameters))
        weights[name] = float(weight)
    return rules, weights


def _hint(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(sorted(known)) or 'none'}."
