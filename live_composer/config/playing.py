"""The options of playing: serve, compose, and what looks at the machine first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from live_composer.config.kinds import (
    Bars,
    Between,
    Book,
    Channel,
    Count,
    Flag,
    Json,
    JsonLines,
    Metre,
    Model,
    PlanningDevice,
    Plugins,
    Seed,
    Several,
    Switch,
    Temperature,
    Tempo,
    whole,
)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Serve:
    """Play live."""

    port: str | None = None
    """Where to play: words of a port's name ("IAC Bus 1" finds "IAC Driver Bus 1"), `file:take.mid` or `null`.
    Without it a virtual port is made where the system can."""
    model: Model = "house"
    book: Book = "house"
    tempo: Tempo = 120.0
    key: str = "C"
    """The key to play in: D, Bb, F#m, `E dorian`, ..."""
    metre: Metre = "4/4"
    channel: Channel = 1
    """The MIDI channel, 1 to 16."""
    bars: Count | None = None
    """Stop after this many bars; without it, play until Ctrl-C."""
    seed: Seed | None = None
    """The seed: the same seed gives the same notes. Without it, one is drawn and shown."""
    temperature: Temperature = 1.0
    clock: Literal["internal", "midi", "jack", "link"] = "internal"
    """Whose time it is: its own, a MIDI clock on the input, JACK's transport, or Ableton Link (extra `link`)."""
    freewheel_seconds: Annotated[float, Parameter(validator=Between(0, 3600))] = 5.0
    """How many seconds to go on by itself when the clock that is followed falls silent."""
    quantum: Annotated[float, Parameter(validator=Between(0.25, 64))] | None = None
    """Beats after which Ableton Link's bar begins anew; without it, the metre's bar."""
    send_clock: Flag = False
    """Lead: send a MIDI clock with Start, Stop and Song Position along with the notes."""
    input: str | None = None
    """A MIDI port to listen to, by words of its name: notes, chords, knobs, program changes, MIDI clock."""
    plugins: Plugins = ()
    device: PlanningDevice = "auto"
    planner: str | None = None
    """A host that plans (`live-composer host`), wss://HOST:PORT; while it answers too late, this machine plans."""
    planner_token: Path | None = None
    """The file of the token that the host asks for."""
    planner_certificate: Path | None = None
    """The certificate by which to know the host, where it made its own."""
    record: Path | None = None
    """Also write what was played to this MIDI file."""
    set: Several = ()
    """Begin with another value of any parameter, as NAME=VALUE: `--set swing=60`; give it again for more."""
    osc: Annotated[int, Parameter(converter=whole, validator=Between(1, 65_535))] | None = None
    """Also listen to OSC, on this UDP port of this machine (extra `osc`)."""
    log: Literal["off", "warning", "info", "debug"] = "info"
    """What is noted in the log, a file of JSON lines that is kept small (docs/midi-ports.md says where)."""
    wait: Flag = False
    """Do not play at once, but when told to: by a screen, `live-composer play`, a knob, or a phrase of yours."""
    roll: Switch = False
    """Draw the notes in the terminal as they are played, without a screen."""
    plain: Flag = False
    """Report in lines; without it, a terminal shows the screen (unless --bars, --roll or --json is given)."""
    json: JsonLines = False


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Compose:
    """Write a melody to a MIDI file."""

    output: Annotated[Path, Parameter(alias="-o")] = Path("out.mid")
    """The MIDI file to write."""
    model: Model = "house"
    book: str = "house"
    """The rule book, by name or path; `--set strictness=0` does without."""
    plugins: Plugins = ()
    set: Several = ()
    """Another value of any parameter of notes, taste or rules, as NAME=VALUE: `--set rule.house_leaps=2`,
    `--set dial=0.5`; give it again for more."""
    bars: Bars = 16
    """How many bars."""
    close: Annotated[float, Parameter(validator=Between(0, 4))] = 4.0
    """How much it shall end on its tonic: the weight of the rule `close`; at 0 it breaks off where it stands."""
    seed: Seed = 1
    """The seed: the same seed gives the same file."""
    prime: Path | None = None
    """A MIDI file to begin with; the melody continues it."""
    again: Path | None = None
    """A take that was kept: make it again, note for note; the other options then say only where to."""
    key: str | None = None
    """The key to write in: D, Bb, F#m, `E dorian`, ... Without it, the prime's as it sounds, or C."""
    metre: str | None = None
    """The time signature: 4/4, 3/4 or 6/8. Without it, the prime's, or 4/4."""
    tempo: Tempo = 120.0
    temperature: Temperature = 1.0
    audio: Path | None = None
    """Also render it to this WAV file (needs FluidSynth and a SoundFont)."""
    soundfont: Path | None = None
    """The SoundFont for --audio; without it the usual places are searched."""
    json: Json = False


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Ports:
    """List MIDI ports."""

    json: Json = False


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Doctor:
    """Measure this machine, and say what follows."""

    model: Annotated[str, Parameter(alias="-m")] = "house"
    """The model to plan with, by name or path."""
    book: Book = "house"
    plugins: Plugins = ()
    json: Json = False
