"""What was liked is rewarded when it comes back, as it was or moved along the scale."""

from __future__ import annotations

import numpy as np
import pytest

from live_composer.music.key import Key
from live_composer.music.metre import Metre
from live_composer.plan.liked import Liked
from live_composer.rules import Context

# C D E with an eighth each, then held: events are MIDI pitches minus 46.
MOTIF = [14, 1, 16, 1, 18, 1, 1, 1]
CONTEXT = Context(metre=Metre(2, 4), length=None)


def rewards(played: list[int], context: Context = CONTEXT, first: int = 0) -> list[float]:
    return Liked([MOTIF]).reward(np.array([played]), context, first)[0].tolist()


def test_from_its_second_note_on_each_step_counts():
    assert rewards(MOTIF) == [0, 0, 1, 1, 1, 1, 1, 1]


def test_moved_along_the_scale_it_is_the_same():
    assert rewards([16, 1, 18, 1, 19, 1, 1, 1]) == [0, 0, 1, 1, 1, 1, 1, 1]


def test_another_interval_ends_it():
    assert rewards([14, 1, 16, 1, 19, 1, 1, 1]) == [0, 0, 1, 1, 0, 0, 0, 0]


def test_another_rhythm_ends_it():
    assert rewards([14, 1, 16, 16, 18, 1, 1, 1]) == [0, 0, 1, 0, 0, 0, 0, 0]


def test_it_begins_at_bar_lines():
    assert sum(rewards([1, 1, *MOTIF])) == 0
    assert sum(rewards([1] * 8 + MOTIF)) == 6
    in_mid_bar = Context(metre=Metre(2, 4), length=None, first_step=6)
    assert sum(rewards([1, 1, *MOTIF], in_mid_bar)) == 6


@pytest.mark.parametrize("first", [0, 5, 9, 12, 24])
def test_only_the_last_steps_are_told(first: int):
    played = [*MOTIF, *MOTIF, 20, 1, 21, 1, 23, 1, 1, 1]
    assert rewards(played, first=first) == rewards(played)[first:]


def test_the_scale_is_the_mode_of_the_key():
    minor = Context(metre=Metre(2, 4), length=None, key=Key.parse("A minor"))
    pentatonic = Context(metre=Metre(2, 4), length=None, key=Key.parse("C pentatonic"))
    assert sum(rewards([11, 1, 13, 1, 14, 1, 1, 1], minor)) == 6
    # One rung up from C D E is D E G.
    assert sum(rewards([16, 1, 18, 1, 21, 1, 1, 1], pentatonic)) == 6


def test_nothing_liked_is_nothing():
    assert not Liked([])
    assert Liked([]).reward(np.array([MOTIF]), CONTEXT, 2).tolist() == [[0.0] * 6]
