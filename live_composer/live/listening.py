"""Listening: what the player's notes are for. They prime the melody, call for an answer, or are followed.

While the player plays a phrase or a call, the music rests; when the player has been silent for long enough, or when the
bars of the call are over, it goes on from what was played.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from live_composer.live.phrase import Phrase
from live_composer.music.units import STEPS_PER_BEAT, beats

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.live.performance import Performance
    from live_composer.live.values import Values

_ROOM_BEATS = 2.0
"""How long the player is taken to go on playing after a note."""


class Listening:
    """Hears phrases, and has the performance rest, answer, or make room.

    Attributes:
        state: ``, `listening` or `answering`.
        accompanied: whether the player plays along now, so that there should be fewer of our own notes.
    """

    def __init__(
        self,
        values: Values,
        performance: Performance,
        transport: Callable[[str], None],
        room_changed: Callable[[], None] = lambda: None,
    ) -> None:
        """Make a listener.

        Args:
            values: of all parameters.
            performance: which rests and answers.
            transport: does `play` and `stop`.
            room_changed: called when `accompanied` has changed.
        """
        self.state = ""
        self.accompanied = False
        self.phrase = Phrase()
        self._values, self._performance, self._transport = values, performance, transport
        self._room_changed = room_changed
        self._answer_ends = math.inf

    @property
    def mode(self) -> str:
        """What the player's notes are for."""
        return self._values.word("listen")

    def strike(self, beat: float, pitch: int, velocity: int, channel: int) -> None:
        """Hear a note begin; one that is played while the music waits to go on has no place in it."""
        if self.mode == "off" or (self._playing and not self._performance.goes):
            return
        if self.mode == "follow":
            self._follow(beat, pitch)
            self.phrase.clear()
        elif self.state != "listening":
            self.phrase.clear()
            self.state = "listening"
            if self._playing:
                self._performance.planning.rest()
        self.phrase.strike(beat, pitch, velocity, channel)

    def release(self, beat: float, pitch: int, channel: int) -> None:
        """Hear a note end."""
        self.phrase.release(beat, pitch, channel)

    def tick(self, beat: float) -> None:
        """Do what time brings: the end of a call, the end of an answer, a player who has stopped playing along."""
        if self.mode == "follow":
            if self.accompanied and self.phrase.silent_for(beat) > _ROOM_BEATS:
                self.accompanied = False
                self._room_changed()
        elif self.state == "listening":
            self._end_call(beat)
        elif self.state == "answering" and beat * STEPS_PER_BEAT >= self._answer_ends:
            self.state = ""

    def begin(self) -> None:
        """Forget what was played before the music, because it begins; it has places of its own."""
        if not self._playing and self.state != "answering":
            self.reset()

    def moved(self) -> None:
        """Forget a phrase that is played while the music is put at another place."""
        if self._playing and (self.state == "listening" or self.accompanied):
            self.reset()

    def reset(self) -> None:
        """Forget the phrase, because the mode was changed or the music stopped; rest no more."""
        if self.state and self._playing:
            source = self._performance.source
            self._performance.planning.go_on(source.events(0, source.settled), source.settled)
        self.state, self._answer_ends = "", math.inf
        self.phrase.clear()
        self._performance.source.company.clear()
        if self.accompanied:
            self.accompanied = False
            self._room_changed()

    def silence_left(self, beat: float) -> float:
        """Return after how many beats without a note the phrase will be over."""
        return max(0.0, self._values.number("silence") - self.phrase.silent_for(beat))

    @property
    def _playing(self) -> bool:
        return self._performance.transport.state in {"playing", "counting in"}

    def _end_call(self, beat: float) -> None:
        bars = self._values.whole("call") if self.mode == "call" and self._playing else 0
        spans = self._performance.source.bars
        line = spans.at(math.floor(self.phrase.begin * STEPS_PER_BEAT + 0.5)).begin
        if bars:
            for _ in range(bars):
                line = spans.at(line).end
            # The answer is planned while the last moments of the call are played, so that it begins on the bar line.
            if beat * STEPS_PER_BEAT >= line - self._performance.planning.horizon - 2:
                self._answer(entry=max(line, self._performance.planning.first_open))
        elif self.phrase.silent_for(beat) >= self._values.number("silence"):
            if self._playing:
                entry = self._performance.planning.first_open
                self._answer(entry=math.ceil(entry / STEPS_PER_BEAT) * STEPS_PER_BEAT)
            else:
                self._begin()

    def _answer(self, entry: int) -> None:
        """Go on from the call at a step; after an answer of some bars, rest again."""
        wishes, spans = self._performance.source.wishes, self._performance.source.bars
        first = spans.at(max(0, round(self.phrase.begin * STEPS_PER_BEAT))).begin
        events = self.phrase.events(first, entry, wishes.key.shift, wishes.vocabulary)
        last = None
        if self.mode == "call":
            bars = self._values.whole("response") or spans.at(entry - 1).number - spans.at(first).number + 1
            bar = spans.at(entry)
            last = bar.begin if entry - bar.begin <= bar.metre.steps_per_bar // 2 else bar.end
            for _ in range(bars):
                last = spans.at(last).end
        self._performance.planning.go_on(events, entry, last)
        self._answer_ends = math.inf if last is None else last
        self.state = "answering"

    def _begin(self) -> None:
        """Begin to play after a phrase that was played while the music was stopped: it is the music's first bars."""
        source, phrase, self.phrase = self._performance.source, self.phrase, Phrase()
        if self._performance.transport.state == "paused":
            self._transport("stop")
        source.restart()
        per_bar = source.wishes.metre.steps_per_bar
        length = round((max(note.end or 0.0 for note in phrase.notes) - phrase.begin) * STEPS_PER_BEAT)
        entry = max(per_bar, math.ceil(length / per_bar) * per_bar)
        events = phrase.events(0, entry, source.wishes.key.shift, source.wishes.vocabulary, origin=phrase.begin)
        bars = self._values.whole("response") or entry // per_bar
        last = entry + bars * per_bar if self.mode == "call" else None
        source.begin_at(entry)
        source.go_on(events, entry, last)
        self._answer_ends = math.inf if last is None else last
        self.state = "answering"
        self._transport("play")

    def _follow(self, beat: float, pitch: int) -> None:
        """Have the planner hear the player's note, and leave room for the next ones."""
        source = self._performance.source
        step = max(0, round(beat * STEPS_PER_BEAT))
        source.company[step] = source.wishes.vocabulary.event(
            source.wishes.vocabulary.fold(pitch - source.wishes.key.shift)
        )
        for old in [at for at in source.company if beats(at) < beat - 64]:
            del source.company[old]
        if not self.accompanied:
            self.accompanied = True
            self._room_changed()
