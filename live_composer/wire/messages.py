"""The messages, as tagged structs: each is one frame on the wire (msgpack), the same on every kind of link.

A planning request carries everything that an answer needs, so a planner keeps no session: any planner may answer, and a
newer request of the same musician replaces an older one.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from live_composer.wire.base import Message
from live_composer.wire.screen import ScreenMessage

PROTOCOL = 1
"""The version of these messages; a peer of another version is refused at the hello."""

CONTEXT = 128
"""The most events of the melody so far that a request carries."""
LONGEST_HORIZON = 512
"""The most steps that one plan may have."""
LARGEST_MESSAGE = 1 << 20
"""Bytes of one frame; more is refused."""

Event = Annotated[int, Meta(ge=0, le=127)]


class Hello(Message, frozen=True):
    """The first message of both sides.

    Attributes:
        role: `musician`, `planner`, `daemon`, `screen` (is shown frames) or `control` (is told what it asks).
        protocol: must be PROTOCOL.
        models: a planner's models by name.
        engine: what computes, such as `numpy` or `torch cuda`.
    """

    role: str
    protocol: int = PROTOCOL
    models: list[str] = []
    engine: str = ""


class PlanRequest(Message, frozen=True):
    """Ask for the notes to come.

    Attributes:
        revision: grows with each request of a musician; the newest wins.
        model: by name.
        events: the melody so far, in the key's home, its last CONTEXT events.
        first_step: the step, counted from the start of the music, of the first event to be planned; the first of a bar
            is a multiple of the metre's steps.
        horizon: how many steps to plan.
        metre: such as `4/4`.
        key: such as `D dorian`; events are in its home key, the planner uses the mode alone.
        temperature: of sampling.
        seed: of the music. The events of a step depend on the seed, the step and the melody before it alone.
    """

    revision: int
    model: str
    events: Annotated[list[Event], Meta(max_length=CONTEXT)]
    first_step: Annotated[int, Meta(ge=0)]
    horizon: Annotated[int, Meta(ge=1, le=LONGEST_HORIZON)]
    metre: str = "4/4"
    key: str = "C major"
    temperature: Annotated[float, Meta(gt=0, le=10)] = 1.0
    seed: Annotated[int, Meta(ge=0)] = 0


class Plan(Message, frozen=True):
    """The notes to come.

    Attributes:
        revision: that of the request.
        first_step: that of the request.
        events: one a step, in the key's home.
        milliseconds: how long planning took.
    """

    revision: int
    first_step: int
    events: list[Event]
    milliseconds: float = 0.0


class PlanFailed(Message, frozen=True):
    """Why there is no plan, in one sentence."""

    revision: int
    reason: str


AnyMessage: TypeAlias = Hello | PlanRequest | Plan | PlanFailed | ScreenMessage


def encode(message: AnyMessage) -> bytes:
    """Return the message as one frame."""
    return msgspec.msgpack.encode(message)


def decode(frame: bytes) -> AnyMessage:
    """Read one frame.

    Raises:
        msgspec.ValidationError, msgspec.DecodeError: it is no message of ours.
    """
    return _DECODER.decode(frame)


_DECODER = msgspec.msgpack.Decoder(AnyMessage)
