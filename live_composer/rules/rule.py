"""A rule: a function that pays or blames each event of a melody, by what stands before it and nothing else.

Two forms, one contract. A note rule judges one note and is easy to write; a batch rule judges many melodies at once and
makes tuning fast. A rule may have both: the note form is then the reference, the batch form its fast equal. The value
at a step depends only on the events up to that step and on the context (key, metre, step, chord, length).
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast, overload

import numpy as np
from numpy.typing import NDArray

from live_composer.errors import BadInput
from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules.note import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from live_composer.rules.context import Context

Tokens = NDArray[np.int64]
"""Events, (melodies, steps)."""
Rewards = NDArray[np.float64]
"""What a rule says of each event, (melodies, steps): above 0 praise, below 0 blame."""


@dataclass(frozen=True, eq=False)
class Rule:
    """A rule by name. Calling it judges a batch: `rule(melodies, context)`.

    Attributes:
        name: what rule books call it: the function's name.
        help: the first paragraph of its docstring.
        note: the note form, None if there is only a batch form.
        every_step: whether the note form judges holds and note offs too, or only the starts of notes.
        batch_form: the batch form, None if there is only a note form.
        parameters: keyword parameters with the values in force.
        notes: how many notes before an event the batch form hears at most, given its parameters; None: all.
    """

    name: str
    help: str = ""
    note: Callable[..., float] | None = None
    every_step: bool = False
    batch_form: Callable[..., Rewards] | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    notes: Callable[..., int] | None = None

    def __call__(self, melodies: Tokens, context: Context, first: int = 0) -> Rewards:
        """Judge every event of every melody: (melodies, steps) -> (melodies, steps).

        Args:
            melodies: the events.
            context: what else is known.
            first: the column from which on events are judged; those before it are only heard.
        """
        if self.batch_form is None:
            return self.by_note(melodies, context, first)
        if not first:
            return self._by_batch(self.batch_form, melodies, context)
        cut = self._first_heard(melodies, first)
        context = replace(context, first_step=context.first_step + cut, judged_from=first - cut)
        return self._by_batch(self.batch_form, melodies[:, cut:], context)[:, first - cut :]

    def by_note(self, melodies: Tokens, context: Context, first: int = 0) -> Rewards:
        """Judge by the note form, one event after the other."""
        rewards = np.zeros((melodies.shape[0], melodies.shape[1] - first))
        for row, melody in enumerate(melodies.tolist()):
            for step, event in enumerate(melody[first:], first):
                if self.every_step or event >= FIRST_PITCH:
                    rewards[row, step - first] = self.judge(Note(melody[:step], event, context))
        return rewards

    def judge(self, note: Note) -> float:
        """Judge one event by the note form.

        Raises:
            TypeError: the function returned no number.
        """
        assert self.note is not None
        value = self.note(note, **self.parameters)
        try:
            return float(value)
        except (TypeError, ValueError):
            raise TypeError(f"{self.name} returned {value!r} for a note, and must return a number") from None

    @overload
    def batch(self, function: Callable[..., Rewards]) -> Rule: ...
    @overload
    def batch(self, *, notes: Callable[..., int]) -> Callable[[Callable[..., Rewards]], Rule]: ...
    def batch(
        self, function: Callable[..., Rewards] | None = None, *, notes: Callable[..., int] | None = None
    ) -> Rule | Callable[[Callable[..., Rewards]], Rule]:
        """Give a note rule its batch form (a decorator); both must agree everywhere.

        Args:
            function: the batch form.
            notes: takes the rule's parameters, and returns how many notes before an event it hears at most. Live,
                where a rule is asked again and again for the last events of long melodies, it is then given no more.

        Raises:
            TypeError: the two forms take different parameters.
        """

        def add(function: Callable[..., Rewards]) -> Rule:
            if set(_parameters(function)) != set(self.parameters):
                raise TypeError(f"the note form and the batch form of {self.name} must take the same parameters")
            return replace(self, batch_form=function, notes=notes)

        return add if function is None else add(function)

    def having(self, **parameters: Any) -> Rule:
        """Return the rule with other parameters.

        Raises:
            BadInput: it has no such parameter, or the value is of another type.
        """
        for name, value in parameters.items():
            if name not in self.parameters:
                known = ", ".join(self.parameters) or "none"
                raise BadInput(f"the rule `{self.name}` has no parameter `{name}`; it has: {known}.")
            kind = cast("type[object]", type(self.parameters[name]))
            fits = type(value) in ((int, float) if kind is float else (kind,))
            if not fits:
                raise BadInput(f"the parameter `{name}` of `{self.name}` is {value!r}, and must be {_KINDS[kind]}.")
        return replace(self, parameters={**self.parameters, **parameters})

    def _by_batch(self, form: Callable[..., Rewards | None], melodies: Tokens, context: Context) -> Rewards:
        rewards = form(melodies, context, **self.parameters)
        if rewards is None:
            raise TypeError(f"{self.name} returned None for melodies, and must return an array of their shape")
        return np.asarray(rewards, dtype=np.float64)

    def _first_heard(self, melodies: Tokens, first: int) -> int:
        """Return the first column that counts where events from the column `first` on are judged."""
        if self.notes is None:
            return 0
        notes = self.notes(**self.parameters)
        back = _STEPS_A_NOTE * notes
        while back < first and (melodies[:, first - back : first] >= FIRST_PITCH).sum(axis=1).min() < notes:
            back *= 2
        return max(0, first - back)

    @property
    def file(self) -> str:
        """The file that the rule was written in."""
        code = getattr(self.note or self.batch_form, "__code__", None)
        return code.co_filename if code else ""


_STEPS_A_NOTE = 4
"""How far apart notes are guessed to be; a wrong guess costs another try."""

_KINDS: dict[type[object], str] = {
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    str: "text",
}


@overload
def note_rule(function: Callable[..., float]) -> Rule: ...
@overload
def note_rule(*, every_step: bool) -> Callable[[Callable[..., float]], Rule]: ...
def note_rule(
    function: Callable[..., float] | None = None, *, every_step: bool = False
) -> Rule | Callable[[Callable[..., float]], Rule]:
    """Make a rule of a function that judges one note: `f(note, *, parameter=default) -> float`.

    Args:
        function: called for every note that starts.
        every_step: call it for holds and note offs too.
    """

    def make(function: Callable[..., float]) -> Rule:
        return Rule(function.__name__, _help(function), function, every_step, parameters=_parameters(function))

    return make if function is None else make(function)


def batch_rule(function: Callable[..., Rewards]) -> Rule:
    """Make a rule of a function that judges many melodies: `f(melodies, context, *, parameter=default) -> rewards`."""
    return Rule(function.__name__, _help(function), batch_form=function, parameters=_parameters(function))


def _help(function: Callable[..., Any]) -> str:
    return (inspect.getdoc(function) or "").partition("\n\n")[0].replace("\n", " ")


def _parameters(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the keyword parameters of a rule's function with their defaults.

    Raises:
        TypeError: one has no default, or one that no rule book could write, or is called `weight`.
    """
    parameters = {
        name: parameter.default
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    if "weight" in parameters:
        raise TypeError(f"{function.__name__} takes `weight`, which is the rule book's own; call it something else")
    for name, default in parameters.items():
        if type(default) not in _KINDS:
            kinds = ", ".join(_KINDS.values())
            raise TypeError(f"the parameter `{name}` of {function.__name__} needs a default that is one of: {kinds}")
    return parameters
