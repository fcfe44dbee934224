"""The page of the wire tells every field of every message."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

import msgspec
import pytest

import scripts
from live_composer.wire import messages
from live_composer.wire.messages import AnyMessage
from live_composer.wire.screen import COMMANDS

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return scripts.load("wire_page")


def test_every_message_and_command_has_its_place(script: ModuleType):
    page = script.page()
    for kind in get_args(AnyMessage):
        assert f"### `{kind.__struct_config__.tag}`\n" in page
    for name in COMMANDS:
        assert f"| `{name}` |" in page
    assert f"version {messages.PROTOCOL}." in page


def test_every_field_is_explained(script: ModuleType):
    for kind in get_args(AnyMessage):
        for held in (kind, *script.parts(kind)):
            assert {field.name for field in msgspec.structs.fields(held)} == script.explained(held).keys(), (
                held.__name__
            )


def test_a_range_and_a_default_are_told(script: ModuleType):
    page = script.page()
    assert "| `horizon` | int from 1 to 512 | required | how many steps to plan. |" in page
    assert "| `temperature` | float above 0, to 10 | `1.0` | of sampling. |" in page
