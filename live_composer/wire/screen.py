"""What screens and the daemon say to each other: commands and new values one way, frames and answers the other.

A frame is the whole state, so a screen that joins late or misses some needs no history. Who says `screen` in its hello
is shown frames as things change, up to `FRAMES_PER_SECOND` and only the newest; anyone else is told only what it asks.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from live_composer.wire.base import Message, Part, Ticket, Value
from live_composer.wire.catalogue import Catalogue

FRAMES_PER_SECOND = 30

REST, HELD = -1, -2
"""What stands for a pitch where none begins."""


class Set(Message, frozen=True):
    """Change a parameter.

    Attributes:
        name: of the table of parameters, or `rule.NAME`.
        value: of the parameter's kind; or, with `text`, as a person types it. None puts the default back.
        text: whether the value is to be read as typed.
        ticket: see Ticket.
    """

    name: str
    value: Value | None = None
    text: bool = False
    ticket: Ticket = 0


class Command(Message, frozen=True):
    """Ask the daemon to do something.

    Attributes:
        name: one of `COMMANDS`.
        value: what the command needs.
        ticket: see Ticket.
    """

    name: str
    value: Any = None
    ticket: Ticket = 0


COMMANDS: dict[str, str] = {
    "play": "Play, or play on.",
    "pause": "Stop here.",
    "stop": "Stop, and go back to the start.",
    "panic": "Silence every channel now; the music goes on.",
    "tap": "Tap the tempo.",
    "undo": "Put back the value that was changed last.",
    "keep": "Keep the last bars as a take: {bars, name}, both optional.",
    "name": "Name a take: {take, name}.",
    "hear": "Play a take again, by its number; without one, the last.",
    "like": "Like what was just played, or a take by its number.",
    "dislike": "The reverse.",
    "add": "Add a rule that is installed to those in use, by name.",
    "mute": "Mute a rule by name, or hear it again.",
    "solo": "Hear one rule alone by name, or all again.",
    "learn": "The next knob that is moved steers the named parameter; without a name, stop waiting for one.",
    "unlearn": "No knob steers the named parameter any more.",
    "preset": "Load a preset by its number, as a program change does.",
    "save-preset": "Save the values of notes, taste, playing and rules as a preset: {number, name}.",
    "why": "Tell why the note at a step was chosen; without a step, the latest.",
    "catalogue": "Tell which models, rule books, presets and ports there are.",
    "status": "Tell the state: a frame.",
    "quit": "Stop, and end the daemon.",
}
"""Every command, and what it does."""


class Done(Message, frozen=True):
    """What was asked for by a ticket is done.

    Attributes:
        ticket: that of the asker.
        told: one sentence for a person; empty where there is nothing to say.
    """

    ticket: Ticket
    told: str = ""


class SeenNote(Part, frozen=True, array_like=True):
    """A note of the melody, as it sounds.

    Before the frame's `heard` step it was played, before its `open` step it is committed, from there on it may still
    change.

    Attributes:
        step: sixteenths since the start of the music.
        length: in sixteenths, as far as is known.
        pitch: MIDI pitch, transposed as it sounds.
        velocity: MIDI velocity; 0 where it is not settled yet.
        origin: `plan`, `rest of plan`, `motif`, `take`.
    """

    step: int
    length: int
    pitch: int
    velocity: int = 0
    origin: str = "plan"


class OwnNote(Part, frozen=True, array_like=True):
    """A note that the player played.

    Attributes:
        beat: when it began, in beats.
        length: in beats; 0 while it sounds.
        pitch, velocity: as MIDI has them.
    """

    beat: float
    length: float
    pitch: int
    velocity: int


class RuleView(Part, frozen=True):
    """A rule of the book in use.

    Attributes:
        name: without `rule.`.
        weight: that the musician gave it.
        reward: a running mean of what it said of the steps that were heard, weighted.
        last: what it said of the last one.
        fired: steps at which it lately spoke.
        muted: it counts as 0, whatever its weight: muted itself, or another one is heard alone.
        solo: it alone is heard.
        off: why it cannot be used; empty when all is well.
    """

    name: str
    weight: float
    reward: float = 0.0
    last: float = 0.0
    fired: list[int] = []
    muted: bool = False
    solo: bool = False
    off: str = ""


class ClockView(Part, frozen=True):
    """Who beats the time.

    Attributes:
        source: `internal`, `manual`, `midi`, `jack`, `link`.
        state: `locked`, `searching`, `free-wheeling` or `lost`; an internal clock is always locked.
        tempo: beats per minute, as it goes.
        error_ms: how far we are from its beat.
        rolling: whether it goes, whoever's it is.
        peers: how many others share it (Ableton Link).
    """

    source: str = "internal"
    state: str = "locked"
    tempo: float = 120.0
    error_ms: float = 0.0
    rolling: bool = True
    peers: int = 0


class PortView(Part, frozen=True):
    """Where notes go, and where they come from.

    Attributes:
        name: its full name.
        backend: what sends, such as `jack` or `rtmidi`.
        virtual: it was made by us.
        trouble: why there is none at the moment; empty when all is well.
        input: the port that is listened to; empty when there is none.
        input_trouble: why it is not heard now; empty when all is well.
        late_ms: how late messages left: `p50`, `p99`, `max`.
        sounding: notes that sound now.
        sent: messages since the port was opened.
        dropped: notes that came too late to be played.
        replaced: how often another port process took over.
    """

    name: str = ""
    backend: str = ""
    virtual: bool = False
    trouble: str = ""
    input: str = ""
    input_trouble: str = ""
    late_ms: dict[str, float] = {}
    sounding: int = 0
    sent: int = 0
    dropped: int = 0
    replaced: int = 0


class PlannerView(Part, frozen=True):
    """Who plans, and how well.

    Attributes:
        engine: what computes, such as `numpy`.
        where: `here`, or a host's address.
        trouble: why there is no plan; empty when all is well.
        round_trip_ms, planning_ms: the 99th percentile of the way there and back, and of planning.
        horizon: steps from now that can no longer be changed.
        age_s: seconds since the last plan came; -1 before the first.
        plans: how many came.
        elsewhere: how many of them from a host.
        missed: how many did not come in time.
        replaced: how often a planner was lost and another one started.
    """

    engine: str = ""
    where: str = "here"
    trouble: str = ""
    round_trip_ms: float = 0.0
    planning_ms: float = 0.0
    horizon: int = 0
    age_s: float = -1.0
    plans: int = 0
    elsewhere: int = 0
    missed: int = 0
    replaced: int = 0


class TakeView(Part, frozen=True):
    """A take that was kept.

    Attributes:
        number: from 1.
        name: that the musician gave it, or the file's.
        path: the MIDI file.
        bars: how many.
        key, tempo, seed, model: what it was made with.
        liked: 1 liked, -1 disliked, 0 neither.
    """

    number: int
    name: str
    path: str
    bars: int
    key: str
    tempo: float
    seed: int
    model: str = ""
    liked: int = 0


class Notice(Part, frozen=True):
    """Something a person should know.

    Attributes:
        what: `port`, `input`, `clock`, `planner`, `host`, `rule NAME`, `model`, `book`, `take`, `osc`.
        reason: in one sentence.
        standing: it is so now; else it has passed, and was worth a word.
        number: grows, so that a screen shows one once.
    """

    what: str
    reason: str
    standing: bool = True
    number: int = 0


class Frame(Message, frozen=True):
    """What a screen draws: the daemon's state now.

    Attributes:
        transport: `stopped`, `counting in`, `playing` or `paused`.
        beat: beats since the start of the music; below 0 while counting in.
        bar: the bar that sounds, from 1.
        bar_line: the step at which it begins.
        values: every parameter's value by name, rule weights included.
        heard, open: the first step that has not sounded yet, and the first that may still change.
        notes: the melody, from some bars ago to the end of what is planned.
        own: what the player played, the last bars.
        origin: where the last settled step came from: `plan`, `rest of plan`, `motif`, `take`,
            `rest` (it listens), `silence`.
        rules: of the book in use, in its order.
        clock, port, planner: see there.
        takes: the newest last.
        notices: what stands, and the last things that passed.
        chord: pitch classes of the chord that rules hear.
        listening: what the listening mode does now: ``, `listening`, `answering`.
        learning: the parameter that waits for a knob; empty when none does.
        controls: which knob steers what, such as {`temperature`: `CC 74`}.
        undo: the parameter that `undo` would put back; empty when there is none.
        played_notes: how many notes were struck.
        cpu: shares of a core, in percent, by process: `daemon`, `planner`, `port`.
        address: of the daemon's own socket.
    """

    transport: str
    beat: float
    bar: int
    bar_line: int
    values: dict[str, Value]
    heard: int
    open: int
    notes: list[SeenNote]
    own: list[OwnNote] = []
    origin: str = "plan"
    rules: list[RuleView] = []
    clock: ClockView = ClockView()
    port: PortView = PortView()
    planner: PlannerView = PlannerView()
    takes: list[TakeView] = []
    notices: list[Notice] = []
    chord: list[int] = []
    listening: str = ""
    learning: str = ""
    controls: dict[str, str] = {}
    undo: str = ""
    played_notes: int = 0
    cpu: dict[str, float] = {}
    address: str = ""


class Lost(Part, frozen=True):
    """An event that was not chosen.

    Attributes:
        pitch: MIDI pitch as it would have sounded; -1 a rest, -2 a held note.
        prior, tuned: how probable before and after tuning.
        reward: what the rules said of it, weighted.
    """

    pitch: int
    prior: float = 0.0
    tuned: float = 0.0
    reward: float = 0.0


class Reasons(Message, frozen=True):
    """Why a note was chosen.

    Attributes:
        ticket: that of the asker.
        step: which step.
        pitch: MIDI pitch as it sounds; -1 a rest, -2 a held note.
        prior, tuned: how probable it was before and after tuning.
        rules: what each rule said of it, weighted.
        lost: the candidates that lost, the best first.
        origin: `plan` or what else was played; only a plan has reasons.
    """

    ticket: Ticket
    step: int
    pitch: int
    prior: float = 0.0
    tuned: float = 0.0
    rules: dict[str, float] = {}
    lost: list[Lost] = []
    origin: str = "plan"


class Failed(Message, frozen=True):
    """Something asked for could not be done.

    Attributes:
        reason: in one sentence.
        ticket: that of the asker, where there was one.
    """

    reason: str
    ticket: Ticket = 0


ScreenMessage: TypeAlias = Set | Command | Done | Frame | Reasons | Catalogue | Failed
"""All of them."""
