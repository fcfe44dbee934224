"""The checking kit that ships with live-composer proves the contract; the rest is what these rules are about."""

from __future__ import annotations

import numpy as np
import pytest
from dorian_colour import dorian_cadence, dorian_sixth

from live_composer.music.key import Key
from live_composer.rules import Context, Rule
from live_composer.rules.check import faults

D_DORIAN = Context(key=Key.parse("D dorian"), length=None, phrase=1)
C, D, B = 14, 16, 25  # events: 2 is the C below middle C by an octave, and 14 middle C


@pytest.mark.parametrize("rule", [dorian_cadence, dorian_sixth], ids=["cadence", "sixth"])
def test_the_contract_is_kept(rule: Rule) -> None:
    assert faults(rule) == []


def test_the_sixth_is_asked_for_at_the_end_of_each_phrase() -> None:
    with_sixth = [D, 1, B, 1, *[1] * 12]
    without = [D, 1, C, 1, *[1] * 12]
    said = dorian_sixth(np.array([[*with_sixth, *without]]), D_DORIAN)[0]
    assert (said[15], said[31]) == (0.5, -0.5)
    assert np.count_nonzero(said) == 2


def test_home_is_reached_from_below() -> None:
    melody = np.array([[C, 1, 1, 1, D, *[1] * 11]])
    assert dorian_cadence(melody, D_DORIAN)[0, 4] == 0.5


def test_other_modes_are_left_alone() -> None:
    melody = np.array([[C, 1, 1, 1, D, *[1] * 11]])
    for rule in (dorian_cadence, dorian_sixth):
        assert not rule(melody, Context(key=Key.parse("D minor"), phrase=1)).any()
