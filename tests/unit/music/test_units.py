"""Beats, steps and seconds."""

from __future__ import annotations

import pytest

from live_composer.music.units import beats, first_step, seconds_per_beat


def test_a_beat_at_90_lasts_two_thirds_of_a_second():
    assert seconds_per_beat(90.0) == pytest.approx(2 / 3)


def test_four_sixteenths_are_a_beat():
    assert (beats(4), beats(6), beats(-2)) == (1.0, 1.5, -0.5)


@pytest.mark.parametrize(("beat", "step"), [(0.0, 0), (1.0, 4), (1.01, 5), (1.25, 5), (-0.1, 0), (-0.25, -1)])
def test_the_first_step_at_a_beat_or_later(beat: float, step: int):
    assert first_step(beat) == step
