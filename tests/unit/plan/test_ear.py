"""What an ear remembers saves time, and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live_composer.music.metre import Metre
from live_composer.music.vocabulary import DEFAULT, START
from live_composer.plan.ear import Ear
from live_composer.policy.numpy_rnn import NumpyRnn
from live_composer.policy.shape import Shape
from tests.unit.policy.networks import random_weights

if TYPE_CHECKING:
    from live_composer.policy.policy import Floats, Integers

SHAPE = Shape(hidden=8, metre=True, phrase=4)
METRES = st.sampled_from([Metre(4, 4), Metre(3, 4), Metre(5, 8)])


class Counting(NumpyRnn):
    """Counts its steps."""

    steps = 0

    def step(
        self, state: Floats, events: Integers, places: Integers, bars: Integers | None = None
    ) -> tuple[Floats, Floats]:
        self.steps += 1
        return super().step(state, events, places, bars)


def ear() -> Ear:
    return Ear(Counting(SHAPE, random_weights(SHAPE, 1)))


def steps_of(ear: Ear) -> int:
    assert isinstance(ear.policy, Counting)
    return ear.policy.steps


SHARED = ear()
events = st.lists(st.sampled_from([0, 1, 14, 16]), max_size=128)


@settings(max_examples=200)
@given(melody=events, first_step=st.integers(0, 300), metre=METRES)
def test_an_ear_that_heard_much_hears_what_a_fresh_one_does(melody: list[int], first_step: int, metre: Metre):
    np.testing.assert_array_equal(SHARED.listen(melody, first_step, metre), ear().listen(melody, first_step, metre))


def test_all_but_the_last_event_is_heard():
    alone, state = ear(), SHARED.policy.start(1)
    for step, last in enumerate([START, 14, 1]):
        _, state = alone.step(state, np.array([last]), step, Metre())
    np.testing.assert_array_equal(ear().listen([14, 1, 16], 3, Metre()), state)


def test_listening_begins_with_a_phrase():
    melody = np.random.default_rng(1).integers(0, DEFAULT.size, 128).tolist()
    late, first_step = ear(), 200
    state = late.listen(melody, first_step, Metre())
    assert steps_of(late) == 200 - 128
    np.testing.assert_array_equal(state, ear().listen(melody[128 - 72 :], first_step, Metre()))


def test_a_short_melody_is_heard_from_its_beginning():
    short = ear()
    short.listen([14, 1, 16], 67, Metre())
    assert steps_of(short) == 3


@pytest.mark.parametrize(("more", "steps"), [(0, 0), (3, 3), (16, 16), (-1, 15)])
def test_what_was_heard_is_not_heard_again(more: int, steps: int):
    melody = np.random.default_rng(2).integers(0, DEFAULT.size, 200).tolist()
    listener = ear()
    listener.listen(melody[:96], 96, Metre())
    before = steps_of(listener)
    listener.listen(melody[: 96 + more], 96 + more, Metre())
    assert steps_of(listener) - before == steps


def test_another_place_in_the_bar_is_another_melody():
    melody = [14, 1, 16, 1] * 8
    listener = ear()
    one, other = (listener.listen(melody, first_step, Metre()) for first_step in (32, 36))
    assert (one != other).any()
