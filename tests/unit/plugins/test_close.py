"""The rule of how a melody ends."""

from __future__ import annotations

import numpy as np
import pytest
from rule_music import rules_of

from live_composer.music.key import Key
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import DEFAULT, HOLD, NOTE_OFF
from live_composer.rules import Context

CLOSE = rules_of("close.py")["close"]
D, E = DEFAULT.event(62), DEFAULT.event(64)
D_MAJOR = Context(key=Key.parse("D"), length=16)


def said(ending: list[int], context: Context = D_MAJOR) -> list[float]:
    melody = [E, *[HOLD] * (15 - len(ending)), *ending]
    return CLOSE(np.array([melody]), context)[0].tolist()


@pytest.mark.parametrize(
    ("ending", "worth"),
    [
        ([D, HOLD, HOLD, HOLD], 1.0),
        ([D, NOTE_OFF, HOLD, HOLD], 1.0),
        ([D, HOLD, HOLD], 0.3),
        ([D, HOLD, HOLD, E], 0.0),
        ([E, HOLD, HOLD, HOLD], 0.0),
        ([], 0.0),
    ],
    ids=["held", "left to silence", "short", "a pick-up to nothing", "elsewhere", "no end of its own"],
)
def test_the_last_note_counts(ending: list[int], worth: float):
    assert said(ending) == [*[0.0] * 15, worth]


def test_a_beat_is_that_of_the_metre():
    jig = Context(key=Key.parse("D"), metre=Metre(6, 8), length=16)
    assert said([D, HOLD, HOLD, HOLD], jig)[-1] == 0.3
    assert said([D, *[HOLD] * 5], jig)[-1] == 1.0


@pytest.mark.parametrize("length", [None, 32, 8])
def test_what_does_not_end_here_is_not_judged(length: int | None):
    assert not any(said([D, HOLD, HOLD, HOLD], Context(key=Key.parse("D"), length=length))[8:])
