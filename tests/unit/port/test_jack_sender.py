"""The counter of a JACK server, as it wraps around and wavers."""

from __future__ import annotations

import pytest

from live_composer.port.jack_sender import frames_between


@pytest.mark.parametrize(
    ("then", "now", "frames"),
    [(0, 256, 256), (1000, 1000, 0), (2**32 - 100, 156, 256), (1000, 990, -10), (5, 2**32 - 5, -10)],
)
def test_frames_are_counted_over_the_end_of_the_counter_and_back(then: int, now: int, frames: int):
    assert frames_between(then, now) == frames
