"""What a round plays, counts and learns from, by numbers worked out by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
import torch

from live_composer.learn.by_melody import ByMelody, _Batch, _log_mean, _scaled
from live_composer.learn.g import G
from live_composer.learn.pg import PolicyGradient
from live_composer.learn.pool import Found
from live_composer.learn.psi import Psi
from live_composer.learn.q import Q
from live_composer.learn.rollout import hear
from live_composer.learn.task import Task, task_of
from live_composer.learn.team import Team
from live_composer.music.vocabulary import FIRST_PITCH
from tests.unit.learn.test_ways import BY_MELODY, by_melody, by_transition, learnt, weights
from tests.unit.learn.toys import STEPS, all_melodies, toy_book, toy_prior, toy_task

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

    from live_composer.learn.by_transition import ByTransition
    from live_composer.learn.way import Way

pytestmark = pytest.mark.learn

LN14 = math.log(14)


def flattened(network: nn.Module, event: int, odds: float) -> None:
    """Have a network hold one event for so many times as likely as each other, whatever it has heard."""
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
        network.get_parameter("output.bias")[event] = math.log(odds)


def found(rows: int) -> Found:
    """Melodies that play the same three events; the prior holds each for e^2 times less likely than certain."""
    events = np.tile([5, 3, 5], (rows, 1))
    reward = np.tile([0.0, 0.5, 1.0], (rows, 1))
    return Found(events, np.full((rows, 3), -2, dtype=np.float32), reward.astype(np.float32))


def worked(algorithm: Any, prior_weight: float = 0.5) -> ByMelody:
    """A way whose network plays event 5 with 15 of 28, each other with 1 of 28, and holds every state worth 2 nats."""
    way = by_melody(algorithm, toy_task(prior_weight=prior_weight), trace=0.0, replayed=4, imitation=3.0)
    flattened(way.network.rnn, 5, 15)
    flattened(way.prior, 5, 4)
    with torch.no_grad():
        way.network.value.bias.fill_(0.4)  # in units of 5 nats
    return way


# Paid are half of log p and r/c: -1 + [0, 1, 2] for c = 1/2. Targets, one step ahead: [-1 + 2, 0 + 2, 1].
TARGETS = np.array([1.0, 2.0, 1.0])


def loss_by_hand(log_pi: np.ndarray) -> float:
    """Half the squares of log pi + 2 - target in units of 5 nats, all errors being smaller than that."""
    return float(((log_pi + 2 - TARGETS) ** 2).mean() / 2 / 5)


@pytest.mark.parametrize(
    ("algorithm", "pi"),
    [
        (Psi(), [15 / 28, 1 / 28, 15 / 28]),
        # Half of log 4 is log 2: the prior's 2 to 1 times the network's 15 to 1, among fourteen.
        (G(), [30 / 43, 1 / 43, 30 / 43]),
    ],
    ids=["psi", "g"],
)
def test_a_round_learns_from_its_own_melodies_and_imitates_the_others_as_much_as_is_wanted(
    algorithm: Psi | G, pi: list[float]
):
    way, log_pi = worked(algorithm), np.log(pi)
    own = way._learn(way.parts[0], _Batch(found(2), 2, np.ones(0)), 0.5, 0.0)
    assert own == pytest.approx(loss_by_hand(log_pi), rel=1e-5)

    way = worked(algorithm)
    both = way._learn(way.parts[0], _Batch(found(3), 1, np.array([1.0, 0.5])), 0.5, 0.0)
    # Of the four that might be imitated one is wanted, and half of another: 3/8 of the mean log pi, with a weight of 3.
    assert both == pytest.approx(own - 3 * 3 / 8 * log_pi.mean(), rel=1e-5)


def test_what_is_imitated_teaches_no_values():
    way = worked(Psi())
    far = found(2)
    far = Found(far.events, far.log_p, far.reward + np.array([[0], [100]], dtype=np.float32))
    alone = worked(Psi())._learn(way.parts[0], _Batch(found(1), 1, np.ones(0)), 0.5, 0.0)
    beside = way._learn(way.parts[0], _Batch(far, 1, np.array([1e-9])), 0.5, 0.0)
    assert beside == pytest.approx(alone, rel=1e-5)


def test_a_share_of_the_gradient_leaves_the_values_as_they_are():
    values = torch.tensor([3.0, -2.0], requires_grad=True)
    scaled = _scaled(values, 0.25)
    scaled.sum().backward()
    assert scaled.tolist() == [3, -2]
    assert values.grad is not None
    assert values.grad.tolist() == [0.25, 0.25]


def test_the_log_of_a_mean():
    assert _log_mean(np.log([1.0, 2.0, 6.0])) == pytest.approx(math.log(3))


def test_a_melody_is_worth_what_prior_and_rules_give_for_it():
    # Half of -6, and 1.5 / (1/4).
    assert worked(Psi())._worth(found(2), 0.25).tolist() == pytest.approx([3, 3])


def test_of_each_melody_it_is_asked_how_much_it_is_wanted():
    way = by_melody(Psi(), toy_task(), imitation=1.0)
    part, drawn = way.parts[0], way._drawn(way.parts[0], np.random.default_rng(1))[0].chosen(np.zeros(2, int))
    log_pi = hear(way.policy(), drawn.events, part.task.context).sum(axis=1)[0]
    log_z = float(way._worth(drawn, 0.5)[0] - log_pi) - 0.25
    assert way._wanted(part, drawn, 0.5, log_z) == pytest.approx([0.25, 0.25], abs=1e-4)


def learnt_from(way: ByMelody, monkeypatch: pytest.MonkeyPatch) -> _Batch:
    """Return the batch that a first round would learn from."""
    batches: list[_Batch] = []

    def take_note(part: object, batch: _Batch, c: float, fraction: float) -> float:
        batches.append(batch)
        return 0.0

    monkeypatch.setattr(way, "_learn", take_note)
    way.round(0, 0.0)
    [batch] = batches
    return batch


def test_where_rules_say_nothing_the_prior_is_the_optimum_and_nothing_is_to_be_imitated(
    monkeypatch: pytest.MonkeyPatch,
):
    book = toy_book()
    book.weights.update(dict.fromkeys(book.weights, 0.0))
    task = task_of(toy_prior(), book, book.context(), None, c=0.5, prior_weight=1)
    batch = learnt_from(by_melody(Psi(), task, imitation=1.0), monkeypatch)
    assert batch.wanted.max(initial=0) < 1e-4


def test_what_is_wanted_takes_the_place_of_melodies_of_its_own(monkeypatch: pytest.MonkeyPatch):
    batch = learnt_from(by_melody(Psi(), toy_task(), imitation=1.0), monkeypatch)
    assert 0 < len(batch.wanted) == len(batch.melodies) - batch.own <= BY_MELODY.replayed
    assert len(batch.melodies) == BY_MELODY.fresh
    assert (batch.wanted > 0).all()


def test_without_a_pool_its_own_melodies_are_all_there_is(monkeypatch: pytest.MonkeyPatch):
    batch = learnt_from(by_melody(PolicyGradient(), toy_task(), pool=0, replayed=0, mutated=0), monkeypatch)
    assert (batch.own, batch.melodies.events.shape, len(batch.wanted)) == (64, (64, STEPS), 0)


@pytest.mark.parametrize(
    ("changes", "fraction", "melodies"),
    [
        ({}, 0.0, 64 + 32),
        ({"searching": 0.5}, 0.49, 64 + 32),
        ({"searching": 0.5}, 0.5, 64),
        ({"mutated": 0}, 0.0, 64),
    ],
)
def test_a_round_counts_what_it_draws_and_what_it_looks_for(changes: dict[str, float], fraction: float, melodies: int):
    done = by_melody(Psi(), toy_task(), **changes).round(0, fraction)
    assert (done.steps, done.updates) == (melodies * STEPS, 1)
    assert math.isfinite(done.loss)


@pytest.mark.parametrize(
    ("make", "changes"),
    [
        (by_melody, {"kin": 1}),
        (by_melody, {"focus": 1.0, "turn": 0.0}),
        (by_melody, {"focus": 1.0, "turn": 0.0, "c": 5.0}),
        (by_melody, {"second_moment": 0.9}),
        (by_melody, {"falling": 5.0}),
        (by_melody, {"own": 0.5}),
        (by_melody, {"last_own": 0.5, "turn": 0.0}),
        (by_melody, {"imitation": 1.0}),
        (by_melody, {"last_imitation": 1.0, "turn": 0.0}),
        (by_transition, {"learning_rate": 1e-2}),
        (by_transition, {"clip": 1e-3}),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_each_setting_counts(make: Callable[..., Way], changes: dict[str, float]):
    ways = [make(Psi(), toy_task(), **settings) for settings in ({}, changes)]
    for way in ways:
        learnt(way, range(4))
    plain, changed = (weights(way) for way in ways)
    assert plain != changed


@pytest.mark.parametrize(
    ("make", "algorithm", "prior_weight"),
    [
        (by_melody, Psi(), 1.0),
        (by_melody, Q(), 1.0),
        (by_melody, G(), 0.0),
        (by_transition, Psi(), 1.0),
        (by_transition, G(), 0.0),
    ],
    ids=lambda value: getattr(value, "name", None) or getattr(value, "__name__", None),
)
def test_without_a_prior_beneath_it_the_network_begins_as_the_prior(
    make: Callable[..., Way], algorithm: Any, prior_weight: float
):
    task = toy_task(prior_weight=prior_weight)
    heard = [
        hear(policy, all_melodies(), task.context) for policy in (make(algorithm, task).policy(), task.prior_policy)
    ]
    np.testing.assert_allclose(*heard, atol=1e-5)


def told_task() -> Task:
    """A task whose prior is told the place in the bar and the bar."""
    book = toy_book(40)
    return task_of(toy_prior(metre=True, phrase=2), book, book.context(), None, c=0.25, prior_weight=1)


def test_the_papers_network_is_told_what_its_prior_is_told():
    for task in (toy_task(), told_task()):
        assert by_transition(Psi(), task).network.shape == task.prior.shape


def test_an_episode_is_heard_at_its_places_in_its_bars():
    task = told_task()
    way = by_transition(Psi(), task)
    episode = way._play(0.5, np.random.default_rng(1))
    log_p, _ = task.judged(episode.heard[None, 1:])
    np.testing.assert_allclose(episode.log_p[np.arange(40), episode.heard[1:]], log_p[0], atol=1e-5)


def test_what_is_learnt_from_is_heard_as_it_was_played():
    task = told_task()
    way = by_transition(Psi(), task)
    episode = way._play(1.0, np.random.default_rng(1))
    states = np.ascontiguousarray(episode.states[:-1].transpose(1, 2, 0, 3))
    outputs = way._joined(*way._inputs(episode.heard[:-1], np.arange(40), states))
    log_pi = outputs.detach().log_softmax(dim=-1).numpy()[np.arange(40), episode.heard[1:]]
    np.testing.assert_allclose(log_pi, hear(way.policy(), episode.heard[None, 1:], task.context)[0], atol=1e-5)


class Alone(Team):
    """One of several processes that hears nothing of the others."""

    def together(self, part: np.ndarray) -> np.ndarray:
        return part


def of_two(way: Any, rank: int) -> Any:
    way._team = Alone(torch.device("cpu"), rank, 2)
    return way


def test_two_processes_draw_a_half_each():
    def events(way: ByMelody) -> np.ndarray:
        return way._drawn(way.parts[0], np.random.default_rng(1))[0].events

    whole, *halves = (events(way) for way in (worked(Psi()), of_two(worked(Psi()), 0), of_two(worked(Psi()), 1)))
    assert [len(half) for half in halves] == [32, 32]
    assert np.stack(halves, axis=1).reshape(whole.shape).tolist() == whole.tolist()


def test_two_processes_learn_by_melody_what_one_would():
    melodies = worked(Psi())._drawn(worked(Psi()).parts[0], np.random.default_rng(1))[0].chosen(np.arange(6))
    batch = _Batch(melodies, 2, np.array([0.25, 0.5, 0.75, 1.0]))
    whole, *halves = (
        way._learn(way.parts[0], batch, 0.5, 0.0)
        for way in (worked(Psi()), of_two(worked(Psi()), 0), of_two(worked(Psi()), 1))
    )
    assert halves[0] != pytest.approx(halves[1])
    assert np.mean(halves) == pytest.approx(whole, rel=1e-5)


def test_two_processes_learn_by_transition_what_one_would():
    def loss(way: ByTransition) -> float:
        way.replay.add(worked_episode)
        return way._learn(way.replay.sample(8, np.random.default_rng(2)))

    worked_episode = by_transition(Psi(), toy_task())._play(0.5, np.random.default_rng(1))
    whole, *halves = (
        loss(way)
        for way in (
            by_transition(Psi(), toy_task()),
            of_two(by_transition(Psi(), toy_task()), 0),
            of_two(by_transition(Psi(), toy_task()), 1),
        )
    )
    assert halves[0] != pytest.approx(halves[1])
    assert np.mean(halves) == pytest.approx(whole, rel=1e-5)


@pytest.mark.parametrize(("algorithm", "played"), [(Psi(), 5), (G(), 7)], ids=["psi", "g"])
def test_the_likeliest_is_that_of_the_policy_with_the_prior_where_it_stands_on_it(algorithm: Psi | G, played: int):
    prior, book = toy_prior(), toy_book()
    flat = {name: np.zeros_like(array) for name, array in prior.weights.items()}
    flat["output.bias"][7] = 3.0
    prior = msgspec.structs.replace(prior, weights=flat)
    task = task_of(prior, book, book.context(), None, c=0.5, prior_weight=1)
    way = by_transition(algorithm, task)
    flattened(way.network, 5, 2)
    assert way._play(0.0, np.random.default_rng(1)).heard[1:].tolist() == [played] * STEPS


def test_an_episode_is_paid_what_its_rules_give():
    task = toy_task(c=0.25)
    way = by_transition(Psi(), task)
    flattened(way.network, FIRST_PITCH, 2)  # the tonic, three times: praised once, at the end, by 2 with a weight of 2
    assert way._play(0.0, np.random.default_rng(1)).reward.tolist() == [0, 0, 16]
    assert not task.book.quarantined


def test_a_round_without_an_update_has_no_loss():
    way = by_transition(Psi(), toy_task())
    done = [way.round(number, 0.0) for number in range(2)]
    assert [one.updates for one in done] == [0, 1]
    assert done[0].loss == 0 < done[1].loss
