"""Values are checked, changed and put back; a drag is one change; another book brings its own rules."""

from __future__ import annotations

import pytest

from live_composer.errors import BadInput
from live_composer.live.values import Values

WEIGHTS = {"house_key": 1.0, "house_leaps": 0.5}


def test_defaults_and_what_was_given():
    values = Values({"tempo": 96, "key": "d dorian"}, WEIGHTS)
    assert (values["tempo"], values["key"], values["swing"], values.weights) == (96.0, "D dorian", 50.0, WEIGHTS)
    with pytest.raises(BadInput, match="tempo: 1 is no number"):
        Values({"tempo": 1})


def test_a_change_tells_its_parameter_and_no_change_tells_none():
    values = Values()
    changed = values.set("tempo", "96", text=True)
    assert changed
    assert (changed.name, values["tempo"]) == ("tempo", 96.0)
    assert values.set("tempo", 96) is None
    with pytest.raises(BadInput, match="tempo: `fast`"):
        values.set("tempo", "fast", text=True)
    assert values["tempo"] == 96.0


def test_none_puts_the_default_back_and_for_a_rule_that_of_its_book():
    values = Values({"tempo": 96}, WEIGHTS)
    values.set("tempo", None)
    values.set("rule.house_leaps", 2)
    assert values.weights["house_leaps"] == 2
    values.set("rule.house_leaps", None)
    assert (values["tempo"], values.weights) == (120.0, WEIGHTS)


def test_undo_goes_back_change_by_change_and_a_drag_is_one():
    values = Values()
    for tempo in (110, 100, 90):
        values.set("tempo", tempo)
    values.set("key", "D")
    assert (values.undo_name, values.undo().name, values["key"]) == ("key", "key", "C major")
    assert (values.undo().name, values["tempo"], values.undo_name) == ("tempo", 120.0, "")
    with pytest.raises(BadInput, match="nothing to put back"):
        values.undo()


def test_another_book_brings_its_rules_and_keeps_what_both_have_as_it_was_set():
    values = Values(weights=WEIGHTS)
    values.set("rule.house_key", 3)
    values.set("rule.house_leaps", 2)
    values.use_rules({"house_key": 1.0, "mine": 0.25})
    assert values.weights == {"house_key": 3.0, "mine": 0.25}
    assert values.undo().name == "rule.house_key"
    with pytest.raises(BadInput, match="The book in use has no rule `house_leaps`"):
        values.find("rule.house_leaps")


def test_a_rule_is_added_once_and_the_others_stay_as_they_were_set():
    values = Values(weights={"leaps": 0.5})
    values.set("rule.leaps", 2.0)
    values.add_rule("calm")
    assert values.weights == {"leaps": 2.0, "calm": 1.0}
    with pytest.raises(BadInput, match="is in use"):
        values.add_rule("calm")
