"""A note as a rule sees it: one event, with what came before it and where it stands."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from live_composer.music.metre import OFF_BEAT
from live_composer.music.units import STEPS_PER_BEAT
from live_composer.music.vocabulary import FIRST_PITCH, HOLD, NOTE_OFF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live_composer.rules.context import Context


class Note:
    """One event of a melody.

    Attributes:
        event: its number in the vocabulary (0 note off, 1 hold, 2 and up a pitch).
        before: the events before it, oldest first, as far back as they are known.
        context: key, metre, length, chord.
    """

    def __init__(self, before: Sequence[int], event: int, context: Context) -> None:
        self.before = before
        self.event = event
        self.context = context

    # What it is.

    @property
    def starts(self) -> bool:
        """Whether a pitch starts here (neither a hold nor a note off)."""
        return self.event >= FIRST_PITCH

    @property
    def is_hold(self) -> bool:
        """Whether nothing changes here."""
        return self.event == HOLD

    @property
    def is_off(self) -> bool:
        """Whether the sounding note ends here."""
        return self.event == NOTE_OFF

    @property
    def pitch(self) -> int | None:
        """The MIDI pitch that starts here, None for a hold or a note off."""
        return self.context.vocabulary.pitch(self.event) if self.starts else None

    # What came before.

    @cached_property
    def pitches(self) -> list[int]:
        """The MIDI pitches that started before this event, oldest first."""
        return [self.context.vocabulary.pitch(event) for event in self.before if event >= FIRST_PITCH]

    @cached_property
    def onsets(self) -> list[int]:
        """The steps at which those pitches started."""
        return [step for step, event in enumerate(self.before, self.context.first_step) if event >= FIRST_PITCH]

    @property
    def previous(self) -> int | None:
        """The MIDI pitch that started last before this event, None when there was none."""
        return self.pitches[-1] if self.pitches else None

    @property
    def interval(self) -> int:
        """Semitones up from the previous pitch to this one; 0 where either is missing."""
        return self.pitch - self.previous if self.pitch is not None and self.previous is not None else 0

    @cached_property
    def intervals(self) -> list[int]:
        """The semitones from each pitch to the next, oldest first; the last one leads to this note, if it starts."""
        pitches = self.pitches if self.pitch is None else [*self.pitches, self.pitch]
        return [after - before for before, after in pairwise(pitches)]

    @property
    def since(self) -> int | None:
        """Steps since the previous pitch started, None when there was none."""
        return self.step - self.onsets[-1] if self.onsets else None

    # What it means.

    @property
    def in_key(self) -> bool:
        """Whether the pitch belongs to the key's scale (True for a hold or a note off)."""
        return self.pitch is None or self.pitch % 12 in self.context.key.pitch_classes

    @property
    def is_tonic(self) -> bool:
        """Whether the pitch is the key's tonic, in any octave."""
        return self.pitch is not None and self.pitch % 12 == self.context.key.tonic

    @property
    def in_chord(self) -> bool:
        """Whether the pitch belongs to the chord that sounds (True where no chord is known)."""
        return self.pitch is None or not self.context.chord or self.pitch % 12 in self.context.chord

    # Where it stands.

    @property
    def step(self) -> int:
        """The step, in sixteenths from the first bar line (below 0 in a pick-up)."""
        return self.context.first_step + len(self.before)

    @property
    def bar(self) -> int:
        """The bar, from 0."""
        return self.step // self.context.metre.steps_per_bar

    @property
    def beat(self) -> float:
        """Beats (quarter notes) since the bar line: 0 on the bar, 0.5 an eighth later."""
        return self.step % self.context.metre.steps_per_bar / STEPS_PER_BEAT

    @property
    def strength(self) -> int:
        """How strong its place in the bar is: 3 on the bar line, 2 in mid-bar, 1 on other beats, 0 off the beat."""
        return self.context.metre.strength(self.step)

    @property
    def on_beat(self) -> bool:
        """Whether it stands on a beat (of 6/8: on a dotted quarter)."""
        return self.strength > OFF_BEAT

    @property
    def is_first(self) -> bool:
        """Whether this is the first step of the first bar."""
        return self.step == 0

    @property
    def is_last(self) -> bool:
        """Whether this is the last step of a melody of known length."""
        return self.step + 1 == self.context.length

    @property
    def ends_bar(self) -> bool:
        """Whether this is the last step of a bar."""
        return self.context.ends_bar(self.step)

    @property
    def ends_phrase(self) -> bool:
        """Whether this is the last step of a phrase, or of the melody."""
        return self.context.ends_phrase(self.step)
