"""Many melodies drawn at once on a device: some steps of every candidate of every plan, with no way back between.

    M plans    N candidates of each    T steps    V events    B = M x N melodies    L layers    H cells

What `plan.candidates` does for those candidates alone that differ is done here for all, in arrays whose shapes never
change, so that a GPU can play the whole stretch back as one graph. Copies of one candidate stand side by side, and draw
evenly spaced random numbers.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor

from live_composer.music.vocabulary import FIRST_PITCH, HOLD, NOTE_OFF
from live_composer.policy.note_rnn import one_step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from live_composer.policy.policy import Floats, Integers
    from live_composer.policy.shape import Shape

_WARM_UPS = 3
_LOG = logging.getLogger(__name__)


class Batch(NamedTuple):
    """What to draw, as arrays or tensors.

    Attributes:
        last: (M, N) the last event of each candidate, START before the first.
        sounding: (M, N) whether a note sounds.
        groups: (M, N) the number of the candidate that each is a copy of, in order.
        places, bars: (M, T) of each step.
        chance: (M, T, N) random numbers.
        allowed: (M, V) what may be played, wherever the melody stands.
        opens: (M,) whether the music begins here: with a note.
        tilt: (M, V) what is added to all logits.
        temperature, dial: (M,) see `plan.terms`.
        by_prior: (M,) whether events are weighed against the prior, else against what they are drawn from.
    """

    last: Any
    sounding: Any
    groups: Any
    places: Any
    bars: Any
    chance: Any
    allowed: Any
    opens: Any
    tilt: Any
    temperature: Any
    dial: Any
    by_prior: Any


class Drawn(NamedTuple):
    """What was drawn.

    Attributes:
        events: (M, N, T).
        gains: (M, N) what is added to each log weight.
        states: of each policy, (L, 2, M, N, H).
    """

    events: Tensor
    gains: Tensor
    states: list[Tensor]


class Networks:
    """The networks of a policy on a device; their logits are added."""

    def __init__(self, networks: Sequence[tuple[Shape, Mapping[str, Floats]]], device: str) -> None:
        self.device = torch.device(device)
        self.layers = [shape.layers for shape, _ in networks]
        self.hidden = [shape.hidden for shape, _ in networks]
        self.graphs: dict[Any, _Graph | None] = {}
        self._networks = [
            (shape, {name: torch.tensor(array, device=self.device) for name, array in weights.items()})
            for shape, weights in networks
        ]

    def gather(self, held: Sequence[tuple[Any, Integers]]) -> Tensor:
        """Return what is remembered of all candidates of all plans, (L, 2, M, N, H).

        Args:
            held: for each plan an array or tensor (L, 2, any, H), and where in it each candidate stands (N,).
        """
        each = [
            torch.as_tensor(state, device=self.device).index_select(2, torch.as_tensor(rows, device=self.device))
            for state, rows in held
        ]
        return torch.stack(each, dim=2)

    def step(self, state: Tensor, events: Tensor, places: Tensor, bars: Tensor) -> tuple[Tensor, Tensor]:
        """Hear one event of each melody, (B,); return logits (B, V) and the state (all layers, 2, B, widest H)."""
        after = torch.zeros_like(state)
        total: Tensor | None = None
        begin = 0
        for shape, weights in self._networks:
            own = state[begin : begin + shape.layers, :, :, : shape.hidden]
            logits, after[begin : begin + shape.layers, :, :, : shape.hidden] = one_step(
                shape, weights, events, places, own, bars
            )
            total = logits if total is None else total + logits
            begin += shape.layers
        assert total is not None
        return total, after


@torch.inference_mode()
def draw(networks: Sequence[Networks], states: Sequence[Tensor], batch: Batch) -> Drawn:
    """Draw T steps of every candidate.

    Args:
        networks: of the prior and, if it is another, of the tuned policy.
        states: of each, (L, 2, M, N, H).
        batch: what to draw, as arrays; they are taken to the device.
    """
    device = networks[0].device
    # Odds are added up as exactly as numpy adds them, where the device can.
    exact = device.type != "mps"
    tensors = Batch(*(_tensor(array, device, exact=exact) for array in batch))
    flat = [state.flatten(2, 3) for state in states]
    if device.type == "cuda":
        return _replayed(networks, flat, tensors)
    return _draw(networks, flat, tensors)


def _tensor(array: NDArray[Any], device: torch.device, *, exact: bool) -> Tensor:
    if array.dtype.kind != "f":
        return torch.as_tensor(array, device=device)
    return torch.as_tensor(array, dtype=torch.float64 if exact else torch.float32, device=device)


def _draw(networks: Sequence[Networks], states: list[Tensor], batch: Batch) -> Drawn:
    """Draw; see `draw`. States come flat, (L, 2, B, H)."""
    M, N = batch.last.shape
    last, sounding, groups = batch.last, batch.sounding, batch.groups
    gains = torch.zeros_like(batch.chance[:, 0])  # (M, N)
    drawn: list[Tensor] = []
    for step in range(batch.places.shape[1]):
        logits: list[Tensor] = []
        for index, network in enumerate(networks):
            places, bars = (
                each[:, step].repeat_interleave(N, output_size=M * N) for each in (batch.places, batch.bars)
            )
            answer, states[index] = network.step(states[index], last.flatten(), places, bars)
            logits.append(answer.view(M, N, -1).type_as(gains))  # (M, N, V)
        mask = _mask(batch, sounding, opens=step == 0)
        log_p = _log_odds(logits[0], batch, mask)
        log_q = log_p
        if len(networks) > 1:
            dial = batch.dial[:, None, None]
            log_q = _log_odds((1 - dial) * logits[0] + dial * logits[1], batch, mask)
        last = _events(log_q, groups, batch.chance[:, step])
        at = last.unsqueeze(-1)
        aim = torch.where(batch.by_prior[:, None, None], log_p, log_q)
        gains = gains + (aim.gather(-1, at) - log_q.gather(-1, at)).squeeze(-1)
        sounding = (last >= FIRST_PITCH) | (sounding & (last != NOTE_OFF))
        groups = _parted(groups, last)
        drawn.append(last)
    return Drawn(torch.stack(drawn, dim=-1), gains, [state.unflatten(2, (M, N)) for state in states])


def _mask(batch: Batch, sounding: Tensor, *, opens: bool) -> Tensor:
    """Return (M, N, V) what may be drawn."""
    mask = batch.allowed.unsqueeze(1).repeat(1, sounding.shape[1], 1)
    mask[..., NOTE_OFF] &= sounding
    if opens:
        mask[..., HOLD] &= ~batch.opens.unsqueeze(1)
    return mask


def _log_odds(logits: Tensor, batch: Batch, mask: Tensor) -> Tensor:
    """Return the log probabilities of each event, (M, N, V)."""
    scaled = (logits + batch.tilt.unsqueeze(1)) / batch.temperature[:, None, None].clamp(min=1e-6)
    return scaled.masked_fill(~mask, -torch.inf).log_softmax(dim=-1)


def _events(log_q: Tensor, groups: Tensor, chance: Tensor) -> Tensor:
    """Draw an event of each candidate, (M, N): copies of one by evenly spaced random numbers."""
    counts = torch.zeros_like(groups).scatter_add(1, groups, torch.ones_like(groups))
    first = (counts.cumsum(1) - counts).gather(1, groups)
    rank = torch.arange(groups.shape[1], device=groups.device) - first
    uniform = (rank + chance.gather(1, groups)) / counts.gather(1, groups)  # (M, N)
    cumulative = log_q.exp().cumsum(-1)  # (M, N, V)
    chosen = (uniform.unsqueeze(-1) * cumulative[..., -1:] >= cumulative).sum(-1)
    return chosen.clamp(max=log_q.shape[-1] - 1)


def _parted(groups: Tensor, events: Tensor) -> Tensor:
    """Number candidates anew: copies that drew different events have parted."""
    parts = (groups[:, 1:] != groups[:, :-1]) | (events[:, 1:] != events[:, :-1])
    return torch.nn.functional.pad(parts.long().cumsum(1), (1, 0))


class _Graph:
    """A stretch of one shape as the GPU plays it back: what goes in and comes out lies where it lay."""

    def __init__(self, networks: Sequence[Networks], states: list[Tensor], batch: Batch) -> None:
        self._states = [state.clone() for state in states]
        self._batch = Batch(*(each.clone() for each in batch))
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(_WARM_UPS):
                _draw(networks, list(self._states), self._batch)
        torch.cuda.current_stream().wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._drawn = _draw(networks, list(self._states), self._batch)

    def replay(self, states: list[Tensor], batch: Batch) -> Drawn:
        for mine, given in zip([*self._states, *self._batch], [*states, *batch], strict=True):
            mine.copy_(given)
        self._graph.replay()
        drawn = self._drawn
        return Drawn(drawn.events.clone(), drawn.gains.clone(), [state.clone() for state in drawn.states])


def _replayed(networks: Sequence[Networks], states: list[Tensor], batch: Batch) -> Drawn:
    """Draw by a graph of this shape, captured when it is first wanted; step by step where none can be captured."""
    # Kept by the last, and gone with it. The key holds the others: what a graph plays stays where it lies.
    graphs = networks[-1].graphs
    shape = (*networks[:-1], *batch.chance.shape)
    if shape not in graphs:
        try:
            graphs[shape] = _Graph(networks, states, batch)
        except RuntimeError as error:
            _LOG.warning("No CUDA graph could be captured, so steps are taken one by one: %s", error)
            graphs[shape] = None
    graph = graphs[shape]
    return graph.replay(states, batch) if graph else _draw(networks, states, batch)
