"""The options of every command, and the only home of their defaults.

One frozen dataclass a command gives its flags, its section of the config file, its environment variables
(`LIVE_COMPOSER_SERVE_TEMPO`) and its help. A flag beats the environment, which beats the file, which beats the default.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from collections.abc import Sequence


def _whole(_: Any, tokens: Sequence[Any]) -> int:
    """Read a whole number; 3.5 is not rounded but refused."""
    token = tokens[0]
    try:
        return int(token.value)
    except ValueError:
        place = "" if token.source == "cli" else f" in {token.source}"
        raise ValueError(f'"{token.value}"{place} is no whole number.') from None


@dataclass(frozen=True)
class Between:
    """Refuses numbers out of a range, wherever they come from."""

    lowest: float
    highest: float

    def __call__(self, _: Any, value: float | None) -> None:  # noqa: D102 - the class says it
        if value is not None and not self.lowest <= value <= self.highest:
            raise ValueError(f"It goes from {self.lowest:,} to {self.highest:,}.")


Json = Annotated[bool, Parameter(negative="")]
Flag = Annotated[bool, Parameter(negative="")]
Switch = bool
Plugins = Annotated[tuple[Path, ...], Parameter(negative="")]
Device = Literal["auto", "cpu", "cuda", "mps"]
Tempo = Annotated[float, Parameter(validator=Between(20, 400))]
Temperature = Annotated[float, Parameter(validator=Between(0.01, 10))]
Share = Annotated[float, Parameter(validator=Between(0, 1))]
Dropout = Annotated[float, Parameter(validator=Between(0, 0.9))]
LearningRate = Annotated[float, Parameter(validator=Between(1e-6, 1))]
Channel = Annotated[int, Parameter(converter=_whole, validator=Between(1, 16))]
Pitch = Annotated[int, Parameter(converter=_whole, validator=Between(0, 127))]
Count = Annotated[int, Parameter(converter=_whole, validator=Between(1, 1_000_000_000))]
Bars = Annotated[int, Parameter(converter=_whole, validator=Between(1, 10_000))]
Seed = Annotated[int, Parameter(converter=_whole, validator=Between(0, 2**53))]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Serve:
    """Play live."""

    port: str | None = None
    """Where to play: words of a port's name ("IAC Bus 1" finds "IAC Driver Bus 1"), `file:take.mid` or `null`.
    Without it a virtual port is made where the system can."""
    model: Annotated[str, Parameter(alias="-m")] = "house"
    """The model, by name or path."""
    book: str = "house"
    """The rule book, by name or path."""
    tempo: Tempo = 120.0
    """Beats per minute, 20 to 400."""
    key: str = "C"
    """The key to play in: D, Bb, F#m, `E dorian`, ..."""
    metre: str = "4/4"
    """The time signature: 4/4, 3/4 or 6/8."""
    channel: Channel = 1
    """The MIDI channel, 1 to 16."""
    bars: Count | None = None
    """Stop after this many bars; without it, play until Ctrl-C."""
    seed: Seed | None = None
    """The seed: the same seed gives the same notes. Without it, one is drawn and shown."""
    temperature: Temperature = 1.0
    """Above 1 is bolder, below 1 more careful."""
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
    """A folder of your own rule files and books; give it again for more."""
    device: Device = "auto"
    """Where to plan: `auto` takes an NVIDIA GPU where there is one (extra `learn`), and else the CPU."""
    planner: str | None = None
    """A host that plans (`live-composer host`), wss://HOST:PORT; while it answers too late, this machine plans."""
    planner_token: Path | None = None
    """The file of the token that the host asks for."""
    planner_certificate: Path | None = None
    """The certificate by which to know the host, where it made its own."""
    record: Path | None = None
    """Also write what was played to this MIDI file."""
    set: Annotated[tuple[str, ...], Parameter(negative="")] = ()
    """Begin with another value of any parameter, as NAME=VALUE: `--set swing=60`; give it again for more."""
    osc: Annotated[int, Parameter(converter=_whole, validator=Between(1, 65_535))] | None = None
    """Also listen to OSC, on this UDP port of this machine (extra `osc`)."""
    log: Literal["off", "warning", "info", "debug"] = "info"
    """What is noted in the log, a file of JSON lines that is kept small (docs/midi-ports.md says where)."""
    wait: Flag = False
    """Do not play at once, but when told to: by a screen, `live-composer play`, a knob, or a phrase of yours."""
    roll: Switch = False
    """Draw the notes in the terminal as they are played, without a screen."""
    plain: Flag = False
    """Report in lines; without it, a terminal shows the screen (unless --bars, --roll or --json is given)."""
    json: Json = False
    """Report as JSON, one object a line."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Attach:
    """Show and steer a daemon that plays."""

    port: str | None = None
    """Which one, where several play: words of its port's name."""
    plain: Flag = False
    """Print one line a bar instead of a screen; so it is where there is no terminal."""
    look: Literal["dark", "light"] = "dark"
    """The colours; NO_COLOR in the environment does without."""
    still: Switch = False
    """Less motion: the piano roll turns pages, and nothing slides."""
    keys: Annotated[tuple[str, ...], Parameter(negative="")] = ()
    """Keys of your own, such as `stop=f5`; give it again for more."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Steer:
    """Steer a daemon that plays."""

    port: str | None = None
    """Which one, where several play: words of its port's name."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Status:
    """Tell what a daemon does."""

    port: str | None = None
    """Which one, where several play: words of its port's name."""
    json: Json = False
    """Report as JSON: all that a screen is shown."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Keep:
    """Keep the last bars as a take."""

    bars: Bars | None = None
    """How many bars; without it, as many as the parameter `keep` says."""
    name: str = ""
    """A name for the take and its file."""
    port: str | None = None
    """Which daemon, where several play: words of its port's name."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Host:
    """Plan for musicians on other machines."""

    listen: str = "127.0.0.1:7765"
    """Where to listen, HOST:PORT; `:7765` is every address of this machine. Where others can come, TLS and a token are
    needed."""
    certificate: Path | None = None
    """The certificate to show (PEM, with what it is signed by); with it, TLS alone is spoken."""
    key: Path | None = None
    """The certificate's key (PEM, without a password)."""
    tokens: Path | None = None
    """The file of tokens, if it is not the usual one. Where it holds any, nobody comes in without."""
    models: Path | None = None
    """The folder of models to plan with; without it, your own and those that come along."""
    plugins: Plugins = ()
    """A folder of rule files and books; give it again for more."""
    device: Device = "auto"
    """Where to plan: `auto` takes an NVIDIA GPU where there is one (extra `learn`), and else the CPU."""
    connections: Annotated[int, Parameter(converter=_whole, validator=Between(1, 10_000))] = 64
    """How many musicians may be connected at once."""
    requests: Annotated[float, Parameter(validator=Between(1, 10_000))] = 50.0
    """How many plans a second one musician may ask for; twice as many at once."""
    horizon: Annotated[int, Parameter(converter=_whole, validator=Between(16, 512))] = 512
    """How many steps one plan may have."""
    candidates: Annotated[int, Parameter(converter=_whole, validator=Between(1, 1024))] = 256
    """From how many continuations one plan may be chosen."""
    seconds: Annotated[float, Parameter(validator=Between(0.05, 60))] = 2.0
    """How long one plan may take."""
    fleet: Path | None = None
    """A YAML file that says of how many planners the host shall be the door, under Ray Serve (extra `fleet`)."""
    json: Json = False
    """Report as JSON, one object a line."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class HostToken:
    """Make a token that lets a musician in."""

    tokens: Path | None = None
    """The file to add it to, if it is not the usual one."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Compose:
    """Write a melody to a MIDI file."""

    output: Annotated[Path, Parameter(alias="-o")] = Path("out.mid")
    """The MIDI file to write."""
    model: Annotated[str, Parameter(alias="-m")] = "house"
    """The model, by name or path."""
    book: str = "house"
    """The rule book, by name or path; `--set strictness=0` does without."""
    plugins: Plugins = ()
    """A folder of your own rule files and books; give it again for more."""
    set: Annotated[tuple[str, ...], Parameter(negative="")] = ()
    """Another value of any parameter of notes, taste or rules, as NAME=VALUE: `--set rule.house_leaps=2`,
    `--set dial=0.5`; give it again for more."""
    bars: Bars = 16
    """How many bars."""
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
    """Beats per minute, 20 to 400."""
    temperature: Temperature = 1.0
    """Above 1 is bolder, below 1 more careful."""
    audio: Path | None = None
    """Also render it to this WAV file (needs FluidSynth and a SoundFont)."""
    soundfont: Path | None = None
    """The SoundFont for --audio; without it the usual places are searched."""
    json: Json = False
    """Report as JSON."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Ports:
    """List MIDI ports."""

    json: Json = False
    """Report as JSON."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Doctor:
    """Measure this machine, and say what follows."""

    model: Annotated[str, Parameter(alias="-m")] = "house"
    """The model to plan with, by name or path."""
    book: str = "house"
    """The rule book, by name or path."""
    plugins: Plugins = ()
    """A folder of your own rule files and books; give it again for more."""
    json: Json = False
    """Report as JSON."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class ServiceInstall:
    """Start the daemon whenever you log in."""

    dry_run: Flag = False
    """Print the file, and write nothing."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class ServiceOnly:
    """Look after the service."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class CorpusBuild:
    """Build a corpus of melodies."""

    output: Annotated[Path, Parameter(alias="-o")] = Path("corpora/default")
    """The folder to write."""
    minimum_bars: Count = 7
    """Drop melodies shorter than this many bars."""
    minimum_pitches: Count = 5
    """Drop melodies of fewer distinct pitch classes."""
    maximum_steps: Count = 512
    """Cut melodies to at most this many sixteenths, at a bar line."""
    silence_bars: float = 1.0
    """Split a melody where it rests for this many bars."""
    transpose: Switch = True
    """Bring every melody to its home key (C major, A minor, D dorian, ...)."""
    fold: Switch = True
    """Move pitches outside the range into it by octaves; otherwise such melodies are dropped."""
    chords: Share = 0.25
    """Where notes sound together the highest counts, but drop tracks in which more than this share lies beneath it."""
    off_grid: Share = 0.1
    """Drop tracks of which more than this share of onsets is off the grid of sixteenths."""
    slips: Share = 0.15
    """Drop tunes of which more than this share of bars is of the wrong length."""
    repeats: Switch = False
    """Play the repeats of ABC and MusicXML; otherwise each section comes once, with its last ending."""
    per_file: Count = 5
    """Keep at most this many melodies a tune, song or MIDI file."""
    lowest: Pitch = 48
    """The lowest MIDI pitch of the vocabulary."""
    highest: Pitch = 83
    """The highest MIDI pitch of the vocabulary."""
    validation: Share = 0.05
    """The share of tunes for validation."""
    test: Share = 0.05
    """The share of tunes for the test."""
    seed: Seed = 1
    """The seed of the split."""
    licence: str = ""
    """What the report shall say of the licence of folders and files; without it, what the files say themselves."""
    jobs: Count | None = None
    """How many processes read files; without it, one a core."""
    json: Json = False
    """Report as JSON."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class CorpusInfo:
    """Describe a corpus."""

    corpus: Path = Path("corpora/default")
    """The corpus folder."""
    json: Json = False
    """Report as JSON."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Pretrain:
    """Train a Note RNN on a corpus."""

    corpus: Path = Path("corpora/default")
    """The corpus folder."""
    output: Annotated[Path, Parameter(alias="-o")] = Path("runs/note-rnn")
    """The folder of the run: journal, curves, checkpoints; the model is written there as its last name."""
    preset: Literal["paper", "best"] = "best"
    """`paper`: as published. `best`: what measured better."""
    hidden: Count | None = None
    """LSTM cells a layer; the preset's when not given."""
    layers: Count | None = None
    """LSTM layers; the preset's when not given."""
    metre: bool | None = None
    """Tell the network the place in the bar; the preset's when not given."""
    dropout: Dropout | None = None
    """The share of each layer's outputs left out while learning; the preset's when not given."""
    recurrent_dropout: Dropout | None = None
    """The share of recurrent weights left out while learning; the preset's when not given."""
    updates: Count | None = None
    """Updates of the weights at most; the preset's when not given."""
    learning_rate: LearningRate | None = None
    """How far an update goes, at its height; the preset's when not given. Small networks like more."""
    bfloat16: Flag | None = None
    """Multiply in bfloat16: twice as fast on CPUs with AMX and on GPUs, slower elsewhere."""
    seed: Seed = 1
    """The seed of everything random."""
    device: Device = "auto"
    """Where to compute."""
    threads: Count | None = None
    """CPU threads; torch's choice when not given. (Under `torchrun`, that is one a process.)"""
    resume: Switch = True
    """Go on where an interrupted run in the same folder stopped."""
    tensorboard: Flag = False
    """Also write the journal for TensorBoard (extra `tensorboard`)."""
    plain: Flag = False
    """Print a line for each measurement; without it, a terminal shows the screen (unless --json is given)."""
    json: Json = False
    """Report as JSON."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Tune:
    """Tune a Note RNN by rules."""

    algo: Literal["psi", "q", "g", "pg"] = "psi"
    """The algorithm: the paper's three, or `pg`, a policy gradient to compare them with."""
    preset: Literal["paper", "best"] = "best"
    """`paper`: as published. `best`: what measured better."""
    model: Annotated[str, Parameter(alias="-m")] = "note-rnn"
    """The Note RNN to tune, by name or path."""
    book: str = "paper"
    """The rule book, by name or path."""
    c: Annotated[float, Parameter(validator=Between(0.01, 1000))] | None = None
    """How strict: a reward of 1 is worth 1/c nats; the preset's (.5) when not given."""
    prior_weight: Annotated[float, Parameter(validator=Between(0, 10))] = 1.0
    """How much likeness to real tunes counts; 0 leaves the rules alone."""
    key: str | None = None
    """The key that the events are written in; without it, the book's."""
    metre: Annotated[tuple[str, ...], Parameter(negative="")] = ("4/4",)
    """The time signature: 4/4, 3/4 or 6/8; give it again to learn in several."""
    bars: Bars | None = None
    """How many bars a melody has while it learns; without it, as many as the book says."""
    output: Annotated[Path | None, Parameter(alias="-o")] = None
    """The folder of the run, runs/ALGO without it: journal, curves, checkpoints; the model is written there as its last
    name."""
    steps: Count | None = None
    """Steps (sixteenths) to play and judge, at most; the preset's when not given."""
    minutes: Annotated[float, Parameter(validator=Between(0.01, 100_000))] | None = None
    """Minutes to learn, at most; what the preset plans for its whole length is then done in that time."""
    learning_rate: LearningRate | None = None
    """How far an update goes, at its height; the preset's when not given."""
    seed: Seed = 1
    """The seed of everything random."""
    device: Device = "auto"
    """Where to compute the updates; melodies are drawn and judged on the CPU."""
    threads: Count = 1
    """CPU threads of the updates: networks this small learn fastest on one."""
    plugins: Plugins = ()
    """A folder of your own rule files and books; give it again for more."""
    resume: Switch = True
    """Go on where an interrupted run in the same folder stopped."""
    tensorboard: Flag = False
    """Also write the journal for TensorBoard (extra `tensorboard`)."""
    plain: Flag = False
    """Print a line for each measurement; without it, a terminal shows the screen (unless --json is given)."""
    json: Json = False
    """Report as JSON."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class RulesList:
    """List rules and rule books."""

    plugins: Plugins = ()
    """A folder of your own rule files and books; give it again for more. A rule of yours wins over one of its name."""
    json: Json = False
    """Report as JSON."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class RulesCheck:
    """Prove that the rules of a file keep their contract."""

    json: Json = False
    """Report as JSON."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class RulesExplain:
    """Show which rule paid or blamed which note of a MIDI file."""

    book: str = "house"
    """The rule book, by name or path."""
    key: str | None = None
    """The key to judge it in: D, Bb, F#m, `E dorian`, ...; without it, the key is guessed from the notes."""
    plugins: Plugins = ()
    """A folder of your own rule files and books; give it again for more."""
    moments: Count = 8
    """How many of the strongest moments to list."""
    json: Json = False
    """Report as JSON."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class RulesScore:
    """Print every rule's value at every step of melodies, as JSON."""

    book: str = "house"
    """The rule book, by name or path."""
    events: Path = Path("-")
    """A JSON file: a list of melodies, each a list of events. `-` is the standard input."""
    key: str | None = None
    """The key that the events are written in; without it, the book's."""
    metre: str = "4/4"
    """The time signature."""
    length: Count | None = None
    """The step at which the melodies end; without it, the book's (`house` has none: it plays on)."""
    plugins: Plugins = ()
    """A folder of your own rule files and books; give it again for more."""


