"""Plans made together on a device are those that numpy makes one by one, and none is in another's way."""

from __future__ import annotations

import asyncio
import importlib.util
import itertools
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from live_composer.plan import engine
from live_composer.plan.candidates import Candidates
from live_composer.plan.library import Library
from live_composer.plan.planner import Planner
from live_composer.plan.stretch import Superseded
from live_composer.plan.worker import Worker
from live_composer.wire.messages import Plan, PlanFailed, PlanRequest

if TYPE_CHECKING:
    from collections.abc import Callable

DEVICES = ("cpu", "cuda", "mps")
METRES = ("4/4", "3/4", "6/8")
MODES = ("C major", "A minor", "D dorian")


@pytest.fixture(params=DEVICES)
def device(request: pytest.FixtureRequest) -> str:
    """A device that torch has here."""
    if importlib.util.find_spec("torch") is None:
        pytest.skip("torch is not installed")
    from live_composer.policy.note_rnn import has_device

    if not has_device(request.param):
        pytest.skip(f"torch finds no {request.param} device here")
    return request.param


def planner_on(device: str) -> Planner:
    """Return a planner of torch, on a device that planning would otherwise not choose."""
    planner = Planner("cpu")
    planner.engine = f"torch {device}"
    planner._library = Library(planner.engine)
    return planner


