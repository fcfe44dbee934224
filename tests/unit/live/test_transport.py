"""The transport's states and what leads from one to another."""

from __future__ import annotations

import pytest

from live_composer.errors import BadInput
from live_composer.live.transport import Action, State, Transport


@pytest.mark.parametrize(
    ("actions", "state"),
    [
        ([], "stopped"),
        (["play"], "counting in"),
        (["play", "begin"], "playing"),
        (["play", "begin", "pause"], "paused"),
        (["play", "begin", "pause", "play", "begin", "stop", "play"], "counting in"),
        (["play", "begin", "pause", "stop"], "stopped"),
        (["play", "stop"], "stopped"),
    ],
)
def test_actions_lead_to_states(actions: list[Action], state: State):
    transport = Transport()
    for action in actions:
        transport.move(action)
    assert transport.state == state


@pytest.mark.parametrize("actions", [["stop"], ["pause"], ["begin"], ["play", "play"], ["play", "pause"]])
def test_what_makes_no_sense_is_told_and_changes_nothing(actions: list[Action]):
    transport = Transport()
    for action in actions[:-1]:
        transport.move(action)
    before = transport.state
    with pytest.raises(BadInput, match=f"`{actions[-1]}` does nothing now"):
        transport.move(actions[-1])
    assert transport.state == before
