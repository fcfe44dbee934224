"""Rules as values: two forms, parameters, help."""

from __future__ import annotations

import numpy as np
import pytest

from live_composer.errors import BadInput
from live_composer.rules import Context, Note, Rewards, Rule, Tokens, batch_rule, note_rule


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


def test_a_batch_rule_tells_of_itself_too():
    def always(melodies: Tokens, context: Context, *, worth: float = 0.5) -> Rewards:
        """Praise
        everything.

        Even silence.
        """
        return np.full(melodies.shape, worth)

    rule = batch_rule(always)
    assert (rule.name, rule.help, rule.parameters) == ("always", "Praise everything.", {"worth": 0.5})
    assert rule.file == __file__
    assert rule(MELODY, Context()).tolist() == [[0.5] * 5]


def test_a_note_rule_made_as_it_plays_tells_of_itself():
    def never(note: Note) -> float:
        """Blame everything."""
        return -1.0

    assert (note_rule(never).name, note_rule(never).help) == ("never", "Blame everything.")


def test_a_rule_that_is_not_known_has_no_file_and_a_function_may_say_nothing():
    assert Rule("lost").file == ""
    assert note_rule(lambda note: 0.0).help == ""


def test_only_what_is_asked_for_is_judged():
    assert steps_over_leaps(MELODY, Context(), 2).tolist() == [[-1, 0, 0]]
    assert quiet(MELODY, Context(), 1).tolist() == [[1, 0, 0, 0]]


@pytest.mark.parametrize(("gap", "cut"), [(4, 16), (8, 8), (20, 0), (99, 0)])
def test_live_a_batch_form_is_given_little_more_than_the_notes_it_hears(gap: int, cut: int):
    given: list[tuple[Tokens, Context]] = []

    @note_rule
    def echo(note: Note, *, back: int = 1) -> float:
        return 0.0

    @echo.batch(notes=lambda *, back: back)
    def heard(melodies: Tokens, context: Context, *, back: int = 1) -> Rewards:
        given.append((melodies, context))
        return melodies * back  # pyright: ignore[reportReturnType]

    melodies = np.array([[2] * 30, [16 if step % gap == 0 else 1 for step in range(30)]])
    rewards = heard.having(back=2)(melodies, Context(first_step=100), 24)
    assert rewards.tolist() == (2 * melodies[:, 24:]).tolist()
    assert rewards.dtype == np.float64
    ((seen, context),) = given
    assert seen.tolist() == melodies[:, cut:].tolist()
    assert (context.first_step, context.judged_from) == (100 + cut, 24 - cut)
    # From the start on, all is judged.
    assert heard(melodies, Context()).dtype == np.float64
    assert given[1][0].shape == melodies.shape


def test_without_a_word_on_notes_a_batch_form_is_given_all():
    @batch_rule
    def counts(melodies: Tokens, context: Context) -> Rewards:
        return np.cumsum(melodies == 14, axis=1) * 1.0

    assert counts(np.array([[14] * 9]), Context(), 6).tolist() == [[7, 8, 9]]


def test_what_is_no_number_is_told_with_the_rule():
    @note_rule
    def speaks(note: Note) -> float:
        return "much"  # pyright: ignore[reportReturnType]

    with pytest.raises(TypeError, match=r"^speaks returned 'much' for a note, and must return a number$"):
        speaks(MELODY, Context())


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
        ({"why": 1}, "the parameter `why` of `steps_over_leaps` is 1, and must be text."),
    ],
)
def test_what_is_no_parameter_is_refused(parameters: dict[str, object], words: str):
    with pytest.raises(BadInput) as caught:
        steps_over_leaps.having(**parameters)
    assert words in str(caught.value)


def test_a_rule_without_parameters_says_so():
    with pytest.raises(BadInput, match=r"^the rule `quiet` has no parameter `loud`; it has: none\.$"):
        quiet.having(loud=True)


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
    kinds = "a number, a whole number, true or false, text"
    for bad in (lambda note, *, widest: 0.0, lambda note, *, widest=(1, 2): 0.0, lambda note, *, widest=None: 0.0):
        with pytest.raises(TypeError, match=f"^the parameter `widest` of <lambda> needs a default .* one of: {kinds}$"):
            note_rule(bad)
    with pytest.raises(TypeError, match="takes `weight`, which is the rule book's own"):
        batch_rule(lambda melodies, context, *, weight=1.0: melodies * weight)