@Parameter(name="*", show=False)
@dataclass(frozen=True, kw_only=True)
class RulesNew:
    """Write a starting file for a rule of your own."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Evaluate:
    """Measure models: the paper's Table 1, the objective and its limit, and how healthy the melodies are."""

    output: Annotated[Path | None, Parameter(alias="-o")] = None
    """A folder to write: the tables as JSON, Markdown and HTML, pictures, and melodies to listen to."""
    n: Annotated[Count, Parameter(alias="-n")] = 100_000
    """How many melodies to draw from each model."""
    book: str = "paper"
    """The rule book, by name or path."""
    c: Annotated[float, Parameter(validator=Between(0.01, 1000))] = 0.5
    """Nats are the book's rewards divided by this, as in tuning."""
    prior: str = "note-rnn"
    """The untuned model that the others are compared with, by name or path."""
    bars: Bars | None = None
    """How long a melody is; without it, as the book says, or two phrases."""
    metre: str = "4/4"
    """The time signature: 4/4, 3/4 or 6/8."""
    limit: bool | None = None
    """Estimate the greatest J that any policy can reach; without it, where the book's melodies have an end."""
    walkers: Annotated[int, Parameter(converter=_whole, validator=Between(16, 1_000_000))] = 512
    """How many melodies are led to the optimum and back for that."""
    corpus: Path | None = None
    """A corpus to hold beside the melodies; without it, what is known of the default corpus."""
    beside_paper: Flag = False
    """Put the paper's four columns beside ours."""
    examples: Annotated[int, Parameter(converter=_whole, validator=Between(0, 100))] = 6
    """How many melodies of each model to draw and to write as MIDI files, the first ones, unselected."""
    audio: Switch = True
    """Also render those to WAV files, where FluidSynth and a SoundFont are installed."""
    seed: Seed = 1
    """The seed of everything random."""
    plugins: Plugins = ()
    """A folder of your own rule files and books; give it again for more."""
    json: Json = False
    """Report as JSON."""


COMMANDS: dict[tuple[str, ...], type] = {
    ("serve",): Serve,
    ("attach",): Attach,
    ("set",): Steer,
    ("status",): Status,
    ("play",): Steer,
    ("pause",): Steer,
    ("stop",): Steer,
    ("panic",): Steer,
    ("undo",): Steer,
    ("keep",): Keep,
    ("like",): Steer,
    ("dislike",): Steer,
    ("hear",): Steer,
    ("host",): Host,
    ("host", "token", "new"): HostToken,
    ("compose",): Compose,
    ("ports",): Ports,
    ("doctor",): Doctor,
    ("service", "install"): ServiceInstall,
    ("service", "uninstall"): ServiceOnly,
    ("service", "status"): ServiceOnly,
    ("corpus", "build"): CorpusBuild,
    ("corpus", "info"): CorpusInfo,
    ("pretrain",): Pretrain,
    ("tune",): Tune,
    ("evaluate",): Evaluate,
    ("rules", "list"): RulesList,
    ("rules", "check"): RulesCheck,
    ("rules", "explain"): RulesExplain,
    ("rules", "score"): RulesScore,
    ("rules", "new"): RulesNew,
}
"""Which dataclass holds the options of which command."""
