"""The config file and the environment, checked key by key before any command sees them."""

from __future__ import annotations

import dataclasses
import os
import tomllib
from typing import TYPE_CHECKING, Any

from live_composer import files
from live_composer.config import COMMANDS
from live_composer.errors import BadFile, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PREFIX = "LIVE_COMPOSER_"
_LARGEST = 64 << 10
_OF_THE_SYSTEM = {"LIVE_COMPOSER_HOME", "LIVE_COMPOSER_CONFIG"}


def read_config(path: Path, *, must_exist: bool = False) -> dict[str, Any]:
    """Read the config file; unless it must exist, a missing file is an empty one.

    Raises:
        BadFile: it is no TOML, or a section or key is unknown (file, line and nearest valid name are told).
    """
    if not must_exist and not os.path.lexists(path):
        return {}
    try:
        text = files.read_bytes(path, "config file", _LARGEST, may_be_empty=True).decode()
        config = tomllib.loads(text)
    # Numbers too long and lists too deep for Python are no TOML that anyone means either.
    except (ValueError, RecursionError) as error:
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
            raise BadFile(f"The environment variable {name} means nothing here; {nearest(name, sorted(known))}")


def _check(section: Mapping[str, Any], command: tuple[str, ...], text: str, path: Path) -> None:
    options = _options(command)
    depth = len(command)
    below = {other[depth] for other in COMMANDS if len(other) > depth and other[:depth] == command}
    for key, value in section.items():
        here = (*command, key)
        if key in below and isinstance(value, dict):
            _check(value, here, text, path)  # pyright: ignore[reportUnknownArgumentType]
            continue
        if key in below:
            fault = f"`{key}` is a section; write [{'.'.join(here)}]."
        elif key not in options:
            where = f"in [{'.'.join(command)}] " if command else ""
            fault = f"`{key}` {where}is no setting; {nearest(key, sorted(options | below))}"
        elif isinstance(value, dict):
            fault = f"`{key}` is an option, not a section; write `{key} = ...`."
        else:
            continue
        raise BadFile(f"{path}, line {_line(text, here)}: {fault}")


def _options(command: tuple[str, ...]) -> set[str]:
    return {field.name for field in dataclasses.fields(COMMANDS[command])} if command in COMMANDS else set()


def _line(text: str, keys: tuple[str, ...]) -> int:
    """Return the line that sets `keys`: the first up to which the file, cut there, holds them."""
    lines = text.splitlines(keepends=True)
    return next((number for number in range(1, len(lines)) if _holds("".join(lines[:number]), keys)), len(lines))


def _holds(text: str, keys: tuple[str, ...]) -> bool:
    try:
        node: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    for key in keys:
        if not isinstance(node, dict) or key not in node:
            return False
        node = node[key]  # pyright: ignore[reportUnknownVariableType]
    return True
