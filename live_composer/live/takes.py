"""Takes: the last bars that were heard, kept as files; liked or disliked, named, and heard again."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from live_composer import files, paths
from live_composer.errors import BadInput
from live_composer.live import take_file
from live_composer.live.take_file import Manner, Piece, Take
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.policy import checkpoint
from live_composer.wire.screen import TakeView

if TYPE_CHECKING:
    from live_composer.live.performance import Played
    from live_composer.live.values import Values

_MOTIFS = 8
_FEWEST_NOTES, _LONGEST_MOTIF = 2, 32
_LOG = "likes.jsonl"


class Takes:
    """The takes of this session, and what was liked of them.

    Attributes:
        folder: where they are written.
        views: what screens are shown.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or paths.takes()
        self.views: list[TakeView] = []
        self._takes: list[Take] = []
        self._kept_to = -1
        self._motifs: list[tuple[int, ...]] = []

    @property
    def motifs(self) -> tuple[tuple[int, ...], ...]:
        """Bars of takes that were liked, the newest last."""
        return tuple(self._motifs[-_MOTIFS:])

    def keep(self, played: Played, values: Values, bars: int, name: str = "") -> TakeView:
        """Write the last bars that were heard as a MIDI file, and beside it as JSON what makes them again.

        Args:
            played: the music, and up to where it was heard.
            values: of all parameters.
            bars: how many bars, the one that sounds included.
            name: for people and the file; made up when empty.

        Raises:
            BadInput: nothing was played yet.
            CannotWrite: a file could not be written.
        """
        heard = played.heard
        begin = _begin(played, heard, bars)
        if heard <= begin:
            raise BadInput("Nothing was played yet, so there is nothing to keep.")
        take = _take(played, values, begin, heard, name)
        path = self._free_path(take.name)
        take.name = path.stem
        notes = [note for note in played.performer.score.since(begin) if begin <= note.step < heard]
        take_file.write(path, take, notes)
        self._kept_to = heard
        self._takes.append(take)
        number, liked = len(self._takes), take.liked
        self.views.append(
            TakeView(number, take.name, str(path), take.bars, take.key, take.tempo, take.seed, take.model, liked)
        )
        return self.views[-1]

    def take(self, number: object = None) -> Take:
        """Return a take by its number, or the last one.

        Raises:
            BadInput: there is none.
        """
        wanted = len(self._takes) if number is None else number
        if not isinstance(wanted, int) or not 1 <= wanted <= len(self._takes):
            there = f"there are 1 to {len(self._takes)}" if self._takes else "keep one first"
            raise BadInput(f"There is no take{f' {wanted}' if wanted else ''}; {there}.")
        return self._takes[wanted - 1]

    def begin_anew(self) -> None:
        """Take note that the music begins anew: what is heard from here on was not kept."""
        self._kept_to = -1

    def kept_since(self, step: int) -> bool:
        """Say whether a take was kept of what was heard after a step."""
        return self._kept_to > step

    def like(self, number: object, liked: int) -> TakeView:
        """Like (1) or dislike (-1) a take; its bars come back, or do so no more. It is logged beside the takes.

        Raises:
            BadInput: there is no such take.
            CannotWrite: it could not be logged.
        """
        take = self.take(number)
        take.liked = liked
        motifs = _motifs(take)
        self._motifs = [motif for motif in self._motifs if motif not in motifs] + (motifs if liked > 0 else [])
        view = self._seen(take, liked=liked)
        line = {"take": view.path, "liked": take.liked, "values": take.values, "events": take.events}
        files.append_line(self.folder / _LOG, json.dumps(line))
        return view

    def rename(self, number: object, name: str) -> TakeView:
        """Give a take another name; its files are renamed too.

        Raises:
            BadInput: there is no such take.
            CannotWrite: a file could not be renamed.
        """
        take = self.take(number)
        old, new = Path(self.views[self._takes.index(take)].path), self._free_path(name)
        try:
            old.rename(new)
            old.with_suffix(".json").rename(new.with_suffix(".json"))
        except OSError as error:
            raise files.cannot_write(new, error) from error
        take.name = new.stem
        return self._seen(take, name=take.name, path=str(new))

    def _seen(self, take: Take, **changed: object) -> TakeView:
        """Have what changed of a take written and shown."""
        index = self._takes.index(take)
        self.views[index] = msgspec.structs.replace(self.views[index], **changed)
        take_file.write_card(Path(self.views[index].path), take)
        return self.views[index]

    def _free_path(self, name: str) -> Path:
        stem = re.sub(r"[^\w. #-]+", "-", name).strip(". -") or "take"
        path, number = self.folder / f"{stem}.mid", 1
        while path.exists():
            number += 1
            path = self.folder / f"{stem}-{number}.mid"
        return path


def _begin(played: Played, heard: int, bars: int) -> int:
    """Return the step at which the last so many bars begin, all of one metre."""
    spans, begin = played.source.bars, heard
    metre = spans.at(max(0, heard - 1)).metre
    for _ in range(bars):
        bar = spans.at(max(0, begin - 1))
        if bar.metre != metre:
            break
        begin = bar.begin
    return begin


def _take(played: Played, values: Values, begin: int, heard: int, name: str) -> Take:
    source, vocabulary = played.source, played.source.wishes.vocabulary
    bar, model = source.bars.at(begin), values.word("model")
    manners = _manners(played, begin, heard)
    return Take(
        name=name or f"{manners[0].key} {manners[0].seed}",
        begin=begin,
        bar=bar.number,
        bars=source.bars.at(heard - 1).number - bar.number + 1,
        metre=str(bar.metre),
        model=model,
        sha256=checkpoint.card(model).sha256,
        lowest=vocabulary.lowest,
        highest=vocabulary.highest,
        book=values.word("book"),
        weights=values.weights,
        values=values.all(),
        events=source.events(begin, heard),
        pieces=[
            Piece(used.begin, used.end, used.begin - used.first, used.request) for used in source.used(begin, heard)
        ],
        manners=manners,
        promised={
            note.step: note.promised
            for note in played.performer.score.since(begin)
            if begin <= note.step < heard and note.promised not in (None, note.end)
        },
    )


def _manners(played: Played, begin: int, heard: int) -> list[Manner]:
    """Return how it was played within a stretch, beginning with what was in force when it began."""
    settings = [*played.performer.settings]
    before = [setting._replace(step=begin) for setting in settings if setting.step <= begin][-1:]
    within = [setting for setting in settings if begin < setting.step < heard]
    return [
        Manner(setting.step, setting.style, str(setting.key), setting.seed, setting.tempo)
        for setting in [*before, *within]
    ]


def _motifs(take: Take) -> list[tuple[int, ...]]:
    """Return the bars of a take that can be known again: those with some notes."""
    per_bar = Metre.parse(take.metre).steps_per_bar
    bars = [tuple(take.events[at : at + per_bar][:_LONGEST_MOTIF]) for at in range(0, len(take.events), per_bar)]
    return [bar for bar in bars if sum(event >= FIRST_PITCH for event in bar) >= _FEWEST_NOTES]
