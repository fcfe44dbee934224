"""Learning from whole melodies: the policy's own, and the best that were ever found.

    N melodies    T steps    V events

A round draws melodies from the policy, looks for better ones among the pool's like, and learns once from both. Rewards
are softened at first (c falls from large to what was asked for), so that there is something to follow from the start.
"""

# torch leaves some arguments of its best-known functions without a type.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from live_composer.learn import moments, tuned
from live_composer.learn.algorithm import Melodies, played
from live_composer.learn.pool import Found, Pool
from live_composer.learn.rollout import where
from live_composer.learn.valued_rnn import ValuedRnn, beginning, frozen, network_of
from live_composer.learn.way import Done
from live_composer.music.vocabulary import START

if TYPE_CHECKING:
    from collections.abc import Mapping

    from live_composer.learn.algorithm import MelodyAlgorithm
    from live_composer.learn.task import Task
    from live_composer.learn.team import Team
    from live_composer.learn.tune_recipe import ByMelodyRecipe
    from live_composer.policy.checkpoint import Card
    from live_composer.policy.policy import Floats, Policy
    from live_composer.rules.rule import Tokens


class ByMelody:
    """Learns from a batch of melodies a round; see `Way`."""

    def __init__(self, algorithm: MelodyAlgorithm, task: Task, recipe: ByMelodyRecipe, seed: int, team: Team) -> None:
        self._algorithm, self._task, self._recipe, self._seed, self._team = algorithm, task, recipe, seed, team
        torch.manual_seed(seed)
        shape, weights = task.prior.networks[0]
        rnn = beginning(
            shape,
            weights,
            metre=recipe.told,
            phrase=bars_counted(task) if recipe.told else 0,
            silent=algorithm.on_prior and task.prior_weight > 0,
        )
        self.network = ValuedRnn(rnn, recipe.value_scale).to(team.device)
        self.prior = frozen(network_of(shape, weights)).to(team.device)
        self._joined = team.join(self.network)
        betas = (0.9, recipe.second_moment)
        self._optimiser = torch.optim.Adam(self.network.parameters(), recipe.learning_rate, betas, fused=True)
        self.pool = Pool(recipe.pool, task.steps, recipe.pool_noise, recipe.kin)
        places, bars = where(task.context, task.steps)
        self._places, self._bars = torch.as_tensor(places)[:, None], torch.as_tensor(bars)[:, None]

    def round(self, number: int, fraction: float) -> Done:
        """Play, search and learn; see `Way`."""
        recipe = self._recipe
        chance = np.random.default_rng([self._seed, number])
        c = recipe.c_at(fraction)
        drawn = self._drawn(chance)
        steps, batch = drawn.events.size, drawn
        if recipe.pool:
            self.pool.add(drawn, c, chance)
            if recipe.mutated:
                found = self._judged(self.pool.varied(recipe.mutated, self._size, chance))
                self.pool.add(found, c, chance)
                steps += found.events.size
            batch = drawn.beside(self.pool.sample(recipe.replayed, chance, c, recipe.focus))
        return Done(steps, 1, self._learn(batch, c, recipe.rate(fraction)))

    @property
    def _size(self) -> int:
        return self.network.rnn.shape.vocabulary.size

    def _drawn(self, chance: np.random.Generator) -> Found:
        """Draw melodies from the policy; each process of a team draws its part of them."""
        team = self._team
        own = self._task.roll_out(self.policy(), self._recipe.fresh, chance, part=team.mine)
        paid = self._task.paid(own).astype(np.float32)
        return Found(team.together(own.events), team.together(own.log_p), team.together(paid))

    def _judged(self, events: Tokens) -> Found:
        team = self._team
        log_p, reward = self._task.judged(events[team.mine])
        return Found(events, team.together(log_p), team.together(reward.astype(np.float32)))

    def _learn(self, batch: Found, c: float, rate: float) -> float:
        """Learn once from this process's part of a batch."""
        recipe, algorithm = self._recipe, self._algorithm
        events, reward = self._columns(batch.events), self._columns(batch.reward) / c  # (T, N)
        heard = torch.cat([torch.full_like(events[:1], START), events[:-1]])
        inputs = (
            heard,
            self._places.expand_as(heard),
            self.network.rnn.start(heard.shape[1]),
            self._bars.expand_as(heard),
        )
        outputs, worth = self._joined(*inputs)  # (T, N, V), (T, N)
        prior = self._prior(inputs) if algorithm.on_prior else None
        melodies = Melodies(events, reward, self._task.prior_weight * self._columns(batch.log_p), prior)
        loss = algorithm.melody_loss(outputs, worth, melodies, recipe.trace, recipe.huber).mean()
        if recipe.imitation:
            log_pi = played((outputs if prior is None else prior + outputs).log_softmax(dim=-1), events)
            loss -= recipe.imitation * log_pi[:, self._fresh_here :].mean()
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        self._optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), recipe.clip)
        self._optimiser.step()
        return loss.item()

    @torch.no_grad()
    def _prior(self, inputs: tuple[Tensor, Tensor, Tensor, Tensor]) -> Tensor:
        """Return what the prior holds of every event, times its weight: (T, N, V)."""
        return self._task.prior_weight * self.prior(*inputs)[0].log_softmax(dim=-1)

    def _columns(self, rows: np.ndarray) -> Tensor:
        """Return this process's part of (N, T) as (T, N)."""
        return torch.as_tensor(np.ascontiguousarray(rows[self._team.mine].T), device=self._team.device)

    @property
    def _fresh_here(self) -> int:
        """How many of this process's melodies are the policy's own; they come first."""
        return len(range(self._team.rank, self._recipe.fresh, self._team.size))

    def policy(self) -> Policy:
        """See `Way`."""
        return tuned.policy(self._algorithm, self._task, self.network.rnn)

    def kept(self, card: Card) -> tuple[Card, dict[str, Floats]]:
        """See `Way`."""
        return tuned.kept(card, self._algorithm, self._task, self.network.rnn)

    def tensors(self) -> dict[str, Tensor]:
        """See `Way`."""
        weights = {f"network.{name}": weight for name, weight in self.network.state_dict().items()}
        weights |= moments.kept(self._optimiser, self.network) | self.pool.tensors()
        return {name: tensor.detach().cpu() for name, tensor in weights.items()}

    def restore(self, kept: Mapping[str, Tensor]) -> None:
        """See `Way`."""
        self.network.load_state_dict({name: kept[f"network.{name}"] for name in self.network.state_dict()})
        moments.restore(self._optimiser, self.network, kept)
        self.pool.restore(kept)


def bars_counted(task: Task) -> int:
    """Return how many bars the network counts: those of the melody, or of a phrase where there is no end."""
    per_bar = task.context.metre.steps_per_bar
    return task.context.phrase if task.context.length is None else -(-task.steps // per_bar)
