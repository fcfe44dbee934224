"""Measure a network on melodies that it has not learnt from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from live_composer.learn.batches import in_order
from live_composer.learn.scores import Scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live_composer.music.melody import Melody
    from live_composer.policy.note_rnn import NoteRnn

_WIDTH = 64
_WINDOW = 256


@torch.inference_mode()
def measure(network: NoteRnn, melodies: Sequence[Melody]) -> Scores:
    """Foretell every step of some melodies, each from its beginning."""
    device = network.output.weight.device
    learning = network.training
    network.eval()
    scores = Scores()
    for batch in in_order(melodies, _WIDTH):
        state = network.start(_WIDTH)
        for window in batch.windows(_WINDOW):
            heard, places = (torch.as_tensor(array, device=device) for array in (window.heard, window.places))
            logits, state = network(heard, places, state)  # (T, B, V)
            log_p = logits.log_softmax(dim=-1).cpu().numpy()
            scores.add(log_p[window.scored], window.events[window.scored])
    network.train(learning)
    return scores
