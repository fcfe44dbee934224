"""What is said to the port process and what it answers: tagged structs, length-prefixed, over its stdin and stdout.

A conversation is `Open`, answered by `Opened` or `Failed`; then anything, until `Close` or the end of the pipe, which
ends the port process: it releases every sounding note, closes its port and exits. `Failed` is the last word of a port
process, and another one is started instead. Positions are beats since the start of the music.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Meta

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

LARGEST_MESSAGE = 1 << 24
"""Bytes of one message; a length above this means that the pipe carries something else."""

_LENGTH = struct.Struct(">I")

Channel = Annotated[int, Meta(ge=0, le=15)]
"""A MIDI channel as it is sent: 0 is the one that people call 1."""
Pitch = Annotated[int, Meta(ge=0, le=127)]
Beat = Annotated[float, Meta(ge=0, le=1e9)]
Tempo = Annotated[float, Meta(ge=1, le=1000)]
"""Beats per minute."""
ClockName: TypeAlias = Literal["internal", "manual"]
Kind: TypeAlias = Literal["port", "lost", "file", "protocol"]


class Note(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A note to play: its note-off is sent `length` beats after its onset, or earlier if the pitch is struck again."""

    beat: Beat
    length: Annotated[float, Meta(gt=0, le=1e9)]
    channel: Channel
    pitch: Pitch
    velocity: Annotated[int, Meta(ge=1, le=127)]


class SentMessage(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A MIDI message that went out: where it was due, how late it was, and its bytes."""

    beat: float
    late_ms: float
    data: bytes


class _Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag=str.lower):
    """What every message is: frozen, tagged with its name, strict about its fields."""


class Open(_Message, frozen=True):
    """Open a port; the first message of every conversation.

    Attributes:
        target: words of a port's name, `jack:NAME`, `rtmidi:NAME`, `file:PATH` or `null`; None for a virtual port.
        client: under which name the system shows us.
        clock: `internal`, or `manual`: time moves only by `Advance`.
        tempo: beats per minute to begin with.
        virtual: where no port fits, make a virtual one of that name; False when looking for a port that was lost.
    """

    target: str | None = None
    client: str = "live-composer"
    clock: ClockName = "internal"
    tempo: Tempo = 120.0
    virtual: bool = True


class Notes(_Message, frozen=True):
    """Play these notes when their beats come; those already past by more than a moment are dropped, and counted."""

    notes: list[Note]


class Raw(_Message, frozen=True):
    """Send any other MIDI message when its beat comes, before the notes of that beat."""

    beat: Beat
    data: Annotated[bytes, Meta(min_length=1, max_length=4096)]


class Cancel(_Message, frozen=True):
    """Forget what is due at `from_beat` or later; what sounds already keeps its note-off."""

    from_beat: Beat


class Start(_Message, frozen=True):
    """Play from `beat`, now; what was to come before it is forgotten. Feed the first notes before this."""

    beat: Beat = 0.0


class Stop(_Message, frozen=True):
    """Stop now: release every sounding note and forget what was to come."""


class SetTempo(_Message, frozen=True):
    """Change the tempo, now."""

    tempo: Tempo


class Advance(_Message, frozen=True):
    """Move the manual clock: what becomes due is sent in order and at once, then told by `Sent` and a `Heartbeat`."""

    beats: Beat


class Release(_Message, frozen=True):
    """Panic: silence every channel now, and go on.

    Attributes:
        notes: (channel, pitch) that also get a note-off, such as those a lost port process left sounding.
    """

    notes: list[tuple[Channel, Pitch]] = []


class Close(_Message, frozen=True):
    """Stop, close the port, write the file if it is one, and exit."""


class Opened(_Message, frozen=True):
    """The port is open.

    Attributes:
        port: its full name.
        backend: `jack`, `rtmidi ALSA` (`CoreMIDI`, `Windows`, `JACK`), `file` or `null`.
        virtual: the port was made by us; nothing plays until something is connected to it.
    """

    port: str
    backend: str
    virtual: bool = False


class Failed(_Message, frozen=True):
    """Why the port cannot be opened or has ended, in one sentence.

    Attributes:
        kind: `port`: cannot be opened; `lost`: it or its server went away; `file`: the take cannot be written;
            `protocol`: a message made no sense.
    """

    reason: str
    kind: Kind


class Heartbeat(_Message, frozen=True):
    """The port is well; told every `HEARTBEAT_SECONDS`, and after each `Advance`.

    Attributes:
        beat: the position now.
        tempo: beats per minute.
        playing: between `Start` and `Stop`.
        sounding: how many notes sound.
        sent: MIDI messages since the port was opened.
        dropped: notes that came too late to be played.
        late_p50_ms, late_p99_ms: how late the last messages went out, median and 99th percentile.
        late_max_ms: the same, the worst since the port was opened.
        period_ms: of the audio server, where it has one: within it JACK places messages exactly.
        advances: how many `Advance` were carried out; what they sent was told before.
    """

    beat: float
    tempo: float
    playing: bool
    sounding: int = 0
    sent: int = 0
    dropped: int = 0
    late_p50_ms: float = 0.0
    late_p99_ms: float = 0.0
    late_max_ms: float = 0.0
    period_ms: float = 0.0
    advances: int = 0


class Sent(_Message, frozen=True):
    """What went out since the last time."""

    messages: list[SentMessage]


Command: TypeAlias = Open | Notes | Raw | Cancel | Start | Stop | SetTempo | Advance | Release | Close
"""What the port process is told."""
Reply: TypeAlias = Opened | Failed | Heartbeat | Sent
"""What the port process answers."""

HEARTBEAT_SECONDS = 0.1

COMMANDS: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)
REPLIES: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)

_T = TypeVar("_T")


def pack(message: Command | Reply) -> bytes:
    """Return a message with its length before it."""
    body = msgspec.msgpack.encode(message)
    return _LENGTH.pack(len(body)) + body


def unpack(stream: BinaryIO, decoder: msgspec.msgpack.Decoder[_T]) -> Iterator[_T]:
    """Yield messages from a blocking stream until it ends, be it in the middle of one.

    Raises:
        msgspec.ValidationError, msgspec.DecodeError: something else than our messages comes out of the pipe.
    """
    while len(length := stream.read(_LENGTH.size)) == _LENGTH.size:
        (size,) = _LENGTH.unpack(length)
        if size > LARGEST_MESSAGE:
            raise msgspec.DecodeError(f"a message of {size:,} bytes")
        body = stream.read(size)
        if len(body) < size:
            return
        yield decoder.decode(body)
