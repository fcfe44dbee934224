"""Training, validation and test: whole clusters of tunes, drawn by the hash of what they hold.

A cluster's place in the draw depends on the seed and its own melodies alone, so that tunes added to a corpus move few
of the others.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live_composer.corpus.store import Split
    from live_composer.music.melody import Events


def draw(melodies: Sequence[Events], clusters: Sequence[int], validation: float, test: float, seed: int) -> list[Split]:
    """Draw the split of each melody.

    Args:
        melodies: all of them.
        clusters: the cluster of each; it is never divided.
        validation: the share of clusters for validation; when it is above zero and there are three clusters or more,
            at least one.
        test: the same for the test.
        seed: of the draw.
    """
    ticket: dict[int, bytes] = {}
    for events, cluster in zip(melodies, clusters, strict=True):
        drawn = hashlib.sha256(b"%d:" % seed + events.tobytes()).digest()
        ticket[cluster] = min(ticket.get(cluster, drawn), drawn)
    order = sorted(ticket, key=lambda cluster: (ticket[cluster], cluster))
    split: dict[int, Split] = dict.fromkeys(order, "train")
    held_out = _count(validation, len(order))
    split.update(dict.fromkeys(order[:held_out], "validation"))
    split.update(dict.fromkeys(order[held_out : held_out + _count(test, len(order))], "test"))
    return [split[cluster] for cluster in clusters]


_ENOUGH = 3


def _count(share: float, of: int) -> int:
    return max(round(share * of), int(share > 0)) if of >= _ENOUGH else 0
