"""One continuation without rules: seeds, horizons, masks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live_composer.music.key import SCALES, Key
from live_composer.music.melody import Melody, canonical
from live_composer.music.metre import COMMON_TIME, Metre
from live_composer.music.vocabulary import DEFAULT, FIRST_PITCH
from live_composer.plan.ear import Ear
from live_composer.plan.look_ahead import LookAhead
from live_composer.plan.terms import Terms
from live_composer.policy import checkpoint

if TYPE_CHECKING:
    from live_composer.policy.policy import Policy

events = st.lists(st.integers(0, DEFAULT.size - 1), max_size=64)


class Alone:
    """A policy without rules, and so without a choice."""

    def __init__(self, policy: Policy) -> None:
        self._look_ahead = LookAhead(Ear(policy))

    def plan(self, events: list[int], first_step: int, horizon: int, **terms: Any) -> list[int]:
        return self._look_ahead.plan(events, first_step, horizon, Terms(**terms)).events


@pytest.fixture(scope="module")
def look_ahead(random_model: str) -> Alone:
    return Alone(checkpoint.load(random_model).policy())


def test_the_same_seed_gives_the_same_notes(look_ahead: Alone):
    first = look_ahead.plan([14, 1, 16], 3, 64, seed=7)
    assert look_ahead.plan([14, 1, 16], 3, 64, seed=7) == first
    assert look_ahead.plan([14, 1, 16], 3, 64, seed=8) != first


@settings(max_examples=30)
@given(before=events, longer=st.integers(1, 40), shorter=st.integers(1, 40), seed=st.integers(0, 2**32))
def test_a_shorter_horizon_is_the_beginning_of_a_longer_one(
    look_ahead: Alone, before: list[int], longer: int, shorter: int, seed: int
):
    shorter = min(shorter, longer)
    plan = look_ahead.plan(before, 128, longer, seed=seed)
    assert look_ahead.plan(before, 128, shorter, seed=seed) == plan[:shorter]


@settings(max_examples=30)
@given(before=events, cut=st.integers(1, 31), seed=st.integers(0, 2**32))
def test_going_on_from_the_middle_of_a_plan_gives_its_rest(look_ahead: Alone, before: list[int], cut: int, seed: int):
    first = len(before)
    plan = look_ahead.plan(before, first, 32, seed=seed)
    assert look_ahead.plan([*before, *plan[:cut]], first + cut, 32 - cut, seed=seed) == plan[cut:]


@settings(max_examples=20)
@given(before=events, mode=st.sampled_from(sorted(SCALES)), tonic=st.integers(0, 11))
def test_pitches_stay_in_the_mode_and_events_in_canonical_form(
    look_ahead: Alone, before: list[int], mode: str, tonic: int
):
    key = Key(tonic, mode)
    plan = look_ahead.plan(before, len(before), 48, key=key, temperature=5.0)
    allowed = key.home.pitch_classes | ({8} if mode == "minor" else set())
    assert {note.pitch % 12 for note in Melody.of(plan).notes()} <= allowed
    whole = canonical(np.array([*before, *plan], dtype=np.int8))
    assert whole[len(before) :].tolist() == plan


@given(seed=st.integers(0, 2**32))
def test_music_begins_with_a_note(look_ahead: Alone, seed: int):
    assert look_ahead.plan([], 0, 1, seed=seed)[0] >= FIRST_PITCH


def test_the_metre_is_heard(look_ahead: Alone):
    plans = {
        tuple(look_ahead.plan([], 0, 48, metre=metre, seed=3)) for metre in (COMMON_TIME, Metre(3, 4), Metre(6, 8))
    }
    assert len(plans) == 3


def test_a_low_temperature_takes_the_likeliest(look_ahead: Alone):
    assert look_ahead.plan([], 0, 32, temperature=1e-4, seed=1) == look_ahead.plan([], 0, 32, temperature=1e-4, seed=2)
