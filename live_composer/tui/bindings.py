"""Textual's bindings, made from the registry of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType

from live_composer.tui import actions

if TYPE_CHECKING:
    from collections.abc import Iterable


def bindings(*scopes: actions.Scope) -> list[BindingType]:
    """Return the bindings of some scopes."""
    return bindings_of(action for scope in scopes for action in actions.of(scope))


def bindings_of(some: Iterable[actions.Action]) -> list[BindingType]:
    """Return the bindings of some actions; the name of each is the id that a key map refers to."""
    return [
        Binding(
            ",".join(action.keys),
            f"command('{action.command}')" if action.command else action.name,
            action.title,
            show=action.footer,
            key_display=actions.shown_key(action.keys[0]),
            tooltip=action.help,
            id=action.name,
        )
        for action in some
    ]
