"""What every message is."""

from __future__ import annotations

import msgspec


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag=_snake):
    """What every message is: frozen, tagged with its name, strict about its fields."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What parts of messages are: frozen, and strict about their fields."""
