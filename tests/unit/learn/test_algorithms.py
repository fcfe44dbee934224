"""Losses and targets are those of the paper, by numbers worked out by hand; and the optimum is where theory has it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from live_composer.learn.algorithm import Melodies, Transitions
from live_composer.learn.g import G
from live_composer.learn.pg import PolicyGradient
from live_composer.learn.psi import Psi
from live_composer.learn.q import Q
from live_composer.learn.returns import hard_returns, soft_returns

pytestmark = pytest.mark.learn

LN2, LN3 = math.log(2), math.log(3)

# Two transitions among three events. In the first, event 1 was played for a reward of 1.5 (divided by c already):
# log p(a|s) = -2, so what is paid is -0.5. In the second, event 0 for -4, log p = -1: -5.
OUTPUTS = torch.tensor([[0.0, 3.0, 1.0], [2.0, 0.0, -1.0]])
STEP = Transitions(
    events=torch.tensor([1, 0]),
    reward=torch.tensor([1.5, -4.0]),
    log_p=torch.tensor([[-1.0, -2.0, -0.7], [-1.0, -1.5, -0.9]]),
    log_p_after=torch.tensor([[-1.0, -1.0, -1.0], [0.0, -1.0, -2.0]]),
)
# What the target network says of the next states: log(1 + 1 + 2) = 2 ln 2, greatest ln 2; log(3 + 3 + 3) = 2 ln 3,
# greatest ln 3.
AFTER = torch.tensor([[0.0, 0.0, LN2], [LN3, LN3, LN3]])


def test_psi_by_hand():
    # Targets: -0.5 + .5 x 2 ln 2 = 0.193147; -5 + .5 x 2 ln 3 = -3.901388. Psi: 3 and 2.
    loss = Psi().transition_loss(OUTPUTS, AFTER, STEP, 0.5)

    assert loss.tolist() == pytest.approx([(0.193147 - 3) ** 2, (-3.901388 - 2) ** 2], rel=1e-5)


def test_q_by_hand():
    # Targets: -0.5 + .5 ln 2 = -0.153426; -5 + .5 ln 3 = -4.450694. Q: 3 and 2.
    loss = Q().transition_loss(OUTPUTS, AFTER, STEP, 0.5)

    assert loss.tolist() == pytest.approx([(-0.153426 - 3) ** 2, (-4.450694 - 2) ** 2], rel=1e-5)


def test_g_by_hand():
    # log sum exp(log p + G) = 2 ln 2 - 1 = 0.386294 in the first; in the second
    # ln 3 + log(1 + e^-1 + e^-2) = 1.098612 + 0.407606 = 1.506218.
    # Targets: 1.5 + .5 x 0.386294 = 1.693147; -4 + .5 x 1.506218 = -3.246891. G: 3 and 2.
    loss = G().transition_loss(OUTPUTS, AFTER, STEP, 0.5)

    assert loss.tolist() == pytest.approx([(1.693147 - 3) ** 2, (-3.246891 - 2) ** 2], rel=1e-5)


@pytest.mark.parametrize("algorithm", [Psi(), Q(), G()], ids=lambda algorithm: algorithm.name)
def test_the_target_is_not_learnt(algorithm: Psi | Q | G):
    outputs, after, log_p = OUTPUTS.clone(), AFTER.clone(), STEP.log_p.clone()
    for tensor in (outputs, after, log_p):
        tensor.requires_grad_()
    steps = Transitions(STEP.events, STEP.reward, log_p, STEP.log_p_after)

    algorithm.transition_loss(outputs, after, steps, 0.5).sum().backward()

    assert outputs.grad is not None
    assert after.grad is None
    assert log_p.grad is None
    # The slope of (target - value)^2 is twice the distance, at the event that was played alone.
    assert (outputs.grad != 0).tolist() == [[False, True, False], [True, False, False]]


# A melody of three steps: paid 1, 2, 3 nats; log pi -.1, -.2, -.3; the network's worth of each state 10, 20, 30.
PAID = torch.tensor([[1.0], [2.0], [3.0]])
LOG_PI = torch.tensor([[-0.1], [-0.2], [-0.3]])
WORTH = torch.tensor([[10.0], [20.0], [30.0]])


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        (0.0, [1 + 20, 2 + 30, 3]),
        # To the end: 3; 2 + (3 + .3); 1 + (5.3 + .2).
        (1.0, [6.5, 5.3, 3]),
        # 3; 2 + .5 x 30 + .5 x 3.3 = 18.65; 1 + .5 x 20 + .5 x 18.85 = 20.425.
        (0.5, [20.425, 18.65, 3]),
    ],
)
def test_soft_returns_by_hand(trace: float, expected: list[float]):
    assert soft_returns(PAID, LOG_PI, WORTH, trace)[:, 0].tolist() == pytest.approx(expected)


def test_hard_returns_by_hand():
    # 3; 2 + 30, since the next state is worth more than the 3 that came; 1 + 32, since what came is more than the 20.
    assert hard_returns(PAID, WORTH)[:, 0].tolist() == pytest.approx([33, 32, 3])


def test_in_a_melody_of_one_step_nothing_is_yet_to_come():
    assert soft_returns(PAID[:1], LOG_PI[:1], WORTH[:1], 0.5).tolist() == [[1]]
    assert hard_returns(PAID[:1], WORTH[:1]).tolist() == [[1]]


def optimum() -> tuple[torch.Tensor, torch.Tensor, Melodies]:
    """Every melody of two steps of two events, with the optimal log pi (T, B, V) and V (T, B), by the equations."""
    log_p = np.log([[0.8, 0.2], [0.5, 0.5], [0.1, 0.9]])  # at the start, after event 0, after event 1
    reward = np.array([[0.0, 1.0], [2.0, 0.0], [3.0, 0.5]])
    psi = np.zeros((3, 2))
    psi[1:] = log_p[1:] + reward[1:]
    worth = np.log(np.exp(psi).sum(axis=1))
    psi[0] = log_p[0] + reward[0] + worth[1:]
    worth[0] = np.log(np.exp(psi[0]).sum())
    states = np.array([[0, 0, 0, 0], [1, 1, 2, 2]])
    events = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])
    arrays = (events, reward[states, events], log_p[states, events], log_p[states])
    melodies = Melodies(*(torch.tensor(array) for array in arrays))
    return torch.tensor((psi - worth[:, None])[states]), torch.tensor(worth[states]), melodies


@pytest.mark.parametrize("trace", [0.0, 0.5, 1.0])
def test_at_the_optimum_psi_and_g_have_nothing_to_learn(trace: float):
    log_pi, worth, melodies = optimum()

    psi = Psi().melody_loss(log_pi, worth, melodies, trace, 20)
    g = G().melody_loss(log_pi - melodies.prior, worth, melodies, trace, 20)

    np.testing.assert_allclose(psi, 0, atol=1e-12)
    np.testing.assert_allclose(g, 0, atol=1e-12)
    # And elsewhere they have.
    assert Psi().melody_loss(log_pi + torch.tensor([0.0, 1.0]), worth, melodies, trace, 20).max() > 1e-3


def test_q_at_its_optimum_has_nothing_to_learn():
    _, _, melodies = optimum()
    paid = (melodies.log_p + melodies.reward).numpy()
    # By hand: the best after event 0 is event 0, log .5 + 2; after event 1 event 0 too, log .1 + 3.
    last = [math.log(0.5) + 2, math.log(0.1) + 3]
    start = max(paid[0, 0] + last[0], paid[0, 2] + last[1])
    worth = torch.tensor([[start] * 4, [last[0], last[0], last[1], last[1]]])
    first, second, third = [paid[0, 0] + last[0], paid[0, 2] + last[1]], paid[1, :2].tolist(), paid[1, 2:].tolist()
    q = torch.tensor([[first] * 4, [second, second, third, third]])

    np.testing.assert_allclose(Q().melody_loss(q, worth, melodies, 1.0, 20), 0, atol=1e-12)


def test_errors_count_by_their_size_from_some_nats_on():
    outputs = torch.zeros(1, 2, 1)  # one event, so log pi is 0
    melodies = Melodies(torch.zeros(1, 2, dtype=torch.int64), torch.tensor([[2.0, 10.0]]), torch.zeros(1, 2))

    loss = Psi().melody_loss(outputs, torch.zeros(1, 2), melodies, 1.0, huber=4.0)

    # In units of 4 nats: 2^2 / 2 / 4; and 10 - 4 / 2.
    assert loss[0].tolist() == pytest.approx([0.5, 8.0])


def test_a_policy_gradient_makes_likelier_what_went_better_than_expected():
    outputs = torch.zeros(1, 2, 2, requires_grad=True)
    worth = torch.zeros(1, 2, requires_grad=True)
    log_p = torch.full((1, 2), -LN2)
    melodies = Melodies(torch.tensor([[0, 1]]), torch.tensor([[3.0, -3.0]]), log_p)

    PolicyGradient().melody_loss(outputs, worth, melodies, 1.0, 20).sum().backward()

    assert outputs.grad is not None
    assert worth.grad is not None
    # The gradient is what is subtracted: event 0 of the first melody rises, event 1 of the second falls.
    assert outputs.grad[0, 0, 0] < 0 < outputs.grad[0, 1, 1]
    assert worth.grad[0, 0] < 0 < worth.grad[0, 1]


def test_a_policy_gradient_by_hand():
    # Each event was one of three: log pi = -ln 3, as log p. What came is the reward, 1 and 3, where nothing was
    # expected; the spread of the two is the root of 2. So (r / root 2)^2 / 2 + r / root 2 x ln 3.
    outputs, nothing = torch.zeros(1, 2, 3), torch.zeros(1, 2)
    melodies = Melodies(torch.tensor([[0, 1]]), torch.tensor([[1.0, 3.0]]), torch.full((1, 2), -LN3))

    loss = PolicyGradient().melody_loss(outputs, nothing, melodies, 1.0, 20)

    assert loss[0].tolist() == pytest.approx([0.25 + 0.707107 * LN3, 2.25 + 2.121320 * LN3])


def test_where_all_went_alike_a_policy_gradient_does_not_divide_by_nothing():
    # The spread is taken for a thousandth: 0.002 is two of them.
    outputs, nothing = torch.zeros(1, 2, 2), torch.zeros(1, 2)
    melodies = Melodies(torch.tensor([[0, 1]]), torch.full((1, 2), 0.002), torch.full((1, 2), -LN2))

    loss = PolicyGradient().melody_loss(outputs, nothing, melodies, 1.0, 20)

    assert loss[0].tolist() == pytest.approx([2 + 2 * LN2] * 2, rel=1e-3)


@pytest.mark.parametrize("algorithm", [Psi(), G()], ids=lambda algorithm: algorithm.name)
def test_what_is_yet_to_come_is_not_learnt(algorithm: Psi | G):
    """At the optimum, but for the worth of the second state, which is a nat too much."""
    log_pi, worth, melodies = optimum()
    one = melodies.first(1)
    assert one.prior is not None
    outputs = (log_pi[:, :1] - (one.prior if isinstance(algorithm, G) else 0)).requires_grad_()
    worth = (worth[:, :1] + torch.tensor([[0.0], [1.0]])).requires_grad_()

    algorithm.melody_loss(outputs, worth, one, 0.5, 20).sum().backward()

    assert worth.grad is not None
    assert outputs.grad is not None
    # The second step is off by a nat, in units of 20; the first, half of whose target is that worth, by half of one the
    # other way. A target that were learnt would pull at the second again.
    assert worth.grad[:, 0].tolist() == pytest.approx([-0.5 / 20, 1 / 20])
    played_less = 1 - math.exp(float(log_pi[1, 0, 0]))
    assert outputs.grad[1, 0].tolist() == pytest.approx([played_less / 20, -played_less / 20])


def test_the_best_that_can_still_come_is_not_learnt():
    outputs, worth = torch.zeros(2, 1, 2), torch.tensor([[0.0], [1.0]], requires_grad=True)
    melodies = Melodies(torch.zeros(2, 1, dtype=torch.int64), torch.zeros(2, 1), torch.zeros(2, 1))

    Q().melody_loss(outputs, worth, melodies, 1.0, 20).sum().backward()

    assert worth.grad is not None
    assert worth.grad[:, 0].tolist() == pytest.approx([-1 / 20, 1 / 20])


def test_the_first_melodies_are_those_that_stand_first():
    _, _, melodies = optimum()

    first = melodies.first(3)

    assert first.prior is not None
    assert [tensor.shape[:2] for tensor in (first.events, first.reward, first.log_p, first.prior)] == [(2, 3)] * 4
    assert first.prior[:, 2].tolist() == melodies.prior[:, 2].tolist()
    assert Melodies(melodies.events, melodies.reward, melodies.log_p).first(1).prior is None
