"""Rollouts are the policy's own melodies, told how likely they are and what every rule says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from live_composer.errors import BadInput, BadModel
from live_composer.learn import rollout
from live_composer.learn.rollout import roll_out
from live_composer.music.metre import Metre, place
from live_composer.music.vocabulary import FIRST_PITCH, START, Vocabulary
from live_composer.policy.numpy_rnn import NumpyRnn
from live_composer.policy.sampling import log_probabilities
from live_composer.policy.shape import Shape
from live_composer.rules import Context, Rewards, Tokens, batch_rule, note_rule
from live_composer.rules.book import RuleBook
from tests.unit.policy.networks import random_weights

if TYPE_CHECKING:
    from live_composer.policy.policy import Policy
    from live_composer.rules import Note


def network(seed: int, **shape: object) -> Policy:
    own = replace(Shape(hidden=8), **shape)
    return NumpyRnn(own, random_weights(own, seed))


PRIOR = network(1)
POLICY = network(2, metre=True, phrase=2)


@note_rule
def upwards(note: Note) -> float:
    """Praise every rise."""
    return 1.0 if note.interval > 0 else 0.0


@batch_rule
def downbeats(melodies: Tokens, context: Context) -> Rewards:
    """Praise what starts on a bar line."""
    steps = np.arange(melodies.shape[1]) + context.first_step
    return 2.0 * ((melodies >= FIRST_PITCH) & (steps % context.metre.steps_per_bar == 0))


@batch_rule
def broken(melodies: Tokens, context: Context) -> Rewards:
    """Fail."""
    raise RuntimeError("no luck")


def book(length: int | None = 8) -> RuleBook:
    rules = [upwards, downbeats]
    return RuleBook("toy", rules, {"upwards": 0.5, "downbeats": -1.0}, length=length)


def chance(seed: int = 3) -> np.random.Generator:
    return np.random.default_rng(seed)


def listened(policy: Policy, events: Tokens, context: Context) -> Rewards:
    """How likely a policy holds each event of melodies, stepped through one by one."""
    found = np.zeros(events.shape)
    for row, melody in enumerate(events):
        state, last = policy.start(1), START
        for column, event in enumerate(melody):
            step = column + context.first_step
            heard = ([last], [place(context.metre, step)], [step // context.metre.steps_per_bar])
            logits, state = policy.step(state, *(np.array(number) for number in heard))
            found[row, column] = log_probabilities(logits)[0, event]
            last = event
    return found


@pytest.mark.parametrize(
    "context",
    [Context(length=8), Context(length=30, metre=Metre(3, 4)), Context(length=20, first_step=-4)],
    ids=["half a bar", "three-four", "a pick-up"],
)
def test_each_event_is_told_as_the_networks_hold_it(context: Context):
    found = roll_out(POLICY, PRIOR, book(), 5, chance(), context=context)

    np.testing.assert_allclose(found.log_pi, listened(POLICY, found.events, context), atol=1e-4)
    np.testing.assert_allclose(found.log_p, listened(PRIOR, found.events, context), atol=1e-4)


def test_every_rule_judges_them_and_weights_add_them():
    rules = book()
    found = roll_out(POLICY, PRIOR, rules, 20, chance())

    for name, values in zip(("upwards", "downbeats"), rules.score(found.events, rules.context()), strict=True):
        np.testing.assert_array_equal(found.rewards[name], values)
    assert any(values.any() for values in found.rewards.values())
    np.testing.assert_allclose(found.reward(rules.weights), rules.reward(found.events, rules.context()))


def test_events_come_as_often_as_the_policy_says():
    count = 20_000
    found = roll_out(POLICY, PRIOR, book(1), count, chance())
    heard = (np.array([START]), np.array([0]), np.array([0]))
    expected = np.exp(log_probabilities(POLICY.step(POLICY.start(1), *heard)[0])[0])

    share = np.bincount(found.events[:, 0], minlength=len(expected)) / count

    np.testing.assert_array_less(np.abs(share - expected), 4.5 * np.sqrt(expected / count))


def test_the_number_of_threads_changes_nothing():
    count = 2 * rollout._TOGETHER + 7

    one, three = (roll_out(POLICY, PRIOR, book(), count, chance(), threads=threads) for threads in (1, 3))

    assert one.events.shape == (count, 8)
    np.testing.assert_array_equal(one.events, three.events)
    np.testing.assert_array_equal(one.log_p, three.log_p)
    np.testing.assert_array_equal(one.rewards["upwards"], three.rewards["upwards"])


def test_a_part_is_drawn_as_the_whole_would_be():
    whole = roll_out(POLICY, PRIOR, book(), 40, chance())
    part = roll_out(POLICY, PRIOR, book(), 40, chance(), part=slice(1, None, 3))

    np.testing.assert_array_equal(part.events, whole.events[1::3])
    np.testing.assert_allclose(part.log_p, whole.log_p[1::3], atol=1e-4)


def test_melodies_are_heard_as_they_were_drawn():
    drawn = roll_out(POLICY, PRIOR, book(), 2 * rollout._TOGETHER + 7, chance())

    for policy, expected in ((POLICY, drawn.log_pi), (PRIOR, drawn.log_p)):
        np.testing.assert_allclose(rollout.hear(policy, drawn.events, book().context()), expected, atol=1e-4)


def test_groups_do_not_draw_the_same():
    events = roll_out(POLICY, PRIOR, book(), 2 * rollout._TOGETHER, chance()).events

    assert (events[: rollout._TOGETHER] != events[rollout._TOGETHER :]).any()


def test_a_seed_gives_its_own_melodies():
    first, again, other = (roll_out(POLICY, PRIOR, book(), 9, chance(seed)).events for seed in (1, 1, 2))

    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_the_prior_itself_has_no_distance_from_itself():
    found = roll_out(PRIOR, PRIOR, book(), 9, chance())

    np.testing.assert_array_equal(found.log_pi, found.log_p)


def test_temperature_is_the_policys_alone():
    found = roll_out(PRIOR, PRIOR, book(), 400, chance(), temperature=0.3)

    assert found.log_pi.mean() > found.log_p.mean()
    np.testing.assert_allclose(found.log_p[:4], listened(PRIOR, found.events[:4], Context()), atol=1e-4)


def test_a_rule_that_fails_is_off_and_the_rest_counts():
    rules = book()
    rules.rules.append(broken)
    rules.weights["broken"] = 1.0

    found = roll_out(POLICY, PRIOR, rules, 600, chance(), threads=2)

    assert not found.rewards["broken"].any()
    assert found.rewards["upwards"].any()
    assert "no luck" in rules.quarantined["broken"]


def test_networks_of_two_vocabularies_are_refused():
    with pytest.raises(BadModel, match="do not speak one vocabulary"):
        roll_out(POLICY, network(1, vocabulary=Vocabulary(60, 71)), book(), 1, chance())


def test_the_rules_are_told_the_networks_vocabulary():
    small = network(1, vocabulary=Vocabulary(60, 71))

    assert rollout.fitting(small, small, book().context()).vocabulary == Vocabulary(60, 71)


def test_endless_playing_needs_a_length():
    with pytest.raises(BadInput, match="how many steps a melody shall have"):
        roll_out(POLICY, PRIOR, book(None), 1, chance())


def test_endless_playing_is_judged_as_endless():
    found = roll_out(POLICY, PRIOR, book(None), 3, chance(), steps=40)

    assert found.events.shape == (3, 40)
    expected = book().score(found.events, Context(length=None))
    np.testing.assert_array_equal(found.rewards["downbeats"], expected[1])


def test_drawing_never_passes_the_last_event():
    log_p = np.log(np.array([[0.5, 0.3, 0.2]], dtype=np.float32))

    uniform = np.array([0, 0.49, 0.51, 0.99999994], dtype=np.float32)

    assert rollout.draw(np.repeat(log_p, 4, axis=0), uniform).tolist() == [0, 0, 1, 2]
