"""The messages, as tagged structs: each is one frame on the wire (msgpack), the same on every kind of link.

A planning request carries everything that an answer needs, so a planner keeps no session: any planner may answer, and a
newer request of the same musician replaces an older one.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from live_composer.wire.base import Message
from live_composer.wire.learning import LearningMessage
from live_composer.wire.screen import ScreenMessage

PROTOCOL = 2
"""The version of these messages; a peer of another version is refused at the hello."""

CONTEXT = 128
"""The most events of the melody so far that a request carries."""
LONGEST_HORIZON = 512
"""The most steps that one plan may have."""
MOST_CANDIDATES = 1024
"""The most continuations that one plan may be chosen from."""
LARGEST_WEIGHT = 1000.0
"""The largest weight of a rule."""
LARGEST_MESSAGE = 1 << 20
"""Bytes of one frame; more is refused."""

Event = Annotated[int, Meta(ge=0, le=127)]
Weight = Annotated[float, Meta(ge=-LARGEST_WEIGHT, le=LARGEST_WEIGHT)]
PitchClass = Annotated[int, Meta(ge=0, le=11)]
Motif = Annotated[list[Event], Meta(min_length=2, max_length=32)]


class Hello(Message, frozen=True):
    """The first message of both sides.

    Attributes:
        role: `musician`, `planner`, `daemon`, `learner`, `screen` (is shown frames) or `control` (is told what it
            asks).
        protocol: must be PROTOCOL.
        models: a planner's models by name.
        engine: what computes, such as `numpy` or `torch cuda`.
        weights: the SHA-256 of each model's weights, where a planner tells it: the same weights play the same notes.
        books: a host's rule books by name.
        limits: what a host grants a request, such as `horizon` and `candidates`, and requests a second: `requests`.
    """

    role: str
    protocol: int = PROTOCOL
    models: list[str] = []
    engine: str = ""
    weights: dict[str, str] = {}
    books: list[str] = []
    limits: dict[str, float] = {}


class PlanRequest(Message, frozen=True):
    """Ask for the notes to come. All pitches in it are in the key's home; the performer transposes.

    Attributes:
        revision: grows with each request of a musician; the newest wins.
        model: by name: a tuned policy, or a Note RNN.
        events: the melody so far, its last CONTEXT events.
        first_step: the step, counted from the start of the music, of the first event to be planned; the first of a bar
            is a multiple of the metre's steps, the first of a phrase one of the phrase's.
        horizon: how many steps to plan.
        metre: such as `4/4`.
        key: such as `D dorian`; the planner uses the mode alone.
        temperature: of sampling.
        seed: of the music; the same request gives the same notes.
        prior: the Note RNN that `model` was tuned from, by name; empty: the model is its own prior.
        dial: from 0, the prior as it learnt, to 1, the tuned policy and the rules in full.
        book: the rule book, by name; empty: no rules.
        weights: of rules, by name, where they differ from the book's; rules that are not in the book join it.
        c: how little a reward counts: candidates are chosen in proportion to prior probability * exp(reward / c).
        candidates: how many continuations are tried.
        lowest, highest: the MIDI pitches that may be played.
        density: how many times the odds that a note starts are doubled; below 0 halved.
        chord: the pitch classes that sound, 0 = C; empty: none known.
        liked: events of bars that were liked, each from a bar line on; to come back, as they were or moved.
        liking: the reward of each step that goes on with one of them.
        length: the step at which the music ends, so that it may close; None: never.
        why: whether to say why these notes.
        within: seconds from now, when the request comes, in which an answer is of use; one that would be late is not
            computed. None: whenever it comes.
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
    prior: str = ""
    dial: Annotated[float, Meta(ge=0, le=1)] = 1.0
    book: str = ""
    weights: Annotated[dict[str, Weight], Meta(max_length=64)] = {}
    c: Annotated[float, Meta(ge=0.01, le=100)] = 0.5
    candidates: Annotated[int, Meta(ge=1, le=MOST_CANDIDATES)] = 64
    lowest: Annotated[int, Meta(ge=0, le=127)] = 0
    highest: Annotated[int, Meta(ge=0, le=127)] = 127
    density: Annotated[float, Meta(ge=-4, le=4)] = 0.0
    chord: Annotated[list[PitchClass], Meta(max_length=12)] = []
    liked: Annotated[list[Motif], Meta(max_length=8)] = []
    liking: Annotated[float, Meta(ge=0, le=LARGEST_WEIGHT)] = 0.5
    length: Annotated[int, Meta(ge=1)] | None = None
    why: bool = False
    within: Annotated[float, Meta(ge=0)] | None = None


class Weighed(Message, frozen=True):
    """An event that might have come.

    Attributes:
        event: which.
        prior, tuned: how likely it was by the Note RNN and by the tuned policy.
    """

    event: Event
    prior: float
    tuned: float


class Why(Message, frozen=True):
    """Why these notes.

    Attributes:
        steps: for every step the event that was chosen, and after it the likeliest others.
        rivals: the best continuations that were not chosen, the best first.
        chances: how likely the choice was to fall on the plan, then on each rival.
    """

    steps: list[list[Weighed]]
    rivals: list[list[Event]]
    chances: list[float]


class Plan(Message, frozen=True):
    """The notes to come.

    Attributes:
        revision: that of the request.
        first_step: that of the request.
        events: one a step, in the key's home.
        milliseconds: how long planning took.
        rewards: what each rule said of each step, by its name, weighted; rules that said nothing are left out.
        off: rules that are switched off, with the reason.
        notices: other troubles, such as a rule file that was changed and is refused.
        why: if it was asked for.
    """

    revision: int
    first_step: int
    events: list[Event]
    milliseconds: float = 0.0
    rewards: dict[str, list[float]] = {}
    off: dict[str, str] = {}
    notices: list[str] = []
    why: Why | None = None


class PlanFailed(Message, frozen=True):
    """Why there is no plan.

    Attributes:
        revision: that of the request.
        reason: in one sentence.
        late: the answer would have come later than it was of use.
    """

    revision: int
    reason: str
    late: bool = False


AnyMessage: TypeAlias = Hello | PlanRequest | Plan | PlanFailed | ScreenMessage | LearningMessage


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
