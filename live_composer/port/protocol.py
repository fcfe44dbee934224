"""What is said to the port process and what it answers: tagged structs, length-prefixed, over its stdin and stdout.

A conversation is `Open`, answered by `Opened` or `Failed`; then anything, until `Close` or the end of the pipe, which
ends the port process: it releases every sounding note, closes its port and exits. `Failed` is the last word of a port
process, and another one is started instead. Positions are beats since the start of the music; what is counted in lies
below 0.
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
Beat = Annotated[float, Meta(ge=-1e9, le=1e9)]
"""A place in the music."""
Beats = Annotated[float, Meta(ge=0, le=1e9)]
"""How long something takes."""
Tempo = Annotated[float, Meta(ge=1, le=1000)]
"""Beats per minute."""
ClockName: TypeAlias = Literal["internal", "manual", "midi", "jack", "link"]
"""Whose time it is: our own, one moved by hand, a MIDI clock on the input, JACK's transport, Ableton Link's."""
FOLLOWERS: frozenset[ClockName] = frozenset(("midi", "jack", "link"))
"""The clocks that somebody else moves: `Start` and `Stop` only say whether we play along."""
ClockStatus: TypeAlias = Literal["searching", "locked", "free-wheeling", "lost"]
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


class HeardMessage(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A MIDI message that somebody else sent to our input.

    Attributes:
        beat: where the music was; it stands still while nothing plays.
        seconds: when, in a time of the port's own that always goes on: good for intervals alone.
        data: a note-on or note-off (always 0x80, never a note-on of velocity 0), a control or program change, a pitch
            bend or an aftertouch.
    """

    beat: float
    seconds: float
    data: bytes

    @property
    def kind(self) -> int:
        """The status without its channel: 0x90 is a note-on."""
        return self.data[0] & 0xF0

    @property
    def channel(self) -> int:
        """The channel, 0 to 15."""
        return self.data[0] & 0x0F


class _Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag=str.lower):
    """What every message is: frozen, tagged with its name, strict about its fields."""


class Open(_Message, frozen=True):
    """Open a port; the first message of every conversation.

    Attributes:
        target: words of a port's name, `jack:NAME`, `rtmidi:NAME`, `file:PATH` or `null`; None for a virtual port.
        client: under which name the system shows us.
        clock: whose time it is. `manual` moves only by `Advance`, `midi` is heard on the input, so that wants `listen`.
        tempo: beats per minute to begin with.
        virtual: where no port fits, make a virtual one of that name; False when looking for a port that was lost.
        listen: words of the name of a port to hear, `jack:NAME` or `rtmidi:NAME`; None to hear nothing.
        listen_virtual: as `virtual`, for the input; False: the input is `listen` in full, and is waited for if need be.
        offset_ms: send everything so much later than its beat, or earlier: what a DAW's sound needs to fall together.
        send_clock: lead: send a MIDI clock, Start, Stop, Continue and Song Position along.
        quantum: beats of a bar, as Ableton Link agrees on with the others.
        freewheel_seconds: how long to go on by itself when the clock that is followed falls silent.
    """

    target: str | None = None
    client: str = "live-composer"
    clock: ClockName = "internal"
    tempo: Tempo = 120.0
    virtual: bool = True
    listen: str | None = None
    listen_virtual: bool = True
    offset_ms: Annotated[float, Meta(ge=-500, le=500)] = 0.0
    send_clock: bool = False
    quantum: Annotated[float, Meta(gt=0, le=64)] = 4.0
    freewheel_seconds: Annotated[float, Meta(ge=0, le=3600)] = 5.0


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
    """Play from `beat`, now; what was to come before it is forgotten. Feed the first notes before this.

    Where somebody else moves the clock, it means: play along, from wherever that clock is whenever it goes; `beat` says
    nothing then. Positions are that clock's. When it starts or is moved to another place, what sounds is released and
    what was to come before that place is forgotten; when it stops, what was to come is kept.
    """

    beat: Beat = 0.0