def request(model: str, number: int, **wishes: Any) -> PlanRequest:
    """Return one of many that have nothing in common but the model."""
    before = [14, 1, 16, 1] * (number % 4)
    terms: dict[str, Any] = {
        "metre": METRES[number % 3],
        "key": MODES[number % 3],
        "temperature": (1.0, 0.7, 1.5)[number % 3],
        "dial": (1.0, 0.5, 0.0)[number // 2 % 3],
        "book": "house" if number % 4 else "",
        "density": (0.0, 1.0)[number % 2],
        "horizon": 24 + 2 * (number % 3),
    }
    own = {"revision": number, "model": model, "events": before, "first_step": len(before), "seed": number}
    return PlanRequest(**own | terms | wishes)


def wanted(requests: list[PlanRequest]) -> list[tuple[PlanRequest, Callable[[], bool]]]:
    return [(each, lambda: False) for each in requests]


@pytest.mark.learn
@pytest.mark.parametrize("model", ["random", "psi", "g"])
def test_together_they_are_what_they_are_alone(random_model: str, device: str, model: str):
    requests = [request(random_model if model == "random" else model, number) for number in range(12)]
    alone = Planner("cpu")
    expected = [alone.answer(each) for each in requests]
    together = planner_on(device)
    for each in requests:
        assert together.prepare(each) is None
    made = together.plan_together(wanted(requests))
    same = 0
    for plan, known in zip(made, expected, strict=True):
        assert isinstance(plan, Plan)
        assert isinstance(known, Plan)
        assert (plan.revision, plan.first_step, len(plan.events)) == (
            known.revision,
            known.first_step,
            len(known.events),
        )
        same += plan.events == known.events
    # A device rounds otherwise, which decides a draw once in some millions; mps adds up in single precision.
    assert same >= (len(requests) if device == "cpu" else len(requests) - 2)


@pytest.mark.learn
def test_one_that_fails_or_is_not_wanted_is_no_trouble_of_the_others(random_model: str, device: str):
    planner, alone = planner_on(device), Planner("cpu")
    requests = [request(random_model, number) for number in (1, 5, 9, 13)]
    requests[1] = request(random_model, 5, events=[99])
    for each in requests:
        assert planner.prepare(each) is None
    steps = itertools.count()
    asked = wanted(requests)
    asked[2] = requests[2], lambda: next(steps) > 2
    first, failed, superseded, last = planner.plan_together(asked)
    assert isinstance(failed, PlanFailed)
    assert "does not know" in failed.reason
    assert isinstance(superseded, Superseded)
    for plan, each in ((first, requests[0]), (last, requests[3])):
        known = alone.answer(each)
        assert isinstance(plan, Plan)
        assert isinstance(known, Plan)
        assert plan.events == known.events


@pytest.mark.learn
async def test_those_that_wait_are_made_in_one_go(random_model: str, device: str):
    sizes: list[int] = []
    worker = Worker(planner_on(device), on_batch=sizes.append)
    requests = [request(random_model, number) for number in range(20)]
    answers = await asyncio.gather(*(worker.answer(each, lambda: False) for each in requests))
    assert [answer.revision for answer in answers] == list(range(20))
    assert all(isinstance(answer, Plan) for answer in answers)
    assert sum(sizes) == 20
    assert len(sizes) < 10
    worker.close()


async def test_on_a_cpu_they_are_made_one_by_one(random_model: str):
    sizes: list[int] = []
    worker = Worker(Planner("cpu"), on_batch=sizes.append)
    requests = [request(random_model, number) for number in range(6)]
    answers = await asyncio.gather(*(worker.answer(each, lambda: False) for each in requests))
    assert [answer.revision for answer in answers] == list(range(6))
    assert sizes == [1] * 6
    worker.close()


async def test_what_is_due_first_comes_first(random_model: str, monkeypatch: pytest.MonkeyPatch):
    planner, begin = Planner("cpu"), threading.Event()
    plan_together = planner.plan_together
    monkeypatch.setattr(planner, "plan_together", lambda wanted: begin.wait(20) and plan_together(wanted))
    worker = Worker(planner)
    done: list[int] = []

    async def ask(number: int, within: float | None) -> None:
        await worker.answer(request(random_model, number, within=within), lambda: False)
        done.append(number)

    asking = [asyncio.create_task(ask(0, None))]
    while not worker._working:
        await asyncio.sleep(0.001)
    asking += [asyncio.create_task(ask(number, within)) for number, within in enumerate((90.0, 60.0, None, 30.0), 1)]
    while len(worker._jobs) < 4:
        await asyncio.sleep(0.001)
    begin.set()
    await asyncio.gather(*asking)
    assert done == [0, 4, 2, 1, 3]
    worker.close()


async def test_an_engine_that_breaks_is_told_and_the_worker_goes_on(random_model: str, monkeypatch: pytest.MonkeyPatch):
    planner = Planner("cpu")
    worker = Worker(planner)
    with monkeypatch.context() as broken:
        broken.setattr(planner, "plan_together", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await worker.answer(request(random_model, 1), lambda: False)
    assert isinstance(await worker.answer(request(random_model, 2), lambda: False), Plan)
    worker.close()


@pytest.mark.parametrize("seed", range(20))
def test_candidates_that_were_drawn_elsewhere_are_as_if_drawn_here(seed: int):
    """Drawing steps one by one, and being told afterwards what all copies drew, comes to the same."""
    chance = np.random.default_rng(seed)
    here, told = Candidates([14], 8, 32), Candidates([14], 8, 32)
    events: list[np.ndarray] = []
    gains = np.zeros(32)
    for _ in range(3):
        log_q, log_p = (np.log(chance.dirichlet(np.ones(5), len(here))) for _ in range(2))
        before = np.repeat(np.arange(len(here)), here.copies)
        log_weights = here.log_weights.copy()
        here.draw(log_q, log_p, np.random.default_rng(seed))
        rows = np.repeat(np.arange(len(here)), here.copies)
        events.append(here.last[rows])
        gains += here.log_weights[rows] - log_weights[before]
    firsts = told.extend(np.stack(events, axis=1), gains)
    assert (told.melodies == here.melodies).all()
    assert (told.copies == here.copies).all()
    assert (told.sounding == here.sounding).all()
    assert told.log_weights == pytest.approx(here.log_weights)
    assert (np.diff(firsts, append=32) == told.copies).all()


def test_the_engine_decides_how_many(monkeypatch: pytest.MonkeyPatch):
    planner = Planner("cpu")
    assert planner.most == 1
    planner.engine = "torch cuda"
    assert planner.most > 1
    assert engine.NUMPY == "numpy"
