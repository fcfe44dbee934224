"""Every message survives the wire; nothing else is let in."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.wire import messages
from live_composer.wire.messages import CONTEXT, Plan, PlanRequest, decode, encode

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
)
PLANS = st.builds(Plan, st.integers(0, 2**63), st.integers(0, 2**40), EVENTS, st.floats(0, 1e6))


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
        {"surprise": 1},
    ],
)
def test_values_out_of_bounds_are_refused(wrong: dict[str, object]) -> None:
    fields = {"type": "plan_request", "revision": 1, "model": "m", "events": [1], "first_step": 0, "horizon": 1} | wrong
    with pytest.raises(msgspec.ValidationError):
        decode(msgspec.msgpack.encode(fields))
