"""The plan: what comes next, what of it is settled, and what to play when no plan has come.

Time goes in steps. Steps before `settled` have been handed on to be played and never change. What follows comes from
plans of two bars each, one after the other, so that the same seed gives the same notes however long planning takes.
A plan that does not come in time is followed by the rest of the last one, then by a varied repeat of the last motif,
then by silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from live_composer.live import motif
from live_composer.music.key import Key
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import DEFAULT, FIRST_PITCH, HOLD, NOTE_OFF, Vocabulary
from live_composer.wire.messages import CONTEXT, Plan, PlanRequest

if TYPE_CHECKING:
    from live_composer.live.values import Values

PLAN_BARS = 2
"""Bars that a plan covers, and bars that are planned ahead at least."""

Origin: TypeAlias = Literal["plan", "rest of plan", "motif", "silence"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the musician asks of the music.

    Attributes:
        model: by name or path.
        metre, key: events are in the key's home.
        temperature: of sampling.
        seed: of everything random.
        vocabulary: what the model's events mean.
    """

    model: str
    metre: Metre
    key: Key
    temperature: float
    seed: int
    vocabulary: Vocabulary = DEFAULT

    @classmethod
    def of(cls, values: Values, vocabulary: Vocabulary) -> Wishes:
        """Return what the values of all parameters ask for."""
        return cls(
            values.word("model"),
            Metre.parse(values.word("metre")),
            Key.parse(values.word("key")),
            values.number("temperature"),
            values.whole("seed"),
            vocabulary,
        )


class Next(NamedTuple):
    """The event of a step, and where it came from."""

    step: int
    event: int
    origin: Origin


class PlanSource:
    """Answers at once, for every step in turn, what to play.

    Attributes:
        wishes: what plans are asked with; change them by `change`.
        settled: the next step to be settled.
        missed: how many times a plan was wanted and not there.
    """

    def __init__(self, wishes: Wishes) -> None:
        self.wishes = wishes
        self.settled = 0
        self.missed = 0
        self._line: list[int] = []
        self._planned_to = 0
        self._revision = 0
        self._asked: PlanRequest | None = None
        self._change_from: int | None = None
        self._sounding = False

    @property
    def ready(self) -> bool:
        """Whether the next step is planned."""
        return self._planned_to > self.settled

    def settle(self) -> Next:
        """Settle the next step. It is answered at once, whatever has become of the planner."""
        step, line = self.settled, self._line
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
        return Next(step, event, origin)

    def events(self, first: int, last: int) -> list[int]:
        """Return the events of the steps from `first` up to but without `last`, as far as they are known."""
        return self._line[max(0, first) : max(0, last)]

    def rewind(self, step: int) -> None:
        """Settle from `step` on once more: what followed was never heard."""
        self.settled = min(step, self.settled)
        del self._line[max(self.settled, self._planned_to) :]
        if self._asked and self._asked.first_step > len(self._line):
            self._asked = None
        struck = [event for event in self._line[: self.settled] if event != HOLD]
        self._sounding = bool(struck) and struck[-1] >= FIRST_PITCH

    def change(self, wishes: Wishes, from_step: int) -> None:
        """Change the wishes: what comes from `from_step` on is planned anew, and kept until the new plan is there."""
        self.wishes = wishes
        self._asked = None
        self._change_from = min(from_step, self._planned_to)

    def wanted(self) -> PlanRequest | None:
        """Return what to ask the planner now, or None if enough is planned or asked for.

        Plans begin where the last one ended and end at every second bar line.
        """
        per_bar = self.wishes.metre.steps_per_bar
        per_plan = PLAN_BARS * per_bar
        if self._asked or (self._change_from is None and len(self._line) - self.settled > per_plan):
            return None
        first = len(self._line) if self._change_from is None else max(self._change_from, self.settled)
        horizon = per_plan - first % per_plan
        self._revision += 1
        self._asked = PlanRequest(
            self._revision,
            self.wishes.model,
            self._line[max(0, first - CONTEXT) : first],
            first,
            horizon if horizon >= per_bar else horizon + per_plan,
            str(self.wishes.metre),
            str(self.wishes.key),
            self.wishes.temperature,
            self.wishes.seed,
        )
        return self._asked

    def accept(self, plan: Plan) -> bool:
        """Take the steps of a plan that are not settled yet; say whether it was the plan that was asked for."""
        asked = self._asked
        if asked is None or plan.revision != asked.revision:
            return False
        self._asked = self._change_from = None
        events = plan.events[: asked.horizon]
        fits = all(0 <= event < self.wishes.vocabulary.size for event in events)
        if not fits or plan.first_step != asked.first_step or len(events) < asked.horizon:
            return False
        begin = max(asked.first_step, self.settled)
        if (late := begin - asked.first_step) < len(events):
            self._line[begin:] = events[late:]
            self._planned_to = len(self._line)
        return True

    def ask_anew(self) -> None:
        """Note that what was asked for will not come."""
        self._asked = None

    def _origin(self, step: int) -> Origin:
        waiting = self._change_from is not None and step >= self._change_from
        return "rest of plan" if waiting else "plan"

    def _without_plan(self) -> tuple[int, Origin]:
        wishes = self.wishes
        event = motif.repeat(self._line, self._planned_to, wishes.metre.steps_per_bar, wishes.key, wishes.vocabulary)
        return (NOTE_OFF, "silence") if event is None else (event, "motif")
