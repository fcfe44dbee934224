"""Every message survives the wire; nothing else is let in."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.wire import messages
from live_composer.wire.messages import CONTEXT, Plan, PlanRequest, Weighed, Why, decode, encode

EVENTS = st.lists(st.integers(0, 127), max_size=CONTEXT)
REQUESTS = st.builds(
    PlanRequest,
    revision=st.integers(0, 2**63),
    model=st.text(),
    events=EVENTS,
    first_step=st.integers(0, 2**40),
    horizon=st.integers(1, messages.LONGEST_HORIZON),
    metre=st.sampled_from(["4/4", "3/4", "6/8"]),
    key=st.sampled_from(["C major", "D dorian"]),
    temperature=st.floats(0.01, 10),
    seed=st.integers(0, 2**63),
    prior=st.text(),
    dial=st.floats(0, 1),
    book=st.text(),
    weights=st.dictionaries(st.text(), st.floats(-1000, 1000), max_size=4),
    c=st.floats(0.01, 100),
    candidates=st.integers(1, messages.MOST_CANDIDATES),
    lowest=st.integers(0, 127),
    highest=st.integers(0, 127),
    density=st.floats(-4, 4),
    chord=st.lists(st.integers(0, 11), max_size=12),
    liked=st.lists(st.lists(st.integers(0, 127), min_size=2, max_size=32), max_size=8),
    liking=st.floats(0, 1000),
    length=st.none() | st.integers(1, 2**40),
    why=st.booleans(),
)
WEIGHED = st.builds(Weighed, st.integers(0, 127), st.floats(0, 1), st.floats(0, 1))
PLANS = st.builds(
    Plan,
    st.integers(0, 2**63),
    st.integers(0, 2**40),
    EVENTS,
    st.floats(0, 1e6),
    st.dictionaries(st.text(), st.lists(st.floats(-10, 10), max_size=4), max_size=3),
    st.dictionaries(st.text(), st.text(), max_size=3),
    st.lists(st.text(), max_size=3),
    st.none() | st.builds(Why, st.lists(st.lists(WEIGHED)), st.lists(EVENTS, max_size=3), st.lists(st.floats(0, 1))),
)


@given(REQUESTS | PLANS)
def test_a_message_comes_back_as_it_was(message: PlanRequest | Plan) -> None:
    assert decode(encode(message)) == message


@given(st.binary(max_size=64))
def test_noise_is_refused_as_noise(frame: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        decode(frame)


@pytest.mark.parametrize(
    "wrong",
    [
        {"horizon": 0},
        {"horizon": messages.LONGEST_HORIZON + 1},
        {"events": [128]},
        {"events": [-1]},
        {"events": [1] * (CONTEXT + 1)},
        {"first_step": -1},
        {"temperature": 0.0},
        {"temperature": float("nan")},
        {"dial": -0.1},
        {"dial": 1.1},
        {"c": 0.0},
        {"c": float("inf")},
        {"weights": {"house_key": float("nan")}},
        {"weights": {"house_key": 1e9}},
        {"candidates": 0},
        {"candidates": messages.MOST_CANDIDATES + 1},
        {"highest": 128},
        {"density": 9.0},
        {"chord": [12]},
        {"liked": [[14]]},
        {"liked": [[14, 1]] * 9},
        {"liking": -1.0},
        {"length": 0},
        {"surprise": 1},
    ],
)
def test_values_out_of_bounds_are_refused(wrong: dict[str, object]) -> None:
    fields = {"type": "plan_request", "revision": 1, "model": "m", "events": [1], "first_step": 0, "horizon": 1} | wrong
    with pytest.raises(msgspec.ValidationError):
        decode(msgspec.msgpack.encode(fields))
