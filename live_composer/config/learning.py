"""The options on the way from tunes to a model: corpus, pretrain, tune, evaluate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from live_composer.config.kinds import (
    Bars,
    Between,
    Book,
    Corpus,
    Count,
    Device,
    Dropout,
    Flag,
    Json,
    LearningRate,
    Metre,
    Pitch,
    PlainRun,
    Plugins,
    Preset,
    Resume,
    RunSeed,
    Seed,
    Several,
    Share,
    Strictness,
    Switch,
    TensorBoard,
    whole,
)


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


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class CorpusInfo:
    """Describe a corpus."""

    corpus: Corpus = Path("corpora/default")
    json: Json = False


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Pretrain:
    """Train a Note RNN on a corpus."""

    corpus: Corpus = Path("corpora/default")
    output: Annotated[Path, Parameter(alias="-o")] = Path("runs/note-rnn")
    """The folder of the run: journal, curves, checkpoints; the model is written there as its last name."""
    preset: Preset = "best"
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
    bfloat16: Flag | None = None
    """Multiply in bfloat16: twice as fast on CPUs with AMX and on GPUs, slower elsewhere."""
    seed: RunSeed = 1
    device: Device = "auto"
    """Where to compute."""
    threads: Count | None = None
    """CPU threads; torch's choice when not given. (Under `torchrun`, that is one a process.)"""
    resume: Resume = True
    tensorboard: TensorBoard = False
    plain: PlainRun = False
    json: Json = False


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Tune:
    """Tune a Note RNN by rules."""

    algo: Literal["psi", "q", "g", "pg"] = "psi"
    """The algorithm: the paper's three, or `pg`, a policy gradient to compare them with."""
    preset: Preset = "best"
    model: Annotated[str, Parameter(alias="-m")] = "note-rnn"
    """The Note RNN to tune, by name or path."""
    book: Book = "paper"
    c: Strictness | None = None
    """How strict: a reward of 1 is worth 1/c nats; the preset's (.5) when not given."""
    prior_weight: Annotated[float, Parameter(validator=Between(0, 10))] = 1.0
    """How much likeness to real tunes counts; 0 leaves the rules alone."""
    key: str | None = None
    """The key that the events are written in; without it, the book's."""
    metre: Several = ("4/4",)
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
    seed: RunSeed = 1
    device: Device = "auto"
    """Where to compute the updates; melodies are drawn and judged on the CPU."""
    threads: Count = 1
    """CPU threads of the updates: networks this small learn fastest on one."""
    plugins: Plugins = ()
    resume: Resume = True
    tensorboard: TensorBoard = False
    plain: PlainRun = False
    json: Json = False


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Evaluate:
    """Measure models: the paper's Table 1, the objective and its limit, and how healthy the melodies are."""

    output: Annotated[Path | None, Parameter(alias="-o")] = None
    """A folder to write: the tables as JSON, Markdown and HTML, pictures, and melodies to listen to."""
    n: Annotated[Count, Parameter(alias="-n")] = 100_000
    """How many melodies to draw from each model."""
    book: Book = "paper"
    c: Strictness = 0.5
    """Nats are the book's rewards divided by this, as in tuning."""
    prior: str = "note-rnn"
    """The untuned model that the others are compared with, by name or path."""
    bars: Bars | None = None
    """How long a melody is; without it, as the book says, or two phrases."""
    metre: Metre = "4/4"
    limit: bool | None = None
    """Estimate the greatest J that any policy can reach; without it, where the book's melodies have an end."""
    walkers: Annotated[int, Parameter(converter=whole, validator=Between(16, 1_000_000))] = 512
    """How many melodies are led to the optimum and back for that."""
    corpus: Path | None = None
    """A corpus to hold beside the melodies; without it, what is known of the default corpus."""
    beside_paper: Flag = False
    """Put the paper's four columns beside ours."""
    examples: Annotated[int, Parameter(converter=whole, validator=Between(0, 100))] = 6
    """How many melodies of each model to draw and to write as MIDI files, the first ones, unselected."""
    audio: Switch = True
    """Also render those to WAV files, where FluidSynth and a SoundFont are installed."""
    seed: RunSeed = 1
    plugins: Plugins = ()
    json: Json = False


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Tune by every combination that a file asks for, and rank what came of it."""

    output: Annotated[Path | None, Parameter(alias="-o")] = None
    """The folder of the sweep, runs/FILE without it; every tuning is a folder in it. What is done there is not done
    again."""
    at_once: Count = 1
    """How many tunings to run side by side, one core each."""
    plugins: Plugins = ()
    json: Json = False
