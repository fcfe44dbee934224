"""Rules as values: two forms, parameters, help."""

from __future__ import annotations

import numpy as np
import pytest

from live_composer.errors import BadInput
from live_composer.rules import Context, Note, Rewards, Tokens, batch_rule, note_rule


@note_rule
def steps_over_leaps(note: Note, *, widest: int = 7, cost: float = -1.0, loud: bool = False, why: str = "") -> float:
    """Move by step; think twice
    about anything wider.

    More is told here.
    """
    return cost if abs(note.interval) > widest else 0.0


@note_rule(every_step=True)
def quiet(note: Note) -> float:
    return 1.0 if note.is_hold else 0.0


MELODY = np.array([[14, 1, 26, 0, 27]])


def test_name_help_and_parameters_come_from_the_function():
    assert steps_over_leaps.name == "steps_over_leaps"
    assert steps_over_leaps.help == "Move by step; think twice about anything wider."
    assert steps_over_leaps.parameters == {"widest": 7, "cost": -1.0, "loud": False, "why": ""}
    assert steps_over_leaps.file == __file__


def test_a_note_rule_judges_notes_that_start_or_every_step():
    assert steps_over_leaps(MELODY, Context()).tolist() == [[0, 0, -1, 0, 0]]
    assert quiet(MELODY, Context()).tolist() == [[0, 1, 0, 0, 0]]


def test_other_parameters_make_another_rule():
    kinder = steps_over_leaps.having(widest=12, cost=-2)
    assert kinder(MELODY, Context()).tolist() == [[0, 0, 0, 0, 0]]
    assert steps_over_leaps(MELODY, Context()).tolist() == [[0, 0, -1, 0, 0]]


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"wides": 7}, "has no parameter `wides`; it has: widest, cost, loud, why."),
        ({"widest": 7.5}, "`widest` of `steps_over_leaps` is 7.5, and must be a whole number"),
        ({"widest": True}, "is True, and must be a whole number"),
        ({"cost": "much"}, "is 'much', and must be a number"),
        ({"loud": 1}, "is 1, and must be true or false"),
        ({"why": 1}, "must be text"),
    ],
)
def test_what_is_no_parameter_is_refused(parameters: dict[str, object], words: str):
    with pytest.raises(BadInput) as caught:
        steps_over_leaps.having(**parameters)
    assert words in str(caught.value)


def test_a_batch_form_is_preferred_and_the_note_form_kept():
    both = steps_over_leaps.batch(
        lambda melodies, context, *, widest=7, cost=-1.0, loud=False, why="": np.full(melodies.shape, cost)
    )
    assert both.having(cost=3.0)(MELODY, Context()).tolist() == [[3.0] * 5]
    assert both.by_note(MELODY, Context()).tolist() == [[0, 0, -1, 0, 0]]


def test_forms_of_different_parameters_are_no_rule():
    with pytest.raises(TypeError, match="must take the same parameters"):

        @steps_over_leaps.batch
        def steps(melodies: Tokens, context: Context, *, widest: int = 7) -> Rewards:
            return melodies * 0.0


def test_a_parameter_needs_a_default_that_a_book_can_write():
    for bad in (lambda note, *, widest: 0.0, lambda note, *, widest=(1, 2): 0.0, lambda note, *, widest=None: 0.0):
        with pytest.raises(TypeError, match="needs a default that is one of"):
            note_rule(bad)
    with pytest.raises(TypeError, match="takes `weight`, which is the rule book's own"):
        batch_rule(lambda melodies, context, *, weight=1.0: melodies * weight)
