"""The two ways of learning: what they play, what they learn from, and that both reach the optimum of a toy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from live_composer.learn.by_melody import ByMelody, bars_counted
from live_composer.learn.by_transition import ByTransition
from live_composer.learn.g import G
from live_composer.learn.pg import PolicyGradient
from live_composer.learn.psi import Psi
from live_composer.learn.q import Q
from live_composer.learn.rollout import hear, roll_out
from live_composer.learn.task import task_of
from live_composer.learn.team import Team
from live_composer.learn.tune_recipe import ByMelodyRecipe, ByTransitionRecipe
from live_composer.music.metre import Metre
from tests.unit.learn.toys import SMALL, STEPS, best_score, exact_j, log_z, toy_book, toy_prior, toy_task

if TYPE_CHECKING:
    from live_composer.learn.algorithm import MelodyAlgorithm, TransitionAlgorithm
    from live_composer.learn.task import Task
    from live_composer.learn.way import Way

pytestmark = pytest.mark.learn

torch.set_num_threads(1)  # networks this small lose by more

ALONE = Team(torch.device("cpu"))
BY_TRANSITION = ByTransitionRecipe(
    steps=10_000,
    learning_rate=3e-3,
    clip=5.0,
    check_every=1000,
    discount=0.5,
    first_epsilon=1.0,
    last_epsilon=0.1,
    exploring=0.5,
    capacity=300,
    batch=8,
    play_steps=5,
    target_rate=0.1,
)
BY_MELODY = ByMelodyRecipe(
    steps=10_000,
    learning_rate=0.02,
    clip=1.0,
    check_every=1000,
    fresh=64,
    replayed=32,
    mutated=32,
    pool=100,
    pool_noise=1.0,
    first_c=2.0,
    annealing=0.3,
    trace=0.8,
    huber=5.0,
    value_scale=5.0,
)


def by_transition(algorithm: TransitionAlgorithm, task: Task, **changes: object) -> ByTransition:
    return ByTransition(algorithm, task, replace(BY_TRANSITION, **changes), 1, ALONE)


def by_melody(algorithm: MelodyAlgorithm, task: Task, **changes: object) -> ByMelody:
    return ByMelody(algorithm, [task], replace(BY_MELODY, **changes), 1, ALONE)


def learnt(way: Way, rounds: range, of: int = 0) -> list[float]:
    return [way.round(number, number / (of or len(rounds))).loss for number in rounds]


def weights(way: Way) -> dict[str, bytes]:
    return {name: tensor.numpy().tobytes() for name, tensor in way.tensors().items()}


def prior_weights(task: Task) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in task.prior.weights.items()}


@pytest.mark.parametrize("algorithm", [Psi(), G(), PolicyGradient()], ids=lambda algorithm: algorithm.name)
def test_whole_melodies_lead_to_the_optimum(algorithm: MelodyAlgorithm):
    task = toy_task()
    alone = {"replayed": 0, "mutated": 0, "pool": 0, "trace": 1.0} if isinstance(algorithm, PolicyGradient) else {}
    way = by_melody(algorithm, task, **alone)
    before = exact_j(way.policy(), task)

    learnt(way, range(250))

    best = log_z(task)
    assert before < best - 1
    assert best - 0.15 < exact_j(way.policy(), task) <= best + 1e-4


@pytest.mark.parametrize("algorithm", [Psi(), G()], ids=lambda algorithm: algorithm.name)
@pytest.mark.parametrize("c", [0.5, 2.0])
def test_imitating_the_best_melodies_leads_there_too(algorithm: MelodyAlgorithm, c: float):
    """Where rules are gentle the best melodies are no likelier than many others, and not to be imitated for long."""
    task = replace(toy_task(), c=c)
    way = by_melody(algorithm, task, c=c, first_c=1.5 * c, imitation=1.0, last_imitation=0.2, own=0.1, turn=0.3)
    learnt(way, range(250))

    assert exact_j(way.policy(), task) > log_z(task) - 0.15


def test_what_the_optimum_plays_as_often_is_not_imitated():
    task = toy_task()
    way = by_melody(Psi(), task, imitation=1.0)
    found = way._drawn(way.parts[0], np.random.default_rng(1))[0]
    pi = hear(way.policy(), found.events, task.context).sum(axis=1)
    worth = way._worth(found, task.c)
    for log_z_, expected in ((1e3, 0.0), (-1e3, 1.0)):
        np.testing.assert_array_equal(way._wanted(way.parts[0], found, task.c, log_z_), expected)
    half = way._wanted(way.parts[0], found.chosen(np.arange(1)), task.c, float(worth[0] - pi[0]) - 0.5)
    assert half == pytest.approx([0.5], abs=1e-4)


def test_q_imitates_the_best_to_the_end():
    way = by_melody(Q(), toy_task(), imitation=1.0)
    found = way._drawn(way.parts[0], np.random.default_rng(1))[0]
    assert (way._wanted(way.parts[0], found, 0.5, 1e3) == 1).all()


def test_whole_melodies_lead_q_to_the_best_melody():
    task = toy_task()
    way = by_melody(Q(), task)

    learnt(way, range(250))

    policy = way.policy()
    chance, prior, book = np.random.default_rng(1), task.prior_policy, task.book
    greedy = roll_out(policy, prior, book, 1, chance, context=task.context, temperature=1e-3)
    score = greedy.log_p.sum() + task.paid(greedy).sum() / task.c
    assert score == pytest.approx(best_score(task), abs=0.2)


@pytest.mark.parametrize("algorithm", [Psi(), G()], ids=lambda algorithm: algorithm.name)
def test_single_steps_come_near_it_too(algorithm: TransitionAlgorithm):
    task = toy_task()
    way = by_transition(algorithm, task)
    before = exact_j(way.policy(), task)

    learnt(way, range(500))

    # Not to the end: it looks half as far with each step, and beyond the end of the melody.
    assert exact_j(way.policy(), task) > before + 0.7


@pytest.mark.parametrize("make", [by_transition, by_melody])
def test_the_prior_learns_nothing(make: object):
    task = toy_task()
    before = prior_weights(task)
    way = make(G(), task)
    learnt(way, range(20))

    assert prior_weights(task) == before
    _, kept = way.kept(task.prior.card)
    assert {name: kept[f"base.{name}"].tobytes() for name in before} == before
    if isinstance(way, ByMelody):
        assert all(weight.grad is None for weight in way.prior.parameters())


def test_g_begins_as_the_prior_plays():
    task = toy_task()

    assert exact_j(by_melody(G(), task).policy(), task) == pytest.approx(exact_j(task.prior_policy, task), abs=1e-4)


def test_without_the_prior_g_stands_alone():
    task = toy_task(prior_weight=0.0)
    card, kept = by_melody(G(), task).kept(task.prior.card)

    assert card.base is None
    assert not any(name.startswith("base.") for name in kept)


def test_half_a_prior_counts_half():
    task = toy_task(prior_weight=0.5)
    policy = by_melody(G(), task).policy()
    events = task.roll_out(policy, 50, np.random.default_rng(1)).events
    _, state = None, task.prior_policy.start(1)
    logits, _ = task.prior_policy.step(state, np.array([-1]), np.array([0]), np.array([0]))
    half = 0.5 * logits[0]

    first = hear(policy, events, task.context)[:, 0]

    expected = half - np.log(np.exp(half).sum())
    np.testing.assert_allclose(first, expected[events[:, 0]], atol=1e-5)


@pytest.mark.parametrize("make", [by_transition, by_melody])
@pytest.mark.parametrize("algorithm", [Psi(), Q(), G()], ids=lambda algorithm: algorithm.name)
def test_it_goes_on_from_what_it_kept_to_the_last_bit(make: object, algorithm: object):
    task = toy_task()
    whole, first, second = (make(algorithm, task) for _ in range(3))
    learnt(whole, range(9), of=20)
    learnt(first, range(4), of=20)

    second.restore({name: tensor.clone() for name, tensor in first.tensors().items()})
    learnt(second, range(4, 9), of=20)

    assert weights(second) == weights(whole)


def test_an_update_for_every_five_steps():
    way = by_transition(Psi(), toy_task())

    done = [way.round(number, 0.0) for number in range(10)]

    assert sum(one.steps for one in done) == 10 * STEPS
    assert sum(one.updates for one in done) == 10 * STEPS // 5


def test_exploring_fades_over_half_of_the_steps():
    assert [BY_TRANSITION.epsilon(fraction) for fraction in (0.0, 0.25, 0.5, 1.0)] == pytest.approx([1, 0.55, 0.1, 0.1])


def test_without_exploring_the_likeliest_is_played():
    task = toy_task()
    way = by_transition(Psi(), task, first_epsilon=0.0, last_epsilon=0.0)

    episode = way._play(0.0, np.random.default_rng(1))

    policy, state, expected = way.policy(), way.policy().start(1), [-1]
    for step in range(STEPS):
        logits, state = policy.step(state, np.array(expected[-1:]), np.array([step]), np.array([0]))
        expected.append(int(logits.argmax()))
    assert episode.heard.tolist() == expected


def test_exploring_plays_every_event():
    way = by_transition(Psi(), toy_task())

    heard = [way._play(1.0, np.random.default_rng(seed)).heard[1:] for seed in range(100)]

    assert set(np.concatenate(heard).tolist()) == set(range(SMALL.size))


def test_an_episode_tells_what_prior_and_rules_say():
    task = toy_task(c=0.25)
    episode = by_transition(Psi(), task)._play(0.5, np.random.default_rng(3))
    events = episode.heard[None, 1:]

    log_p, reward = task.judged(events)

    np.testing.assert_allclose(episode.log_p[np.arange(STEPS), events[0]], log_p[0], atol=1e-5)
    np.testing.assert_allclose(episode.reward, reward[0] / 0.25, atol=1e-6)
    assert not episode.states[0].any()
    assert episode.states[1:].any(axis=(1, 2, 3)).all()


def test_the_target_network_follows_slowly():
    way = by_transition(Psi(), toy_task(), target_rate=0.01)
    begin = way.target.output.bias.clone()
    learnt(way, range(2))  # one update, after the second melody

    moved = way.network.output.bias.detach() - begin

    np.testing.assert_allclose(way.target.output.bias - begin, 0.01 * moved, atol=1e-7)
    assert moved.abs().max() > 1e-4


def test_c_falls_by_equal_factors_to_what_was_asked_for():
    recipe = replace(BY_MELODY, c=0.5, first_c=8.0, annealing=0.5)

    assert [recipe.c_at(fraction) for fraction in (0, 0.25, 0.5, 1)] == pytest.approx([8, 2, 0.5, 0.5])


def test_the_network_is_told_where_it_is():
    task = toy_task(steps=40)

    assert by_melody(Psi(), task).network.rnn.shape.phrase == 3
    assert by_melody(Psi(), task).network.rnn.shape.metre
    assert by_melody(Psi(), task, told=False).network.rnn.shape == task.prior.shape


def test_endless_playing_counts_the_bars_of_a_phrase():
    book = toy_book(None)
    task = task_of(toy_prior(), book, book.context(metre=Metre(3, 4)), 96, c=0.5, prior_weight=1)

    assert (task.steps, bars_counted(task)) == (96, 4)


def test_imitating_makes_the_pool_likelier():
    task = toy_task()
    plain, eager = (by_melody(Psi(), task, imitation=weight, trace=1.0) for weight in (0.0, 30.0))
    for way in (plain, eager):
        learnt(way, range(150))

    pool = eager.parts[0].pool.found.events
    likelihoods = [hear(way.policy(), pool, task.context).sum(axis=1).mean() for way in (plain, eager)]

    assert likelihoods[1] > likelihoods[0]
