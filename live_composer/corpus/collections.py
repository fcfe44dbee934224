"""Collections that come with music21, by name, so that anyone can build the default corpus from packages alone.

They are read from the installed package by path; music21 itself, which is slow to import, is never imported.
"""

from __future__ import annotations

import difflib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from live_composer.errors import BadInput, MissingExtra

PREFIX = "music21:"
_FOLK = (
    "The tunes were printed in {years} and are in the public domain; the encodings come with music21 by permission of "
    "their encoders, without a written licence."
)


@dataclass(frozen=True, slots=True)
class Collection:
    """A folder of music21's corpus.

    Attributes:
        name: its name there.
        title: what it holds.
        licence: what is known of the right to use it.
    """

    name: str
    title: str
    licence: str


COLLECTIONS = {
    item.name: item
    for item in (
        Collection("oneills1850", "O'Neill's Music of Ireland", _FOLK.format(years="1903")),
        Collection("ryansMammoth", "Ryan's Mammoth Collection of fiddle tunes", _FOLK.format(years="1883")),
        Collection("airdsAirs", "Aird's Scotch, English, Irish and Foreign Airs", _FOLK.format(years="1778 to 1801")),
        Collection(
            "miscFolk",
            "American fife music, and the Northumbrian Minstrelsy, edited by Jack Campin",
            _FOLK.format(years="1882 and before"),
        ),
        Collection(
            "essenFolksong",
            "the Essen folksong collection",
            "Its legal status is unclear (music21 says so); distributed by permission for non-commercial use. "
            "Do not publish models trained on it.",
        ),
    )
}  # fmt: skip

DEFAULT = tuple(PREFIX + name for name in ("oneills1850", "ryansMammoth", "airdsAirs", "miscFolk"))
"""What the source `default` stands for."""


def find(name: str) -> tuple[Collection, Path]:
    """Return a collection and its folder.

    Args:
        name: `music21:oneills1850`, ...

    Raises:
        BadInput: there is none of that name; the nearest is offered.
        MissingExtra: music21 is not installed.
    """
    collection = COLLECTIONS.get(name.removeprefix(PREFIX))
    if collection is None:
        near = difflib.get_close_matches(name.removeprefix(PREFIX), COLLECTIONS, n=1, cutoff=0.4)
        hint = f"did you mean `{PREFIX}{near[0]}`?" if near else f"there are: {', '.join(COLLECTIONS)}."
        raise BadInput(f"There is no collection `{name}`; {hint}")
    package = importlib.util.find_spec("music21")
    if package is None or package.origin is None:
        raise MissingExtra(f"The collection `{name}`", "corpus")
    folder = Path(package.origin).parent / "corpus" / collection.name
    if not folder.is_dir():
        raise BadInput(
            f"The installed music21 comes without `{collection.name}`; install the whole package: "
            "pip install --force-reinstall music21"
        )
    return collection, folder
