"""The plan source: what to play at each step, answered at once, even when no plan has come.

Time goes in steps. Steps before `settled` have been handed on to be played and never change. What follows comes from
plans of two bars each, one after the other, so that the same seed gives the same notes however long planning takes.
A plan that does not come in time is followed by the rest of the last one, then by a varied repeat of the last motif,
then by silence.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from live_composer.live import motif
from live_composer.live.bars import Bars
from live_composer.live.line import Line
from live_composer.music.vocabulary import FIRST_PITCH, HOLD, NOTE_OFF
from live_composer.wire.messages import CONTEXT, Plan, PlanRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live_composer.live.wishes import Wishes

PLAN_BARS = 2
"""Bars that a plan covers, and bars that are planned ahead at least."""
_REMEMBERED_STEPS = 1 << 14
"""Steps of the past that can be looked up: 1,024 bars of 4/4."""
_REMEMBERED_PLANS = 512

Origin: TypeAlias = Literal["plan", "rest of plan", "motif", "take", "rest", "silence"]


class Next(NamedTuple):
    """The event of a step, and where it came from."""

    step: int
    event: int
    origin: Origin


class Used(NamedTuple):
    """A plan that began at `first`, in use from `begin` up to but without `end`, or to where a later one begins."""

    first: int
    begin: int
    end: int
    request: PlanRequest
    plan: Plan


class _Rests(NamedTuple):
    begin: float
    end: float

    def __contains__(self, step: object) -> bool:
        return isinstance(step, int) and self.begin <= step < self.end


class _Opening(NamedTuple):
    wishes: Wishes
    events: list[int]


class _Later(NamedTuple):
    line: int
    wishes: Wishes


class PlanSource:
    """Answers at once, for every step in turn, what to play.

    Attributes:
        wishes: what plans are asked with now; change them by `change` and `change_at_bar`.
        bars: which bar a step belongs to.
        settled: the next step to be settled.
        missed: how many times a plan was wanted and not there.
        company: what others played, by step: they are heard in place of our own events.
        asked_from: the first step of the plan that was asked for last.
    """

    def __init__(self, wishes: Wishes) -> None:
        self.wishes = wishes
        self.bars = Bars(wishes.metre)
        self.settled = 0
        self.missed = 0
        self.company: dict[int, int] = {}
        self._line = Line()
        self._planned_to = 0
        self._revision = 0
        self._asked: PlanRequest | None = None
        self.asked_from = 0
        self._change_from: int | None = None
        self._later: _Later | None = None
        self._sounding = False
        self._inserted = (0, 0)
        self._opening: _Opening | None = None
        self._rests = _Rests(math.inf, math.inf)
        self._again = math.inf
        self._used: deque[Used] = deque(maxlen=_REMEMBERED_PLANS)

    @property
    def ready(self) -> bool:
        """Whether the next step is planned."""
        return self._planned_to > self.settled

    @property
    def as_wished(self) -> bool:
        """Whether the next step is planned, and by the wishes of now, or rests."""
        return self.resting or (self.ready and (self._change_from is None or self._change_from > self.settled))

    @property
    def resting(self) -> bool:
        """Whether the music rests until `go_on`."""
        return self._rests.begin < math.inf == self._rests.end

    @property
    def wanted_wishes(self) -> Wishes:
        """The wishes that will be in force when all that was changed is heard."""
        return self._later.wishes if self._later else self.wishes

    def settle(self) -> Next:
        """Settle the next step. It is answered at once, whatever has become of the planner."""
        step, line = self.settled, self._line
        if step >= self._again:
            self._again = math.inf
            self.rest()
        if self._later and step >= self._later.line:
            self.wishes, self._later = self._later.wishes, None
        if step in self._rests:
            return self._settle_rest(step)
        if step < self._planned_to:
            event, origin = line[step], self._origin(step)
        else:
            self.missed += step == self._planned_to
            event, origin = self._without_plan()
            line.append(event)
        if event == NOTE_OFF and not self._sounding:
            event = line[step] = HOLD
        elif event != HOLD:
            self._sounding = event >= FIRST_PITCH
        self.settled = step + 1
        line.forget_before(self.settled - _REMEMBERED_STEPS)
        return Next(step, event, origin)

    def events(self, first: int, last: int) -> list[int]:
        """Return the events of the steps from `first` up to but without `last`, as far as they are known."""
        return self._line.between(first, last)

    def until(self, step: int) -> int | None:
        """Return the step at which a note that is struck at `step` ends, as far as is planned; None when it is not."""
        ahead = self._line.between(step + 1, self._line.end)
        return next((step + 1 + offset for offset, event in enumerate(ahead) if event != HOLD), None)

    def used(self, first: int, last: int) -> list[Used]:
        """Return the plans that the steps from `first` up to but without `last` came from.

        Each is cut to where it counted; steps that no plan gave are left out.
        """
        pieces: list[Used] = []
        for used in reversed(self._used):  # The newest counts, from where it begins.
            begin, end = max(first, used.begin), min(last, used.end)
            if begin < end:
                pieces.append(used._replace(begin=begin, end=end))
                last = begin
        return pieces[::-1]

    def rewind(self, step: int) -> None:
        """Settle from `step` on once more: what followed was never heard."""
        self.settled = min(step, self.settled)
        self._line.cut(max(self.settled, self._planned_to))
        if self._asked and self.asked_from > self._line.end:
            self._asked = None
        struck = [event for event in self._line.between(self.settled - CONTEXT, self.settled) if event != HOLD]
        self._sounding = bool(struck) and struck[-1] >= FIRST_PITCH

    def restart(self) -> None:
        """Begin anew at step 0, by the wishes of now; the opening that they gave once is there at once.

        A copy that was made before knows on what was there.
        """
        self.wishes, self._later = self.wanted_wishes, None
        self.bars = Bars(self.wishes.metre)
        self.settled = self._planned_to = 0
        self._line = Line()
        if self._opening and self._opening.wishes == self.wishes:
            self._line.follow(0, self._opening.events)
            self._planned_to = self._line.end
        self._used = deque(maxlen=_REMEMBERED_PLANS)
        self.company.clear()
        self._rests, self._again = _Rests(math.inf, math.inf), math.inf
        self._asked = self._change_from = None
        self._inserted = (0, 0)
        self._sounding = False

    def rest(self) -> None:
        """Rest from the next step on, and plan nothing, until `go_on`."""
        self._rests = _Rests(self.settled, math.inf)
        self._asked = self._change_from = None

    def go_on(self, events: Sequence[int], entry: int, last: int | None = None) -> None:
        """Go on from the step `entry` as if these events were what came before it; rest until then.

        Args:
            events: up to `entry`, in the key's home.
            entry: not before the next step to settle.
            last: the step at which to rest again; None for never.
        """
        self._line.clear(entry - len(events))
        self._line.follow(entry - len(events), events)
        self._planned_to = entry
        self._asked = self._change_from = None
        self._rests = _Rests(self.settled, entry)
        self._again = math.inf if last is None else last

    def begin_at(self, step: int) -> None:
        """Settle from `step` on, which is far from where the music was; what is known of the melody stays before it."""
        if self._later:
            self.wishes, self._later = self._later.wishes, None
        self._rests = _Rests(step if self.resting else math.inf, math.inf)
        self._again += step - self.settled
        before = self._line.between(self.settled - CONTEXT, self.settled)
        self.settled = step
        self.bars.change(self.bars.at(step).begin, self.wishes.metre)
        self._inserted = (0, 0)
        self._line.clear(step - len(before))
        self._line.follow(step - len(before), before)
        self._planned_to = step
        self._used.clear()
        self._asked = self._change_from = None
        self._sounding = False

    def insert(self, events: Sequence[int], from_step: int) -> None:
        """Play these events from the first bar line at `from_step` or later; plans go on after them."""
        line = self.bars.line(max(from_step, self.settled))
        self._line.follow(line, events)
        self._planned_to = self._line.end
        self._inserted = (line, self._line.end)
        self._asked = self._change_from = None

    def change(self, wishes: Wishes, from_step: int) -> None:
        """Change the wishes: what comes from `from_step` on is planned anew, and kept until the new plan is there.

        What can only change at a bar line (see `change_at_bar`) waits for it.
        """
        if self._later:
            self._later = _Later(self._later.line, wishes)
            wishes = wishes.until_bar(self.wishes)
        self.wishes = wishes
        self._plan_anew(from_step)

    def change_at_bar(self, wishes: Wishes, from_step: int) -> int:
        """Change the wishes from the first bar line at `from_step` or later; return that line."""
        if self._later:
            self.bars.change(self._later.line, self.wishes.metre)
        line = self.bars.line(max(from_step, self.settled))
        self._later = _Later(line, wishes)
        self.bars.change(line, wishes.metre)
        self._plan_anew(line if self._change_from is None else min(line, self._change_from))
        return line

    def wanted(self) -> PlanRequest | None:
        """Return what to ask the planner now, or None if enough is planned or asked for.

        Plans begin where the last one ended and end at every second bar line, or where the wishes change.
        """
        line = self._line
        ahead = PLAN_BARS * self.bars.at(self.settled).metre.steps_per_bar
        if self._asked or self.resting or (self._change_from is None and line.end - self.settled > ahead):
            return None
        first = line.end if self._change_from is None else min(line.end, max(self._change_from, self.settled))
        later = self._later
        wishes = later.wishes if later and first >= later.line else self.wishes
        horizon = self._horizon(first)
        if later and first < later.line:
            horizon = min(horizon, later.line - first)
        self._revision += 1
        self.asked_from = first
        number, before = self.bars.number_for_planner(first), self._before(first)
        fields = wishes.request(self._revision, before, number, horizon)
        if first < self._again < math.inf:  # So that it may close.
            fields["length"] = number + int(self._again) - first
        self._asked = PlanRequest(**fields)
        return self._asked

    def accept(self, plan: Plan) -> bool:
        """Take the steps of a plan that are not settled yet; say whether it was the plan that was asked for."""
        asked, first = self._asked, self.asked_from
        if asked is None or plan.revision != asked.revision:
            return False
        self._asked = self._change_from = None
        events = plan.events[: asked.horizon]
        fits = all(0 <= event < self.wishes.vocabulary.size for event in events)
        if not fits or plan.first_step != asked.first_step or len(events) < asked.horizon:
            return False
        begin = max(first, self.settled)
        if not first and not self._later:
            self._opening = _Opening(self.wishes, events)
        if (late := begin - first) < len(events):
            self._line.follow(begin, events[late:])
            self._planned_to = self._line.end
            self._used.append(Used(first, begin, self._line.end, asked, plan))
        return True

    def ask_anew(self) -> None:
        """Note that what was asked for will not come."""
        self._asked = None

    def _before(self, step: int) -> list[int]:
        """Return the melody before a step, with what others played in it."""
        events = self._line.between(step - CONTEXT, step)
        begin = step - len(events)
        return [self.company.get(at, event) for at, event in enumerate(events, begin)] if self.company else events

    def _settle_rest(self, step: int) -> Next:
        """Settle silence. A rest whose end is known is part of a line that is known as well."""
        event, self._sounding = NOTE_OFF if self._sounding else HOLD, False
        if self.resting:
            self._line.cut(step)
            self._line.append(event)
            self._planned_to = step + 1
        self.settled = step + 1
        return Next(step, event, "rest")

    def _plan_anew(self, from_step: int) -> None:
        self._asked = None
        self._change_from = min(from_step, self._planned_to)

    def _horizon(self, first: int) -> int:
        """Return how many steps to plan from `first` on: to the end of the pair of bars, or of the next pair."""
        number, per_bar = self.bars.number_for_planner(first), self.bars.at(first).metre.steps_per_bar
        per_plan = PLAN_BARS * per_bar
        horizon = per_plan - number % per_plan
        return horizon if horizon >= per_bar else horizon + per_plan

    def _origin(self, step: int) -> Origin:
        if self._inserted[0] <= step < self._inserted[1]:
            return "take"
        waiting = self._change_from is not None and step >= self._change_from
        return "rest of plan" if waiting else "plan"

    def _without_plan(self) -> tuple[int, Origin]:
        wishes, ended = self.wishes, self._planned_to
        begin = max(0, ended - motif.MOTIF_BARS * wishes.metre.steps_per_bar)
        recent = self._line.between(begin, self._line.end)
        event = motif.repeat(recent, ended - begin, wishes.metre.steps_per_bar, wishes.key, wishes.vocabulary)
        return (NOTE_OFF, "silence") if event is None else (event, "motif")
