"""The config file and the environment, checked key by key before any command sees them."""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
from typing import TYPE_CHECKING, Any

from live_composer import files
from live_composer.config import COMMANDS
from live_composer.errors import BadFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

PREFIX = "LIVE_COMPOSER_"
_OF_THE_SYSTEM = {"LIVE_COMPOSER_HOME", "LIVE_COMPOSER_CONFIG"}


def read_config(path: Path) -> dict[str, Any]:
    """Read the config file; a file that does not exist is an empty one.

    Raises:
        BadFile: it is no TOML, or a section or key is unknown (file, line and nearest valid name are told).
    """
    if not path.exists():
        return {}
    try:
        text = files.read_bytes(path, "config file", 1 << 20).decode()
        config = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadFile(f"{path} is no TOML: {error}.") from error
    _check(config, (), text, path)
    return config


def check_environment(environment: Mapping[str, str]) -> None:
    """Refuse variables of ours that mean nothing.

    Raises:
        BadFile: one of them is unknown; the nearest valid name is told.
    """
    known = _OF_THE_SYSTEM | {
        PREFIX + "_".join((*command, name)).upper() for command in COMMANDS for name in _options(command)
    }
    for name in environment:
        if name.startswith(PREFIX) and name not in known:
            raise BadFile(f"The environment variable {name} means nothing here; {_hint(name, known)}")


def _check(section: Mapping[str, Any], command: tuple[str, ...], text: str, path: Path) -> None:
    known = _options(command) | {
        other[len(command)] for other in COMMANDS if other[: len(command)] == command and len(other) > len(command)
    }
    for key, value in section.items():
        if key not in known:
            where = f"in [{' '.join(command)}] " if command else ""
            raise BadFile(f"{path}, line {_line(text, key)}: `{key}` {where}is no setting; {_hint(key, known)}")
        if isinstance(value, dict):
            _check(value, (*command, key), text, path)  # pyright: ignore[reportUnknownArgumentType]


def _options(command: tuple[str, ...]) -> set[str]:
    return {field.name for field in dataclasses.fields(COMMANDS[command])} if command in COMMANDS else set()


def _line(text: str, key: str) -> int:
    pattern = re.compile(rf"^\s*\[?\s*(?:[\w-]+\.)*[\"']?{re.escape(key)}\b")
    return next((number for number, line in enumerate(text.splitlines(), 1) if pattern.match(line)), 1)


def _hint(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(sorted(known))}."