class Stop(_Message, frozen=True):
    """Stop now: release every sounding note and forget what was to come."""


class Rejoin(_Message, frozen=True):
    """Another port process was lost while the clock that is followed went: it was at `beat`, and goes on.

    A MIDI clock does not say where it is before it is started again, so its next tick is taken for the nearest one. It
    means nothing to clocks that can be asked, and where this clock has said more since.

    Attributes:
        beat: where the clock was.
        own_seconds: when, as that process told it.
    """

    beat: Beat
    own_seconds: float


class SetTempo(_Message, frozen=True):
    """Change the tempo, now or evenly within the next `beats`. A clock that somebody else moves takes no tempo."""

    tempo: Tempo
    beats: Beats = 0.0


class SetOffset(_Message, frozen=True):
    """Send everything so much later than its beat, or earlier, from now on; as `Open.offset_ms`."""

    offset_ms: Annotated[float, Meta(ge=-500, le=500)]


class Advance(_Message, frozen=True):
    """Move the manual clock: what becomes due is sent in order and at once, then told by `Sent` and a `Heartbeat`."""

    beats: Beats


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
        beat: the position at `seconds`, as of `ClockState`; `own_seconds` likewise.
        tempo: beats per minute.
        playing: between `Start` and `Stop`.
        sounding: how many notes sound.
        sent: MIDI messages since the port was opened.
        dropped: notes that came too late to be played.
        late_p50_ms, late_p99_ms: how late the last messages went out, median and 99th percentile.
        late_max_ms: the same, the worst since the port was opened.
        period_ms: of the audio server, where it has one: within it JACK places messages exactly.
        advances: how many `Advance` were carried out; what they sent was told before.
        starts: how many `Start` likewise.
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
    starts: int = 0
    seconds: float = 0.0
    own_seconds: float = 0.0


class Sent(_Message, frozen=True):
    """What went out since the last time."""

    messages: list[SentMessage]


class Heard(_Message, frozen=True):
    """What came in since the last time; our own messages that come back to us are left out."""

    messages: list[HeardMessage]


class Listening(_Message, frozen=True):
    """The input is open, or went away and is looked for; the music goes on. Told after `Opened` and at each change.

    Attributes:
        port: its full name.
        backend: as of `Opened`.
        virtual: it was made by us; nothing is heard until something is connected to it.
        trouble: why nothing is heard; empty when all is well. Keys that were down have been told to be released.
    """

    port: str
    backend: str
    virtual: bool = False
    trouble: str = ""


class ClockState(_Message, frozen=True):
    """What the clock does; told when it changes, and every second.

    Attributes:
        source: which clock.
        status: `searching`: nothing heard yet; `locked`; `free-wheeling`: silent for a moment, we go on without it;
            `lost`: silent for longer than that, so we stopped.
        tempo: beats per minute.
        phase_ms: how far its last beats were from where they were expected, root mean square.
        rolling: the clock goes (between its Start and Stop), whether or not we play along.
        beat: the position at `seconds`.
        seconds: by `time.monotonic`, which the processes of a machine share.
        own_seconds: by the time that sends and hears, which another port process that takes over shares: an audio
            server's frames where there is one, for these may stumble.
        moved: it has just been started, stopped or put at another place, and goes on from `beat`.
        peers: how many others share it (Ableton Link).
    """

    source: ClockName
    status: ClockStatus
    tempo: float
    phase_ms: float = 0.0
    rolling: bool = False
    beat: float = 0.0
    seconds: float = 0.0
    own_seconds: float = 0.0
    moved: bool = False
    peers: int = 0


Command: TypeAlias = (
    Open | Notes | Raw | Cancel | Start | Stop | Rejoin | SetTempo | SetOffset | Advance | Release | Close
)
"""What the port process is told."""
Reply: TypeAlias = Opened | Failed | Heartbeat | Sent | Heard | Listening | ClockState
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
