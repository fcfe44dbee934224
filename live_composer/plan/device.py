"""Stretches on a device: those of many plans gathered into arrays, drawn in one go, and handed back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from live_composer.music import metre as metres
from live_composer.plan.stretch import Held

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live_composer.plan.stretch import Stretch
    from live_composer.policy.draws import Batch, Networks
    from live_composer.rules.arrays import Ints

_SIZES = (1, 2, 4, 8, 16, 32, 64)
"""How many plans are drawn together on a GPU: those that lack are played by copies, so that few graphs are captured."""


def draw(networks: Sequence[Networks], stretches: Sequence[Stretch]) -> list[Held]:
    """Draw stretches of equal length and equally many candidates; return the states after each.

    Args:
        networks: of the policies that they all are drawn from.
        stretches: whose candidates go on by what is drawn.
    """
    from live_composer.policy import draws

    padded = list(stretches)
    if networks[0].device.type == "cuda":
        size = next((size for size in _SIZES if size >= len(stretches)), len(stretches))
        padded += [stretches[0]] * (size - len(stretches))
    drawn = draws.draw(networks, _states(networks, padded), _batch(padded))
    events, gains = drawn.events.cpu().numpy(), drawn.gains.double().cpu().numpy()
    held: list[Held] = []
    for number, stretch in enumerate(stretches):
        firsts = stretch.candidates.extend(events[number], gains[number])
        held.append(Held([state[:, :, number] for state in drawn.states], firsts))
    return held


def _states(networks: Sequence[Networks], stretches: Sequence[Stretch]) -> list[Any]:
    """Return what each policy remembers of all candidates, (L, 2, M, N, H), on the device."""
    return [network.gather([_of(stretch, index) for stretch in stretches]) for index, network in enumerate(networks)]


def _of(stretch: Stretch, index: int) -> tuple[Any, Ints]:
    """Return what a policy remembers, and where in it each candidate stands."""
    states, copies = stretch.states, stretch.candidates.copies
    if isinstance(states, Held):
        return states.states[index], np.repeat(states.rows, copies)
    return states[index], np.repeat(np.arange(len(copies)), copies)


def _batch(stretches: Sequence[Stretch]) -> Batch:
    from live_composer.policy.draws import Batch

    return Batch(*(np.stack(arrays) for arrays in zip(*map(_arrays, stretches), strict=True)))


def _arrays(stretch: Stretch) -> Batch:
    """Return a stretch as the arrays of a batch of one, without its first axis."""
    from live_composer.policy.draws import Batch

    candidates, proposal, terms = stretch.candidates, stretch.proposal, stretch.proposal.terms
    steps = range(stretch.begin, stretch.end)
    copies = candidates.copies
    return Batch(
        last=np.repeat(candidates.last, copies),
        sounding=np.repeat(candidates.sounding, copies),
        groups=np.repeat(np.arange(len(candidates)), copies),
        places=np.array([metres.place(terms.metre, step) for step in steps], dtype=np.int64),
        bars=np.array([step // terms.metre.steps_per_bar for step in steps], dtype=np.int64),
        chance=np.array([stretch.chance(step).random(candidates.count) for step in steps]),
        allowed=proposal.allowed,
        opens=np.bool_(stretch.opens),
        tilt=proposal.tilt,
        temperature=np.float64(terms.temperature),
        dial=np.float64(terms.dial),
        by_prior=np.bool_(stretch.by_prior),
    )
