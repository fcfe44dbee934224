"""What a host keeps account of: how long plans take, how often somebody asks, how answers are spread."""

from __future__ import annotations

import time
from typing import Any

import pytest

from live_composer.errors import BadInput
from live_composer.plan.experience import Experience
from live_composer.plan.gate import Rate
from live_composer.plan.metrics import Histogram
from live_composer.wire.messages import PlanRequest


def request(**wishes: Any) -> PlanRequest:
    return PlanRequest(**{"revision": 1, "model": "house", "events": [14, 1], "first_step": 16, "horizon": 16} | wishes)


def test_experience_tells_kinds_apart_and_forgets():
    known = Experience()
    known.note(request(), 1.6)
    assert known.expect(request()) == pytest.approx(1.6)
    assert known.expect(request(horizon=32)) == pytest.approx(3.2)
    assert known.expect(request(candidates=8)) == 0
    for number in range(300):
        known.note(request(model=f"m{number}"), 1.0)
    assert known.expect(request()) == 0


def test_a_rate_grants_what_it_says(monkeypatch: pytest.MonkeyPatch):
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    rate = Rate(10)
    for _ in range(20):
        rate.count()
    with pytest.raises(BadInput):
        rate.count()
    now = 0.5
    for _ in range(5):
        rate.count()
    with pytest.raises(BadInput):
        rate.count()


def test_a_histogram_counts_up_to_each_bound():
    histogram = Histogram((1, 2))
    for value in (0.5, 1.0, 1.5, 9.0):
        histogram.add(value)
    assert list(histogram.lines("x")) == [
        'x_bucket{le="1"} 2', 'x_bucket{le="2"} 3', 'x_bucket{le="+Inf"} 4', "x_sum 12", "x_count 4",
    ]  # fmt: skip
