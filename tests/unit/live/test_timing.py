"""The commit horizon follows what was measured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.live.timing import Timing, commit_horizon

SECONDS = st.floats(0, 5)


@pytest.mark.parametrize(
    ("round_trip", "planning", "step", "horizon"),
    [(0.001, 0.005, 0.125, 2), (0.1, 0.1, 0.125, 3), (0.0, 0.0, 0.0375, 3), (0.2, 0.5, 0.0375, 21)],
)
def test_it_is_the_plans_time_in_steps_and_one(round_trip: float, planning: float, step: float, horizon: int):
    assert commit_horizon(round_trip, planning, step) == horizon


@given(SECONDS, SECONDS, st.floats(0.01, 1), SECONDS)
def test_a_plan_asked_for_now_is_there_before_its_first_step_is_handed_over(
    round_trip: float, planning: float, step: float, now: float
):
    margin = 0.05
    first = -(-now // step) + commit_horizon(round_trip, planning, step, margin)
    assert now + round_trip + planning <= (first - 1) * step - margin + 1e-9


def test_one_slow_answer_in_a_hundred_counts_and_old_ones_are_forgotten():
    timing = Timing()
    assert timing.planning_99 > 0
    for _ in range(98):
        timing.add(0.02, 0.01)
    timing.add(1.0, 0.9)
    timing.add(1.0, 0.9)
    assert timing.planning_99 == pytest.approx(0.9)
    assert timing.round_trip_99 == pytest.approx(0.1)
    for _ in range(100):
        timing.add(0.02, 0.01)
    assert timing.planning_99 == pytest.approx(0.01)
