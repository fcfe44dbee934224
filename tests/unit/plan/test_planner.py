"""The planner's answers: always one, a plan or a reason."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live_composer.music.key import Key
from live_composer.music.metre import Metre
from live_composer.plan.look_ahead import LookAhead
from live_composer.plan.planner import Planner
from live_composer.plan.terms import Terms
from live_composer.policy import checkpoint
from live_composer.wire.messages import Plan, PlanFailed, PlanRequest


@pytest.fixture(scope="module")
def planner() -> Planner:
    return Planner("cpu")


def test_a_plan_is_what_look_ahead_draws(planner: Planner, random_model: str) -> None:
    request = PlanRequest(7, random_model, [2, 1, 1, 1], 4, 12, seed=5, temperature=0.9, key="D dorian", metre="3/4")
    plan = planner.answer(request)
    assert isinstance(plan, Plan)
    assert (plan.revision, plan.first_step) == (7, 4)
    alone = LookAhead(checkpoint.load(random_model).policy())
    terms = Terms(metre=Metre(3, 4), key=Key.parse("D dorian"), temperature=0.9, seed=5)
    assert plan.events == alone.plan([2, 1, 1, 1], 4, 12, terms).events


@given(
    events=st.lists(st.integers(0, 127), max_size=128),
    first_step=st.integers(0, 2**40),
    horizon=st.integers(1, 20),
    metre=st.text(max_size=4) | st.sampled_from(["4/4", "6/8", "5/4"]),
    key=st.text(max_size=4) | st.sampled_from(["C major", "E dorian"]),
    seed=st.integers(0, 2**63),
)
@settings(max_examples=50, deadline=None)
def test_whatever_is_asked_gets_an_answer(planner: Planner, random_model: str, **wishes: object) -> None:
    request = PlanRequest(revision=1, model=random_model, **wishes)  # pyright: ignore[reportArgumentType]
    match planner.answer(request):
        case Plan(1, first, events):
            assert (first, len(events)) == (request.first_step, request.horizon)
        case PlanFailed(1, reason):
            assert reason.endswith((".", "?"))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"model": "not-rnn"}, "There is no model `not-rnn`"),
        ({"events": [99]}, "does not know"),
        ({"metre": "4"}, "no metre"),
        ({"key": "H"}, "no key"),
    ],
)
def test_what_cannot_be_planned_is_told_in_one_sentence(
    planner: Planner, random_model: str, wrong: dict[str, object], says: str
) -> None:
    fields = {"revision": 3, "model": random_model, "events": [], "first_step": 0, "horizon": 4} | wrong
    answer = planner.answer(PlanRequest(**fields))  # pyright: ignore[reportArgumentType]
    assert isinstance(answer, PlanFailed)
    assert says in answer.reason
