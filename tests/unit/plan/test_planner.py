"""The planner's answers: always one, a plan or a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live_composer.music.key import SCALES, Key
from live_composer.music.metre import Metre
from live_composer.plan.ear import Ear
from live_composer.plan.look_ahead import LookAhead, Superseded
from live_composer.plan.planner import Planner
from live_composer.plan.terms import Terms
from live_composer.policy import checkpoint
from live_composer.policy.checkpoint import Tuning
from live_composer.rules import Context, book_file, discovery
from live_composer.wire.messages import Plan, PlanFailed, PlanRequest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def planner() -> Planner:
    return Planner("cpu")


def test_a_plan_is_what_look_ahead_draws(planner: Planner, random_model: str) -> None:
    request = PlanRequest(7, random_model, [2, 1, 1, 1], 4, 12, seed=5, temperature=0.9, key="D dorian", metre="3/4")
    plan = planner.answer(request)
    assert isinstance(plan, Plan)
    assert (plan.revision, plan.first_step) == (7, 4)
    alone = LookAhead(Ear(checkpoint.load(random_model).policy()))
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
@settings(max_examples=50)
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


def plan_of(planner: Planner, model: str, **wishes: Any) -> Plan:
    fields = {"revision": 1, "model": model, "events": [14, 1, 16, 1], "first_step": 4, "horizon": 28} | wishes
    plan = planner.answer(PlanRequest(**fields))
    assert isinstance(plan, Plan), plan
    return plan


def test_rules_are_judged_and_what_they_said_is_told(planner: Planner, random_model: str) -> None:
    plan = plan_of(planner, random_model, book="house")
    book = book_file.load(book_file.find("house"), discovery.discover())
    whole = np.array([[14, 1, 16, 1, *plan.events]])
    said = book.score(whole, Context(length=None, first_step=0))[:, 0, 4:]
    assert plan.rewards.keys() == {rule.name for rule, value in zip(book.rules, said, strict=True) if value.any()}
    for rule, value in zip(book.rules, said, strict=True):
        assert plan.rewards.get(rule.name, [0.0] * 28) == pytest.approx(value.tolist())
    assert (plan.off, plan.notices, plan.why) == ({}, [], None)


def test_a_rule_is_paid_more_the_more_it_weighs(planner: Planner, random_model: str) -> None:
    def said(weight: float) -> float:
        """Return what the rule said in all, before it was weighted."""
        weights = {"house_rhythm": weight}
        plans = [plan_of(planner, random_model, book="house", weights=weights, seed=seed) for seed in range(8)]
        return sum(sum(plan.rewards.get("house_rhythm", [])) for plan in plans) / weight

    assert said(0.01) < said(5.0) <= 0


def test_every_mode_and_metre_is_planned(planner: Planner, random_model: str) -> None:
    for mode in SCALES:
        for metre in ("4/4", "3/4", "6/8", "5/8"):
            plan_of(planner, random_model, book="house", key=f"Eb {mode}", metre=metre, candidates=8, horizon=12)


def test_why_tells_the_odds_of_every_step_and_the_rivals(planner: Planner, random_model: str) -> None:
    plan = plan_of(planner, random_model, book="house", why=True)
    assert plan.why is not None
    assert [step[0].event for step in plan.why.steps] == plan.events
    assert all(0 < step[0].prior <= 1 and step[0].prior == step[0].tuned for step in plan.why.steps)
    assert all(len({weighed.event for weighed in step}) == len(step) >= 3 for step in plan.why.steps)
    assert len(plan.why.chances) == len(plan.why.rivals) + 1
    assert plan_of(planner, random_model, book="house").events == plan.events


def test_a_rule_that_raises_while_playing_is_switched_off_and_named(random_model: str, tmp_path: Path) -> None:
    # It passes the proof, whose melodies are shorter.
    (tmp_path / "frail.py").write_text(
        "from live_composer.rules import note_rule\n\n"
        "@note_rule\ndef frail(note):\n    return 1.0 / (len(note.before) < 100)\n"
    )
    planner = Planner("cpu", [tmp_path])
    request = {"events": [14, 1] * 60, "first_step": 120, "horizon": 8, "weights": {"frail": 1.0, "house_key": 1.0}}
    plan = plan_of(planner, random_model, **request)
    assert plan.off.keys() == {"frail"}
    assert "ZeroDivisionError" in plan.off["frail"]
    assert len(plan.events) == 8
    assert plan_of(planner, random_model, **request).off == plan.off


def test_weights_of_rules_that_are_not_there_are_noticed(planner: Planner, random_model: str) -> None:
    plan = plan_of(planner, random_model, weights={"no_such_rule": 1.0})
    assert plan.notices == ["There is no rule `no_such_rule`."]


def test_what_was_liked_comes_back_more_often(planner: Planner, random_model: str) -> None:
    motif = [14, 1, 16, 1, 18, 1, 1, 1, 21, 1, 1, 1, 16, 1, 1, 1]

    def returns(**wishes: Any) -> float:
        plans = [plan_of(planner, random_model, liked=[motif], seed=seed, **wishes) for seed in range(10)]
        return sum(sum(plan.rewards.get("liked", [])) > 0 for plan in plans)

    assert returns(liking=3.0) > returns(liking=0.001)


def test_a_superseded_plan_is_no_answer(planner: Planner, random_model: str) -> None:
    with pytest.raises(Superseded):
        planner.plan(PlanRequest(1, random_model, [], 0, 32), lambda: True)


def test_what_is_missing_is_told_before_it_is_needed(planner: Planner, random_model: str) -> None:
    assert planner.prepare(PlanRequest(1, random_model, [], 0, 32, book="house")) is None
    failed = planner.prepare(PlanRequest(1, random_model, [], 0, 32, book="hous"))
    assert failed == PlanFailed(1, "There is no rule book `hous`; did you mean `house`?")


def tuned_from(model: str, path: Path, sha256: str) -> str:
    """Write another model that says it was tuned from `model`; return its name."""
    prior = checkpoint.load(model)
    tuning = Tuning("psi", "house", "C major", "4/4", 32, 0.5, 1.0, model, sha256)
    weights = {name: array * np.float32(0.5) for name, array in prior.weights.items()}
    card = msgspec.structs.replace(prior.card, name="tuned", tuning=tuning)
    checkpoint.save(path / "tuned", card, weights)
    return str(path / "tuned")


def test_a_tuned_model_is_weighed_against_the_prior_that_it_came_from(random_model: str, tmp_path: Path) -> None:
    tuned = tuned_from(random_model, tmp_path, checkpoint.card(random_model).sha256)
    planner = Planner("cpu")
    by_card = plan_of(planner, tuned, book="house", why=True)
    assert by_card == msgspec.structs.replace(
        plan_of(planner, tuned, book="house", why=True, prior=random_model), milliseconds=by_card.milliseconds
    )
    assert by_card.why
    assert any(step[0].prior != step[0].tuned for step in by_card.why.steps)


def test_a_prior_that_is_not_what_it_was_is_noticed(random_model: str, tmp_path: Path) -> None:
    plan = plan_of(Planner("cpu"), tuned_from(random_model, tmp_path, "another"), book="house")
    assert len(plan.notices) == 1
    assert "tuned was tuned from" in plan.notices[0]
