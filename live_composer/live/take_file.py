"""A take as files: a MIDI file that says what made it, and beside it a JSON file that makes it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from live_composer import files
from live_composer.errors import BadFile
from live_composer.live.bars import Bars
from live_composer.live.performer import Performer
from live_composer.live.playing import Style
from live_composer.live.wishes import Wishes
from live_composer.music import midi_file
from live_composer.music.key import Key
from live_composer.music.metre import Metre
from live_composer.music.midi_file import SongNote
from live_composer.music.units import beats
from live_composer.music.vocabulary import HOLD, Vocabulary
from live_composer.wire.base import Value
from live_composer.wire.messages import PlanRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from live_composer.live.score import ScoreNote
    from live_composer.wire.messages import Plan

FORMAT = 1
_LARGEST = 16 << 20
_SHORTEST = 0.01


class Piece(msgspec.Struct, frozen=True):
    """A stretch of a take that came from one plan.

    Attributes:
        begin, end: its first step and the step after its last.
        skip: how many of the plan's first events came too late.
        request: what the planner was asked.
    """

    begin: int
    end: int
    skip: int
    request: PlanRequest


class Manner(msgspec.Struct, frozen=True):
    """How a take was played from a step on: all that its notes depend on beside their events."""

    step: int
    style: Style
    key: str
    seed: int
    tempo: float


class Take(msgspec.Struct, kw_only=True):
    """A take: what was played, and how to make it again.

    Attributes:
        name: for people.
        begin: its first step in the music it was taken from.
        bar: the number of its first bar there.
        bars, metre: how many, and which metre they have.
        model, sha256: what proposed the notes; the digest is that of its weights.
        lowest, highest: the range of the model's vocabulary.
        book, weights: by which rules, as they were at its end.
        values: every parameter, as it was at its end.
        events: in the key's home, one a sixteenth.
        pieces: the plans it came from; steps that none of them gave were a repeat, a silence, or the player's.
        manners: how it was played.
        promised: the steps at which notes were to end when they were struck, by the step they were struck at, where
            what came was planned anew and a gate had taken the plan's word.
        liked: 1 liked, -1 disliked, 0 neither.
        format: the version of this schema.
    """

    name: str
    begin: int
    bar: int
    bars: int
    metre: str
    model: str
    sha256: str
    lowest: int
    highest: int
    book: str
    weights: dict[str, float]
    values: dict[str, Value]
    events: list[int]
    pieces: list[Piece]
    manners: list[Manner]
    promised: dict[int, int] = {}
    liked: int = 0
    format: int = FORMAT

    @property
    def tempo(self) -> float:
        """Beats per minute at its beginning."""
        return self.manners[0].tempo

    @property
    def key(self) -> str:
        """The key at its beginning."""
        return self.manners[0].key

    @property
    def seed(self) -> int:
        """The seed at its beginning."""
        return self.manners[0].seed


def read(path: Path) -> Take:
    """Read a take from its JSON file, or from the one beside its MIDI file.

    Raises:
        BadFile: it is missing, or no take.
    """
    path = path.with_suffix(".json")
    data = files.read_bytes(path, "take", _LARGEST)
    try:
        take = msgspec.json.decode(data, type=Take)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadFile(f"{path} is no take: {error}.") from error
    if take.format != FORMAT or not take.manners:
        raise BadFile(f"{path} is a take of another version ({take.format}).")
    return take


def write(path: Path, take: Take, notes: Sequence[ScoreNote]) -> None:
    """Write a take's MIDI file, and its JSON beside it.

    Args:
        path: of the MIDI file.
        take: what it is.
        notes: positioned in the music it was taken from.

    Raises:
        CannotWrite: one of them could not be written.
    """
    first, length = beats(take.begin), beats(len(take.events))
    song = [_moved(note, first, first + length) for note in notes]
    made_of = {
        "model": take.model, "sha256": take.sha256, "seed": take.seed, "key": take.key, "book": take.book,
        "weights": take.weights,
    }  # fmt: skip
    write_card(path, take)
    begins = [max(0.0, beats(manner.step) - first) for manner in take.manners]
    keys = [Key.parse(manner.key).moved(manner.style.transpose) for manner in take.manners]
    midi_file.write_notes(
        path,
        song,
        length,
        tempos=[(begin, manner.tempo) for begin, manner in zip(begins, take.manners, strict=True)],
        metres=[(0.0, Metre.parse(take.metre))],
        keys=[*zip(begins, keys, strict=True)],
        name=take.name,
        texts=[f"live-composer {name}: {value}" for name, value in made_of.items()],
        data=msgspec.json.encode(made_of),
    )


def write_card(path: Path, take: Take) -> None:
    """Write the JSON file beside a take's MIDI file.

    Raises:
        CannotWrite: it could not be written.
    """
    files.write_bytes(path.with_suffix(".json"), msgspec.json.encode(take))


def plan_again(take: Take, answer: Callable[[PlanRequest], Plan]) -> tuple[list[int], int]:
    """Have a take planned once more; return its events, and how many steps differ from what was kept.

    Args:
        take: which.
        answer: plans, as the planner does.
    """
    events = list(take.events)
    for piece in take.pieces:
        plan = answer(piece.request)
        events[piece.begin - take.begin : piece.end - take.begin] = plan.events[piece.skip :][: piece.end - piece.begin]
    # A note off where nothing sounds is settled as a hold; such steps are no difference that can be heard.
    differ = sum(new != old and {new, old} != {0, HOLD} for new, old in zip(events, take.events, strict=True))
    return (list(take.events) if not differ else events), differ


def perform_again(take: Take, events: Sequence[int]) -> list[ScoreNote]:
    """Return the notes of events as the take was played."""
    metre, vocabulary = Metre.parse(take.metre), Vocabulary(take.lowest, take.highest)
    bars = Bars(metre, take.begin, take.bar)
    performer = Performer(Wishes(take.model, metre, vocabulary=vocabulary))
    starts = {manner.step: manner for manner in take.manners}
    for step, event in enumerate(events, take.begin):
        if manner := starts.get(step):
            performer.style, performer.tempo = manner.style, manner.tempo
            performer.wishes = Wishes(take.model, metre, Key.parse(manner.key), seed=manner.seed, vocabulary=vocabulary)
        until = take.promised.get(step, _until(events, step - take.begin) + take.begin)
        performer.play(step, event, bars.at(step), until=until)
    return performer.score.since(take.begin)


def _until(events: Sequence[int], place: int) -> int:
    """Return the place at which a note that is struck at `place` ends."""
    return next((at for at in range(place + 1, len(events)) if events[at] != HOLD), len(events))


def _moved(note: ScoreNote, first: float, end: float) -> SongNote:
    """Return a note as the file has it: counted from its beginning, and over at its end."""
    length = max(_SHORTEST, (end if note.off is None else note.off) - note.beat)
    return SongNote(max(0.0, note.beat - first), length, note.pitch, note.velocity, note.channel - 1)
