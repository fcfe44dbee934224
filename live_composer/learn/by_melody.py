"""Learning from whole melodies: the policy's own, and the best that were ever found.

    N melodies    T steps    V events

A round draws melodies from the policy, looks for better ones among the pool's like, and learns once from both. Rewards
are softened at first (c falls from large to what was asked for), so that there is something to follow from the start.
"""

# torch leaves some arguments of its best-known functions without a type.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from live_composer.learn import moments, tuned
from live_composer.learn.algorithm import Melodies, played
from live_composer.learn.pool import Found, Pool
from live_composer.learn.rollout import hear, where
from live_composer.learn.valued_rnn import ValuedRnn, beginning, frozen, network_of
from live_composer.learn.way import Done
from live_composer.music.vocabulary import START

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from live_composer.learn.algorithm import MelodyAlgorithm
    from live_composer.learn.task import Task
    from live_composer.learn.team import Team
    from live_composer.learn.tune_recipe import ByMelodyRecipe
    from live_composer.policy.checkpoint import Card
    from live_composer.policy.policy import Floats, Policy
    from live_composer.rules.rule import Tokens


class ByMelody:
    """Learns from a batch of melodies a round; see `Way`."""

    def __init__(
        self, algorithm: MelodyAlgorithm, tasks: Sequence[Task], recipe: ByMelodyRecipe, seed: int, team: Team
    ) -> None:
        self._algorithm, self._recipe, self._seed, self._team = algorithm, recipe, seed, team
        self._task = task = tasks[0]
        torch.manual_seed(seed)
        shape, weights = task.prior.networks[0]
        rnn = beginning(
            shape,
            weights,
            metre=recipe.told,
            phrase=max(bars_counted(other) for other in tasks) if recipe.told else 0,
            silent=algorithm.on_prior and task.prior_weight > 0,
        )
        self.network = ValuedRnn(rnn, recipe.value_scale).to(team.device)
        self.prior = frozen(network_of(shape, weights)).to(team.device)
        self._joined = team.join(self.network)
        betas = (0.9, recipe.second_moment)
        self._optimiser = torch.optim.Adam(self.network.parameters(), recipe.learning_rate, betas, fused=True)
        pool = (recipe.pool_noise, recipe.kin, task.prior_weight)
        self.parts = [_Part(other, Pool(recipe.pool, other.steps, *pool)) for other in tasks]

    def round(self, number: int, fraction: float) -> Done:
        """Play, search and learn, for one task after the other; see `Way`."""
        recipe = self._recipe
        part = self.parts[number % len(self.parts)]
        chance = np.random.default_rng([self._seed, number])
        c = recipe.c_at(fraction)
        drawn, log_pi = self._drawn(part, chance)
        steps, kept, wanted = drawn.events.size, drawn.chosen(np.arange(0)), np.ones(0)
        if recipe.pool:
            part.pool.add(drawn, c, chance)
            if recipe.mutated and fraction < recipe.searching:
                found = self._judged(part, part.pool.varied(recipe.mutated, self._size, chance))
                part.pool.add(found, c, chance)
                steps += found.events.size
            log_z = _log_mean(self._worth(drawn, c) - log_pi)
            kept = part.pool.sample(recipe.replayed, chance, c, recipe.focus_at(fraction))
            wanted = self._wanted(part, kept, c, log_z)
            kept, wanted = kept.chosen(np.flatnonzero(wanted)), wanted[wanted > 0]
        own = drawn.chosen(np.arange(recipe.fresh - len(kept)))
        return Done(steps, 1, self._learn(part, _Batch(own.beside(kept), len(own), wanted), c, fraction))

    def _worth(self, melodies: Found, c: float) -> NDArray[np.float64]:
        """Return log p + r/c of melodies, the log of what the optimum plays them in proportion to: (N,)."""
        log_p = melodies.log_p.sum(axis=1, dtype=np.float64)
        return self._task.prior_weight * log_p + melodies.reward.sum(axis=1, dtype=np.float64) / c

    def _wanted(self, part: _Part, melodies: Found, c: float, log_z: float) -> NDArray[np.float64]:
        """Return how much melodies are to be imitated: not at all where the policy plays them as often as the optimum.

        The optimum plays a melody with a chance of exp(log p + r/c - log Z). Where the policy does not know the best
        melodies yet, its own say too little of Z, and more is imitated than need be.
        """
        if self._algorithm.goal == "score":
            return np.ones(len(melodies))
        log_pi = hear(self.policy(), melodies.events, part.task.context).sum(axis=1)
        return np.clip(self._worth(melodies, c) - log_z - log_pi, 0, 1)

    @property
    def _size(self) -> int:
        return self.network.rnn.shape.vocabulary.size

    def _drawn(self, part: _Part, chance: np.random.Generator) -> tuple[Found, Floats]:
        """Draw melodies from the policy, with its log pi; each process of a team draws its part of them."""
        team = self._team
        own = part.task.roll_out(self.policy(), self._recipe.fresh, chance, part=team.mine)
        paid = part.task.paid(own).astype(np.float32)
        found = Found(team.together(own.events), team.together(own.log_p), team.together(paid))
        return found, team.together(own.log_pi).sum(axis=1)

    def _judged(self, part: _Part, events: Tokens) -> Found:
        team = self._team
        log_p, reward = part.task.judged(events[team.mine])
        return Found(events, team.together(log_p), team.together(reward.astype(np.float32)))

    def _learn(self, part: _Part, batch: _Batch, c: float, fraction: float) -> float:
        """Learn once from this process's part of a batch."""
        recipe, algorithm, team, found = self._recipe, self._algorithm, self._team, batch.melodies
        events, reward = self._columns(found.events), self._columns(found.reward) / c  # (T, N)
        own = len(range(team.rank, batch.own, team.size))
        heard = torch.cat([torch.full_like(events[:1], START), events[:-1]])
        places, bars = (
            torch.as_tensor(numbers, device=heard.device)[:, None].expand_as(heard) for numbers in part.where
        )
        inputs = (heard, places, self.network.rnn.start(heard.shape[1]), bars)
        outputs, worth = self._joined(*inputs)  # (T, N, V), (T, N)
        prior = self._prior(inputs) if algorithm.on_prior else None
        melodies = Melodies(events, reward, self._task.prior_weight * self._columns(found.log_p), prior)
        # What is imitated is not learnt from by its errors too: far from the policy's own, values know nothing of it.
        scaled = (
            _scaled(outputs[:, :own], recipe.own_at(fraction)),
            _scaled(worth[:, :own], recipe.value_share),
        )
        loss = algorithm.melody_loss(*scaled, melodies.first(own), recipe.trace, recipe.huber).mean()
        if len(batch.wanted):
            log_pi = played((outputs if prior is None else prior + outputs).log_softmax(dim=-1), events)[:, own:]
            shares = np.concatenate([np.zeros(batch.own), batch.wanted])[team.mine][own:] * team.size / recipe.replayed
            loss -= recipe.imitation_at(fraction) * (log_pi.mean(dim=0) @ torch.as_tensor(shares).to(log_pi))
        for group in self._optimiser.param_groups:
            group["lr"] = recipe.rate(fraction)
        self._optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), recipe.clip)
        self._optimiser.step()
        return loss.item()

    def _prior(self, inputs: tuple[Tensor, Tensor, Tensor, Tensor]) -> Tensor:
        """Return what the prior holds of every event, times its weight: (T, N, V)."""
        return self._task.prior_weight * self.prior(*inputs)[0].log_softmax(dim=-1)

    def _columns(self, rows: np.ndarray) -> Tensor:
        """Return this process's part of (N, T) as (T, N)."""
        return torch.as_tensor(np.ascontiguousarray(rows[self._team.mine].T), device=self._team.device)

    def policy(self) -> Policy:
        """See `Way`."""
        return tuned.policy(self._algorithm, self._task, self.network.rnn)

    def kept(self, card: Card) -> tuple[Card, dict[str, Floats]]:
        """See `Way`."""
        return tuned.kept(card, self._algorithm, self._task, self.network.rnn)

    def tensors(self) -> dict[str, Tensor]:
        """See `Way`."""
        weights = moments.kept(self._optimiser, network=self.network)
        for number, part in enumerate(self.parts):
            weights |= {f"{number}.{name}": tensor for name, tensor in part.pool.tensors().items()}
        return weights

    def restore(self, kept: Mapping[str, Tensor]) -> None:
        """See `Way`."""
        moments.restore(kept, self._optimiser, network=self.network)
        for number, part in enumerate(self.parts):
            own = f"{number}."
            part.pool.restore({name.removeprefix(own): kept[name] for name in kept if name.startswith(own)})


class _Part:
    """A task, with the pool of its melodies and where their steps fall."""

    def __init__(self, task: Task, pool: Pool) -> None:
        self.task, self.pool = task, pool
        self.where = where(task.context, task.steps)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is learnt from at once: the policy's own melodies first, then those to be imitated, and how much each is."""

    melodies: Found
    own: int
    wanted: NDArray[np.float64]


def _scaled(values: Tensor, share: float) -> Tensor:
    """Return the same values, through which only this share of the gradient goes."""
    return share * values + (1 - share) * values.detach()


def _log_mean(logs: NDArray[np.float64]) -> float:
    return float(np.logaddexp.reduce(logs) - np.log(len(logs)))


def bars_counted(task: Task) -> int:
    """Return how many bars the network counts: those of the melody, or of a phrase where there is no end."""
    per_bar = task.context.metre.steps_per_bar
    return task.context.phrase if task.context.length is None else -(-task.steps // per_bar)
