"""What every message is, and what many of them hold."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

Ticket = Annotated[int, Meta(ge=0)]
"""A number of the asker's own; the answer carries it. 0 asks for no answer, though an error is told nevertheless."""
Value: TypeAlias = bool | int | float | str
"""What a parameter's value may be; `live_composer.parameters` knows which."""


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag=_snake):
    """What every message is: frozen, tagged with its name, strict about its fields."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What parts of messages are: frozen, and strict about their fields."""
