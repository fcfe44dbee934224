"""A crowd on a host that is killed, and on a fleet that loses a replica: nobody runs dry, and the music is the same."""

from __future__ import annotations

import statistics
import time

import crowd
import pytest
from crowd import Music
from hosting import Box

MUSICIANS, BARS = 12, 4
FASTEST, PLAN_SECONDS = 3.0, 0.03
"""The clock of all goes at three times real time where a plan takes 10 ms, and as much slower as this machine is."""


@pytest.mark.parametrize("replicas", [0, 2])
def test_what_dies_in_the_middle_is_not_heard_by_any_of_a_crowd(replicas: int):
    if replicas:
        pytest.importorskip("ray", reason="the extra `fleet` is not installed")
    music = Music("note-rnn", book="", bars=BARS)
    alone: dict[int, list[int]] = {}
    taken: list[float] = []
    for number in range(MUSICIANS):
        begin = time.perf_counter()
        alone[number] = crowd.played_alone(number, music)
        taken.append((time.perf_counter() - begin) / (BARS / 2 + 1))
    pace = min(FASTEST, PLAN_SECONDS / statistics.median(taken))
    with Box.open(replicas) as box:
        tally = crowd.run(crowd.play(box.address, MUSICIANS, music, pace, in_the_middle=box.kill_one))
    assert tally.missed == 0
    assert set(tally.origins) == {"plan"}
    assert tally.melodies == alone
    assert tally.there >= MUSICIANS
    assert tally.own_share < 0.5 if replicas else tally.here > 0
