"""Sources by name: folders, files and collections, with the files to read in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from live_composer import files
from live_composer.corpus import collections
from live_composer.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

MIDI = (".mid", ".midi", ".kar")
ABC = (".abc",)
MUSICXML = (".musicxml", ".xml", ".mxl")
_KINDS = (*MIDI, *ABC, *MUSICXML)

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Files:
    """A source and its files.

    Attributes:
        name: as it was asked for.
        licence: what is known of the right to use it; empty for folders, whose files may say something themselves.
        root: the folder that the names of files are told from.
        paths: the files, in order.
    """

    name: str
    licence: str
    root: Path
    paths: list[Path]


def find(names: tuple[str, ...], licence: str = "") -> list[Files]:
    """Find the files of all sources.

    Args:
        names: `default`, collections (`music21:oneills1850`), folders, files.
        licence: what to say of folders and files.

    Raises:
        BadInput: a source is unknown, missing, or holds nothing that can be read.
        MissingExtra: a collection's package is not installed.
    """
    if not names:
        raise BadInput("Name what to build from: `default`, a folder of MIDI, ABC or MusicXML, or music21:NAME.")
    expanded = [one for name in names for one in (collections.DEFAULT if name == DEFAULT else (name,))]
    return [_find(name, licence) for name in dict.fromkeys(expanded)]


def _find(name: str, licence: str) -> Files:
    if name.startswith(collections.PREFIX):
        collection, folder = collections.find(name)
        return Files(name, collection.licence, folder, _within(folder))
    path = files.given(name)
    if path.is_dir():
        paths = _within(path)
        if not paths:
            raise BadInput(f"{path} holds no file that can be read ({', '.join(_KINDS)}).")
        return Files(name, licence, path, paths)
    if not path.exists():
        raise BadInput(f"There is no folder or file `{name}`; collections are called like {collections.DEFAULT[0]}.")
    if path.suffix.lower() not in _KINDS:
        raise BadInput(f"`{name}` is of a kind that is not read; these are: {', '.join(_KINDS)}.")
    return Files(name, licence, path.parent, [path])


def _within(folder: Path) -> list[Path]:
    """Return all files that can be read, in an order that is the same on every system."""
    found = [path for path in folder.rglob("*") if path.suffix.lower() in _KINDS and not path.name.startswith(".")]
    return sorted((path for path in found if path.is_file()), key=lambda path: path.relative_to(folder).parts)
