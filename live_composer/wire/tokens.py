"""Tokens: what a musician shows to a host, and the file in which a host keeps what it needs to know them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from live_composer import files
from live_composer.errors import BadFile, BadInput
from live_composer.wire.door import digest

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = 1 << 20


def new(path: Path, name: str) -> str:
    """Make a token, add what is kept of it to the file, and return it; it is not kept itself.

    Raises:
        BadInput: the name is more than one word, or taken.
        BadFile, CannotWrite: the file is none of ours, or could not be written.
    """
    if len(name.split()) != 1:
        raise BadInput(f"`{name}` is no name for a token; give one word, such as whose it is.")
    text = _text(path)
    if name in _entries(path, text):
        raise BadInput(f"There is a token `{name}` already in {path}; take its line away first.")
    token = secrets.token_urlsafe(32)
    # An editor may have left the last line without an end.
    files.write_text(path, f"{text.rstrip()}\n{digest(token).hex()} {name}\n".lstrip())
    return token


def known(path: Path) -> list[bytes]:
    """Return what is kept of each token; nothing where there is no file.

    Raises:
        BadFile: it is none of ours.
    """
    return list(_entries(path, _text(path)).values())


def shown(path: Path) -> str:
    """Return the token that a file holds, as a musician keeps it.

    Raises:
        BadFile: it is missing, or holds no token.
    """
    words = files.read_bytes(path, "token file", _LARGEST).decode("ascii", "replace").split()
    if len(words) != 1:
        raise BadFile(f"{path} holds no token; it must be the one word that `live-composer host token new` printed.")
    return words[0]


def _text(path: Path) -> str:
    if not path.exists():
        return ""
    return files.read_bytes(path, "token file", _LARGEST, may_be_empty=True).decode("utf-8", "replace")


def _entries(path: Path, text: str) -> dict[str, bytes]:
    entries: dict[str, bytes] = {}
    for number, line in enumerate(text.splitlines(), 1):
        try:
            kept, name = line.split()
            entries[name] = bytes.fromhex(kept)
        except ValueError:
            raise BadFile(f"{path}, line {number}: this is no token's SHA-256 and name.") from None
        if len(entries[name]) != 32:  # noqa: PLR2004 - bytes of a SHA-256
            raise BadFile(f"{path}, line {number}: this is no token's SHA-256.")
    return entries
