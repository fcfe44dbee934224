"""Write docs/wire.md: every message on the wire, field by field, as the structs themselves declare and explain them."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgspec
from msgspec.inspect import (
    AnyType,
    BoolType,
    DictType,
    Field,
    FloatType,
    IntType,
    ListType,
    NoneType,
    StrType,
    StructType,
    UnionType,
    type_info,
)  # fmt: skip

from live_composer.wire import learning, messages, screen
from live_composer.wire.base import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = f"""# The wire protocol

What the processes say to each other, version {messages.PROTOCOL}. This page is written from the structs that are sent
(`live_composer/wire/`). A program of yours may speak it too: a light show, a score, a controller.

- **Where.** The daemon listens at a socket that only its user can open; `live-composer status --json` tells its path as
  `address`. On Windows the path is a small file that holds a loopback port and a secret, to be shown as
  `Authorization: Bearer SECRET`. A [host](host.md) listens at `wss://HOST:PORT` and wants its token in the same way.
- **How.** A websocket, on the local socket too (any host name will do in its request). Each message is one binary frame
  of [msgpack](https://msgpack.org), at most {messages.LARGEST_MESSAGE:,} bytes: a map that holds its name as `type`.
  Parts are maps as well, or arrays of their fields where they say so. Fields with a default may be left out; unknown
  fields and wrong types are refused.
- **First** both sides say `hello`, with the version that they speak. Another version is refused in words.
- **Roles.** Who says `screen` to a daemon is sent a `frame` whenever something changes, at most
  {screen.FRAMES_PER_SECOND} a second and the newest only; who says `control` is told what it asks; `musician` asks a
  planner.
- **Tickets.** A question may hold a number of the asker's own; `done`, `failed`, `reasons` or `catalogue` bring it
  back.

A program that is told of every change, in Python:

```python
import asyncio
from pathlib import Path

from live_composer.wire import channel
from live_composer.wire.messages import Hello


async def watch(address: str) -> None:
    daemon = await channel.connect(Path(address), Hello("screen"))
    async for message in daemon:
        print(message)
```
"""
GROUPS = {
    "Everyone": (messages.Hello, screen.Failed),
    "Musician and planner": (messages.PlanRequest, messages.Plan, messages.PlanFailed),
    "Screen and daemon": get_args(screen.ScreenMessage),
    "Screen and learner": get_args(learning.LearningMessage),
}


def page() -> str:
    """Return the page."""
    written = [HEAD]
    told: set[type] = set()
    for title, kinds in GROUPS.items():
        written.append(f"## {title}\n")
        for kind in (one for message in kinds for one in (message, *parts(message))):
            if kind not in told:
                told.add(kind)
                written.append(_section(kind))
    commands = "\n".join(f"| `{name}` | {what} |" for name, what in screen.COMMANDS.items())
    written.append(
        f"## Commands\n\nWhat `command` may name, and its value in braces.\n\n| name | |\n|---|---|\n{commands}\n"
    )
    return "\n".join(written)


def main() -> None:
    """Write the page."""
    (Path(__file__).parents[1] / "docs" / "wire.md").write_text(page())


def explained(kind: type) -> dict[str, str]:
    """Return what a struct's docstring says of each field."""
    _, _, attributes = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")
    found: dict[str, str] = {}
    for entry in re.split(r"\n    (?=\S)", "\n" + attributes):
        names, colon, meaning = entry.partition(":")
        if colon:
            found |= {name.strip(): " ".join(meaning.split()) for name in names.split(",")}
    return found


def _section(kind: type) -> str:
    info = type_info(kind)
    assert isinstance(info, StructType)
    about = inspect.cleandoc(kind.__doc__ or "").partition("\n\nAttributes:")[0]
    tag = f"`{info.tag}`" if info.tag else f"{kind.__name__}, a part{': an array' if info.array_like else ''}"
    meanings = explained(kind)
    rows = [
        f"| `{one.name}` | {_type(one.type)} | {_default(one)} | {meanings.get(one.name, '')} |" for one in info.fields
    ]
    table = ["| field | what it is | default | |", "|---|---|---|---|", *rows] if rows else []
    return "\n".join([f"### {tag}\n", about, "", *table, ""])


def parts(kind: type) -> Iterator[type]:
    """Yield the structs that a message holds, and those that they hold."""
    info = type_info(kind)
    assert isinstance(info, StructType)
    for one in info.fields:
        for held in _structs(one.type):
            yield held
            yield from parts(held)


def _structs(info: Any) -> Iterator[type]:
    match info:
        case StructType(cls=kind):
            yield kind
        case ListType(item_type=item):
            yield from _structs(item)
        case UnionType(types=types):
            for one in types:
                yield from _structs(one)
        case _:
            pass


def _type(info: Any) -> str:
    match info:
        case IntType() | FloatType():
            return f"{'int' if isinstance(info, IntType) else 'float'}{_range(info)}"
        case StrType() | BoolType() | NoneType() | AnyType():
            return {StrType: "text", BoolType: "true or false", NoneType: "nil", AnyType: "anything"}[type(info)]
        case ListType(item_type=item):
            most = f", at most {info.max_length}" if info.max_length is not None else ""
            each = _type(item)
            return f"list of {f'({each})' if isinstance(item, ListType) else each}{most}"
        case DictType(value_type=value):
            return f"map of {_type(value)}"
        case UnionType(types=types):
            return " or ".join(_type(one) for one in types)
        case StructType(cls=kind):
            return kind.__name__ if issubclass(kind, Part) else f"`{info.tag}`"
        case _:
            raise TypeError(info)


def _range(info: IntType | FloatType) -> str:
    if info.gt is not None:
        return f" above {info.gt:g}" + (f", to {info.le:g}" if info.le is not None else "")
    if info.ge is None:
        return ""
    return f" from {info.ge:g}" + (f" to {info.le:g}" if info.le is not None else "")


def _default(one: Field) -> str:
    if one.required:
        return "required"
    value = one.default_factory() if one.default is msgspec.NODEFAULT else one.default
    plain = msgspec.to_builtins(value) if isinstance(value, msgspec.Struct) else value
    if plain in ("", [], {}) or isinstance(plain, dict):
        return "empty" if plain in ("", [], {}) else "its defaults"
    return f"`{'nil' if plain is None else str(plain).lower() if isinstance(plain, bool) else plain}`"


if __name__ == "__main__":
    main()
