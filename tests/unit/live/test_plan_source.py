"""The plan source answers for every step at once, and what it settled stands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from live_composer.live.plan_source import PLAN_BARS, PlanSource
from live_composer.live.wishes import Wishes
from live_composer.music.key import Key
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import FIRST_PITCH, HOLD, NOTE_OFF
from live_composer.wire.messages import CONTEXT, Plan, PlanRequest

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

WISHES = Wishes("model", Metre(4, 4), Key(), 1.0, 1)


def scale(request: PlanRequest) -> Plan:
    """Plan a melody in which every step tells its own number."""
    steps = range(request.first_step, request.first_step + request.horizon)
    return Plan(request.revision, request.first_step, [FIRST_PITCH + step % 36 for step in steps])


def planned(source: PlanSource, plan: Callable[[PlanRequest], Plan] = scale) -> int:
    """Let everything that is wanted be planned; return how many plans that took."""
    count = 0
    while request := source.wanted():
        assert source.accept(plan(request))
        count += 1
    return count


def test_two_plans_are_asked_for_at_first_and_one_every_two_bars():
    source = PlanSource(WISHES)
    assert planned(source) == 2
    counts = []
    for _ in range(8):
        for _ in range(16):
            source.settle()
        counts.append(planned(source))
    assert sum(counts) == 4
    assert source.missed == 0


@pytest.mark.parametrize("metre", [Metre(4, 4), Metre(3, 4), Metre(6, 8)], ids=str)
@pytest.mark.parametrize("ahead", [0, 1, 7, 20])
def test_requests_do_not_depend_on_when_they_are_made(metre: Metre, ahead: int):
    """Each plan begins where the last one ended, on every second bar line, with the melody before it."""
    source = PlanSource(replace(WISHES, metre=metre))
    asked: list[PlanRequest] = []

    def note(request: PlanRequest) -> Plan:
        asked.append(request)
        return scale(request)

    planned(source, note)
    for step in range(400):
        source.settle()
        if step % (ahead + 1) == 0:
            planned(source, note)
    per_plan = PLAN_BARS * metre.steps_per_bar
    assert [request.first_step for request in asked] == [per_plan * index for index in range(len(asked))]
    for request in asked:
        before = range(max(0, request.first_step - CONTEXT), request.first_step)
        assert request.events == [FIRST_PITCH + step % 36 for step in before]
        assert request.horizon == per_plan


def test_without_any_plan_there_is_silence():
    source = PlanSource(WISHES)
    assert [source.settle()[1:] for _ in range(40)] == [(HOLD, "silence")] * 40


def test_a_lost_plan_is_followed_by_the_motif_and_then_by_silence():
    source = PlanSource(WISHES)
    source.accept(scale(source.wanted()))  # pyright: ignore[reportArgumentType]
    origins = [source.settle().origin for _ in range(32 + 4 * 32 + 16)]
    assert origins == ["plan"] * 32 + ["motif"] * 128 + ["silence"] * 16
    assert source.missed == 1
    played = source.events(0, len(origins))
    motif, repeat = played[:32], played[32:64]
    assert repeat != motif
    assert [event >= FIRST_PITCH for event in repeat] == [event >= FIRST_PITCH for event in motif]
    assert played[160:] == [NOTE_OFF] + [HOLD] * 15


def test_a_late_plan_is_taken_up_where_it_still_can_be():
    source = PlanSource(WISHES)
    source.accept(scale(source.wanted()))  # pyright: ignore[reportArgumentType]
    request = source.wanted()
    assert request
    for _ in range(35):
        source.settle()
    assert source.accept(scale(request))
    step, event, origin = source.settle()
    assert (step, event, origin) == (35, FIRST_PITCH + 35, "plan")
    assert source.missed == 1


def test_a_change_leaves_what_is_settled_and_plays_the_old_plan_until_the_new_one_is_there():
    source = PlanSource(WISHES)
    planned(source)
    for _ in range(10):
        source.settle()
    source.change(replace(WISHES, temperature=2.0), 12)
    request = source.wanted()
    assert request
    assert (request.first_step, request.temperature, request.events[-1]) == (12, 2.0, FIRST_PITCH + 11)
    assert [source.settle().origin for _ in range(4)] == ["plan", "plan", "rest of plan", "rest of plan"]
    new = Plan(request.revision, 12, [HOLD] * request.horizon)
    assert source.accept(new)
    assert source.settle()[1:] == (HOLD, "plan")
    assert source.events(12, 14) == [FIRST_PITCH + 12, FIRST_PITCH + 13]


def test_an_answer_to_an_older_question_is_refused():
    source = PlanSource(WISHES)
    old = source.wanted()
    assert old
    source.change(replace(WISHES, seed=2), 0)
    assert not source.accept(scale(old))
    assert source.wanted()


@pytest.mark.parametrize(
    "wrong",
    [{"events": [FIRST_PITCH] * 31}, {"events": []}, {"events": [99] * 32}, {"first_step": 4}],
    ids=["short", "empty", "unknown events", "elsewhere"],
)
def test_a_plan_that_does_not_fit_is_refused(wrong: dict[str, object]):
    source = PlanSource(WISHES)
    request = source.wanted()
    assert request
    fields = {"revision": request.revision, "first_step": 0, "events": [FIRST_PITCH] * 32} | wrong
    assert not source.accept(Plan(**fields))  # pyright: ignore[reportArgumentType]
    assert not source.ready
    assert source.wanted()


class AnyCourse(RuleBasedStateMachine):
    """Whatever comes in whatever order: an answer for each step at once, canonical, and never taken back."""

    @initialize(metre=st.sampled_from([Metre(4, 4), Metre(3, 4), Metre(6, 8)]))
    def begin(self, metre: Metre) -> None:
        self.source = PlanSource(replace(WISHES, metre=metre))
        self.asked: list[PlanRequest] = []
        self.settled: list[int] = []

    @rule(steps=st.integers(1, 40))
    def settle(self, steps: int) -> None:
        for _ in range(steps):
            step, event, _ = self.source.settle()
            assert step == len(self.settled)
            self.settled.append(event)

    @rule()
    def ask(self) -> None:
        if request := self.source.wanted():
            assert request.first_step >= self.source.settled
            before = self.source.events(request.first_step - len(request.events), request.first_step)
            assert before == request.events
            self.asked.append(request)

    @precondition(lambda self: self.asked)
    @rule(which=st.integers(0, 3), seed=st.randoms(use_true_random=False))
    def answer(self, which: int, seed: random.Random) -> None:
        request = self.asked[-min(which + 1, len(self.asked))]
        events = [seed.choice([NOTE_OFF, HOLD, HOLD, 2, 20, 37]) for _ in range(request.horizon)]
        self.source.accept(Plan(request.revision, request.first_step, events))

    @rule()
    def lose(self) -> None:
        self.source.ask_anew()

    @rule(ahead=st.integers(0, 60))
    def change(self, ahead: int) -> None:
        wishes = replace(self.source.wishes, temperature=1.5)
        self.source.change(wishes, self.source.settled + ahead)

    @rule(back=st.integers(0, 50))
    def rewind(self, back: int) -> None:
        self.source.rewind(max(0, len(self.settled) - back))
        del self.settled[self.source.settled :]

    @invariant()
    def what_is_settled_stands(self) -> None:
        if hasattr(self, "source"):
            assert self.source.settled == len(self.settled)
            assert self.source.events(0, len(self.settled)) == self.settled

    @invariant()
    def notes_off_end_notes(self) -> None:
        sounding = False
        for event in getattr(self, "settled", []):
            assert event != NOTE_OFF or sounding
            sounding = sounding if event == HOLD else event >= FIRST_PITCH


TestAnyCourse = AnyCourse.TestCase
TestAnyCourse.settings = settings(max_examples=60, stateful_step_count=40)


def test_where_a_leader_goes_back_behind_a_change_of_metre_it_is_that_of_now():
    source = PlanSource(WISHES)
    planned(source)
    for _ in range(10):
        source.settle()
    waltz = replace(WISHES, metre=Metre(3, 4))
    assert source.change_at_bar(waltz, 12) == 16
    planned(source)
    for _ in range(20):
        source.settle()
    source.begin_at(6)
    assert [source.bars.at(step)[1:] for step in (6, 12)] == [(0, waltz.metre), (12, waltz.metre)]
    request = source.wanted()
    assert request
    assert (request.metre, request.horizon) == ("3/4", 18)


@pytest.mark.parametrize("again", [PlanSource.restart, lambda source: source.begin_at(0)], ids=["anew", "back"])
def test_a_take_that_was_heard_is_not_heard_where_the_music_went_back_to(again: Callable[[PlanSource], None]):
    source = PlanSource(WISHES)
    source.insert([FIRST_PITCH] * 16, 0)
    assert source.settle().origin == "take"
    again(source)
    planned(source)
    assert source.settle().origin == "plan"
