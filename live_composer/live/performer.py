"""The performer: events on the grid become notes with pitch, velocity and place in beats, as the port plays them."""

from __future__ import annotations

import copy
import math
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from live_composer.live import playing
from live_composer.live.playing import Style
from live_composer.live.score import Score, ScoreNote
from live_composer.music.vocabulary import FIRST_PITCH, HOLD
from live_composer.port.midi_bytes import PROGRAM, note_off
from live_composer.port.protocol import Note, Notes, Raw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live_composer.live.bars import BarSpan
    from live_composer.live.plan_source import Origin
    from live_composer.live.wishes import Wishes
    from live_composer.music.key import Key
    from live_composer.port.protocol import Command

LONGEST_BEATS = 64.0
"""How long a note sounds if nobody ends it. How long it shall is not known when it is struck: what comes after it may
yet be planned anew. So every note is struck with this length, and ended by a message of its own; only a gate that ends
it early needs to know its end beforehand, and takes the plan's word for it."""

_SETTINGS = 1 << 14
"""Changes of how it is played that are remembered; behind a clock whose tempo is never quite the same, one a step."""


class Setting(NamedTuple):
    """How notes from a step on were played: all that a note depends on beside its event."""

    step: int
    style: Style
    key: Key
    seed: int
    tempo: float


class Performer:
    """Plays one melody, with a second voice if it is wanted.

    Attributes:
        style: how; it may be changed at any time, and is heard with the next note.
        wishes: key, seed and vocabulary of the next note.
        tempo: beats per minute, now.
        score: what was played.
        settings: how, from which step on.
        notes: how many notes of the melody were struck.
    """

    def __init__(self, wishes: Wishes, style: Style | None = None, tempo: float = 120.0) -> None:
        self.style, self.wishes, self.tempo = style or Style(), wishes, tempo
        self.score = Score()
        self.notes = 0
        self._sounding: list[ScoreNote] = []
        self.settings: deque[Setting] = deque(maxlen=_SETTINGS)
        self._program = (0, 0)

    def play(
        self, step: int, event: int, bar: BarSpan, *, until: int | None = None, origin: Origin = "plan"
    ) -> list[Command]:
        """Return what the port shall do at a step.

        Args:
            step: which.
            event: in the key's home.
            bar: that the step belongs to.
            until: the step at which a note that is struck now will end, as far as is planned.
            origin: where the event came from.
        """
        self._note_settings(step)
        if event == HOLD:
            return []
        if event < FIRST_PITCH:
            return self.end(step, bar)
        beat = self._after_the_last(playing.onset(self.style, step, bar, self.wishes.seed, self.tempo))
        struck = self._struck(step, beat, event, bar, origin)
        commands = self._release(step, beat + playing.overlap(self.style, step, bar, self.tempo), struck)
        self.notes += 1
        for note in struck:
            self.score.add(note)
        self._sounding = struck
        length = LONGEST_BEATS
        if self.style.gate < 1 and until is not None:
            off = playing.release(self.style, beat, until, bar)
            length = off - beat
            for note in struck:
                note.off, note.promised = off, until
        channel = self.style.channel - 1
        notes = [Note(beat, length, channel, note.pitch, note.velocity) for note in struck]
        return [*commands, *self._program_change(beat), Notes(notes)]

    def end(self, step: int, bar: BarSpan) -> list[Command]:
        """Return what ends the sounding notes at a step."""
        return self._release(step, self._after_the_last(playing.placed(self.style, step, bar)))

    def copy(self) -> Performer:
        """Return what is known now, to be looked up when the music begins anew."""
        known = copy.copy(self)
        known.score, known.settings = self.score.copy(), self.settings.copy()
        return known

    def forget(self) -> None:
        """Take note that the port has released everything, and may be a new one that knows no program."""
        self._sounding = []
        self._program = (0, 0)

    @property
    def key(self) -> Key:
        """The key that is heard now."""
        return self.wishes.key.moved(self.style.transpose)

    def pitch(self, event: int) -> int:
        """Return the MIDI pitch that an event sounds at, in MIDI's range."""
        return playing.pitch(self.style, self.wishes.vocabulary.pitch(event), self.wishes.key.shift)

    def tempos(self, bar: BarSpan) -> list[tuple[int, float]]:
        """Return (step, beats per minute) of the tempos of a bar that was just played; the first may be older."""
        tempos: list[tuple[int, float]] = []
        for setting in reversed(self.settings):
            tempos.append((setting.step, setting.tempo))
            if setting.step <= bar.begin:
                break
        return tempos[::-1]

    def _note_settings(self, step: int) -> None:
        now = Setting(step, self.style, self.wishes.key, self.wishes.seed, self.tempo)
        while self.settings and self.settings[-1].step >= step:
            self.settings.pop()
        if not self.settings or self.settings[-1][1:] != now[1:]:
            self.settings.append(now)

    def _struck(self, step: int, beat: float, event: int, bar: BarSpan, origin: Origin) -> list[ScoreNote]:
        wishes, style = self.wishes, self.style
        pitch, vocabulary = self.pitch(event), wishes.vocabulary
        above = vocabulary.pitch(event) - (vocabulary.lowest + vocabulary.highest) / 2
        strength = playing.velocity(style, step, bar, above, wishes.seed)
        notes = [ScoreNote(step, beat, pitch, strength, style.channel, origin)]
        tone = playing.second(style.voice, wishes.vocabulary.pitch(event) + wishes.key.shift, wishes.key)
        if tone is not None:
            low = playing.pitch(style, tone, 0)
            if low < pitch:
                soft = playing.softer(strength)
                notes.append(ScoreNote(step, beat, low, soft, style.channel, origin, second=True))
        return notes

    def _after_the_last(self, beat: float) -> float:
        """Return a beat, or one after the sounding notes are struck: where the swing was changed it may lie before."""
        return max(beat, *(note.beat + playing.SHORTEST for note in self._sounding), -math.inf)

    def _release(self, step: int, beat: float, struck: Sequence[ScoreNote] = ()) -> list[Command]:
        """End what sounds at `beat`, or where the same pitch is struck anew: it must not be cut off later."""
        anew = {(note.channel, note.pitch): note.beat for note in struck}
        commands: list[Command] = []
        for note in self._sounding:
            note.end = step
            off = anew.get((note.channel, note.pitch), beat)
            if note.off is None or note.off > off:
                note.off = off
                commands.append(Raw(note.off, note_off(note.channel - 1, note.pitch)))
        self._sounding = []
        return commands

    def _program_change(self, beat: float) -> list[Command]:
        wanted = (self.style.channel, self.style.program)
        if not self.style.program or wanted == self._program:
            return []
        self._program = wanted
        return [Raw(beat, bytes([PROGRAM | self.style.channel - 1, self.style.program - 1]))]
