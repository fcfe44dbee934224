"""The paper's way of learning: play one step after the other, learn from single steps drawn from a replay buffer.

    B transitions    V events

Two departures: the weights that play change between melodies and not within one, so melodies are judged whole and
their updates follow them; and a melody begins from START, not from a random event.
"""

# torch leaves some arguments of its best-known functions without a type.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from live_composer.learn import moments, tuned
from live_composer.learn.algorithm import Transitions
from live_composer.learn.replay import Episode, Replay
from live_composer.learn.rollout import log_softmax, where
from live_composer.learn.valued_rnn import beginning, frozen
from live_composer.learn.way import Done
from live_composer.music.vocabulary import START
from live_composer.policy.note_rnn import one_step
from live_composer.policy.numpy_rnn import NumpyRnn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from live_composer.learn.algorithm import TransitionAlgorithm
    from live_composer.learn.replay import Sample
    from live_composer.learn.task import Task
    from live_composer.learn.team import Team
    from live_composer.learn.tune_recipe import ByTransitionRecipe
    from live_composer.policy.checkpoint import Card
    from live_composer.policy.note_rnn import NoteRnn
    from live_composer.policy.policy import Floats, Policy
    from live_composer.rules.rule import Tokens


class ByTransition:
    """Learns one melody a round; see `Way`."""

    def __init__(
        self, algorithm: TransitionAlgorithm, task: Task, recipe: ByTransitionRecipe, seed: int, team: Team
    ) -> None:
        self._algorithm, self._task, self._recipe, self._seed, self._team = algorithm, task, recipe, seed, team
        # The Q-network and the target network begin as copies of the Note RNN, as in the paper.
        self.network = beginning(*task.prior.networks[0], metre=False, phrase=0, silent=False).to(team.device)
        self.target = frozen(copy.deepcopy(self.network))
        self._joined, self._slow = team.join(_Step(self.network)), _Step(self.target)
        self._optimiser = torch.optim.Adam(self.network.parameters(), lr=recipe.learning_rate, fused=True)
        self.replay = Replay(recipe.capacity, task.steps, self.network.shape)
        places, bars = where(task.context, task.steps + 1)
        self._places, self._bars = places, bars

    def round(self, number: int, fraction: float) -> Done:
        """Play a melody, then update once for every `play_steps` steps so far."""
        recipe, steps = self._recipe, self._task.steps
        chance = np.random.default_rng([self._seed, number])
        self.replay.add(self._play(recipe.epsilon(fraction), chance))
        due = (number + 1) * steps // recipe.play_steps - number * steps // recipe.play_steps
        losses = [self._learn(self.replay.sample(recipe.batch, chance)) for _ in range(due)]
        return Done(steps, due, float(np.mean(losses)) if losses else 0.0)

    def _play(self, epsilon: float, chance: np.random.Generator) -> Episode:
        """Play the likeliest event, or with probability `epsilon` any."""
        task, size = self._task, self.network.shape.vocabulary.size
        policy, prior = NumpyRnn(self.network.shape, self.network.weights()), task.prior_policy
        state, theirs = policy.start(1), prior.start(1)
        heard = np.full(task.steps + 1, START, dtype=np.int64)
        states = np.empty((task.steps + 1, *state.shape[:2], state.shape[3]), dtype=np.float32)
        log_p = np.empty((task.steps + 1, size), dtype=np.float32)
        explores, any_event = chance.random(task.steps) < epsilon, chance.integers(0, size, task.steps)
        for step in range(task.steps + 1):
            states[step] = state[:, :, 0]
            at = (heard[step : step + 1], self._places[step : step + 1], self._bars[step : step + 1])
            outputs, state = policy.step(state, *at)
            logits, theirs = prior.step(theirs, *at)
            log_p[step] = task.prior_weight * log_softmax(logits)[0]
            if step < task.steps:
                likely = outputs[0] + log_p[step] if self._algorithm.on_prior else outputs[0]
                heard[step + 1] = any_event[step] if explores[step] else likely.argmax()
        reward = task.book.reward(heard[None, 1:], task.context)[0] / task.c
        return Episode(heard, states, log_p, reward.astype(np.float32))

    def _learn(self, sample: Sample) -> float:
        """Learn from some transitions, and let the target network follow."""
        mine = self._team.mine
        paid = (sample.heard_after, sample.reward, sample.log_p, sample.log_p_after)
        steps = Transitions(*(torch.as_tensor(array[mine], device=self._team.device) for array in paid))
        outputs = self._joined(*self._inputs(sample.heard, sample.steps, sample.states))  # (B, V)
        with torch.no_grad():
            after = self._slow(*self._inputs(sample.heard_after, sample.steps_after, sample.states_after))
        loss = self._algorithm.transition_loss(outputs, after, steps, self._recipe.discount).mean()
        self._optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self._recipe.clip)
        self._optimiser.step()
        with torch.no_grad():
            for slow, weight in zip(self.target.parameters(), self.network.parameters(), strict=True):
                slow.lerp_(weight, self._recipe.target_rate)
        return loss.item()

    def _inputs(self, heard: Tokens, steps: Tokens, states: Floats) -> list[Tensor]:
        """Return this process's part of what the network hears at some steps."""
        mine, device = self._team.mine, self._team.device
        numbers = (heard[mine], self._places[steps[mine]], self._bars[steps[mine]])
        return [*(torch.as_tensor(array, device=device) for array in (*numbers, states[:, :, mine]))]

    def policy(self) -> Policy:
        """See `Way`."""
        return tuned.policy(self._algorithm, self._task, self.network)

    def kept(self, card: Card) -> tuple[Card, dict[str, Floats]]:
        """See `Way`."""
        return tuned.kept(card, self._algorithm, self._task, self.network)

    def tensors(self) -> dict[str, Tensor]:
        """See `Way`."""
        return moments.kept(self._optimiser, network=self.network, target=self.target) | self.replay.tensors()

    def restore(self, kept: Mapping[str, Tensor]) -> None:
        """See `Way`."""
        moments.restore(kept, self._optimiser, network=self.network, target=self.target)
        self.replay.restore(kept)


class _Step(nn.Module):
    """The network, asked for single steps."""

    def __init__(self, rnn: NoteRnn) -> None:
        super().__init__()
        self.rnn = rnn

    def forward(self, events: Tensor, places: Tensor, bars: Tensor, state: Tensor) -> Tensor:
        """Return the outputs of single steps: (B, V)."""
        logits, _ = one_step(self.rnn.shape, dict(self.rnn.named_parameters()), events, places, state, bars)
        return logits
